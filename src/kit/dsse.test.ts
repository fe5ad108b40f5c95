import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { expect, it, onTestFinished } from 'vitest';
import { dsseSigner, envelope, isSignedBy, preAuthEncoding } from './dsse.ts';

function keyFile(type: 'ed25519' | 'ecdsa'): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-dsse-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'key');
  const key =
    type === 'ecdsa'
      ? sshpk.generatePrivateKey('ecdsa', { curve: 'nistp256' })
      : sshpk.generatePrivateKey('ed25519');
  writeFileSync(file, key.toString('openssh'), { mode: 0o600 });
  return file;
}

it('encodes as the protocol says', () => {
  expect(preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  );
});

it.each(['ed25519', 'ecdsa'] as const)(
  'signs and verifies with %s; another text, type or key does not fit',
  async (type) => {
    const signer = await dsseSigner(keyFile(type));
    const other = await dsseSigner(keyFile(type));
    const signed = envelope('application/vnd.in-toto+json', '{"a":1}', signer);
    expect(await isSignedBy(signed, signer.publicKey)).toBe(true);
    expect(await isSignedBy(signed, other.publicKey)).toBe(false);
    const payload = Buffer.from('{"a":2}').toString('base64');
    expect(await isSignedBy({ ...signed, payload }, signer.publicKey)).toBe(false);
    expect(await isSignedBy({ ...signed, payloadType: 'text/plain' }, signer.publicKey)).toBe(false);
    expect(await isSignedBy({ ...signed, signatures: [] }, signer.publicKey)).toBe(false);
  },
);

it('says what is wrong with a file that is no key', async () => {
  await expect(dsseSigner('/nowhere/key')).rejects.toMatchObject({ code: 'invalid_input' });
});
