import { deflateRawSync } from 'node:zlib';
import * as openpgp from 'openpgp';
import { describe, expect, it } from 'vitest';
import { readSignature } from './signature.ts';

const DIGEST = `sha256:${'05f9'.repeat(16)}`;
const claim = (digest: string) =>
  JSON.stringify({
    critical: { type: 'atomic container signature', image: { 'docker-manifest-digest': digest } },
  });
const literal = async (text: string) =>
  (await openpgp.createMessage({ binary: new TextEncoder().encode(text) })).write();

const { privateKey, publicKey } = await openpgp.generateKey({
  userIDs: [{ name: 'release', email: 'release@example.com' }],
  date: new Date('2026-01-01T00:00:00Z'),
  format: 'object',
});
const NOW = Date.parse('2026-06-26T12:40:00Z');
const armored = publicKey.armor();

async function signed(text: string, compressed = false): Promise<Uint8Array> {
  const signature = await openpgp.sign({
    message: await openpgp.createMessage({ binary: new TextEncoder().encode(text) }),
    signingKeys: privateKey,
    format: 'binary',
    date: new Date(NOW),
  });
  if (!(signature instanceof Uint8Array)) throw new Error('not binary');
  if (!compressed) return signature;
  // A compressed data packet (tag 8) around it, by ZIP (1).
  const body = Buffer.concat([Buffer.from([1]), deflateRawSync(signature)]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([Buffer.from([0xc8, 0xff]), length, body]);
}

describe('payload signature', () => {
  it('Z-P10 names the digest; without keys nothing is verified', async () => {
    expect(await readSignature('s', await literal(claim(DIGEST)), [], NOW)).toEqual({
      digest: DIGEST,
      verified: null,
    });
  });

  it('reads a literal packet whose length is written in five octets', async () => {
    const packet = Buffer.concat([Buffer.from('b'), Buffer.alloc(5), Buffer.from(claim(DIGEST))]);
    const head = Buffer.from([0xcb, 0xff, 0, 0, 0, 0]);
    head.writeUInt32BE(packet.length, 2);
    expect(await readSignature('s', Buffer.concat([head, packet]), [], NOW)).toMatchObject({
      digest: DIGEST,
    });
  });

  it('is verified by a key that made it, and by no other', async () => {
    const other = await openpgp.generateKey({
      userIDs: [{ name: 'other', email: 'other@example.com' }],
      date: new Date('2026-01-01T00:00:00Z'),
    });
    const bytes = await signed(claim(DIGEST));
    expect(await readSignature('s', bytes, [armored], NOW)).toEqual({ digest: DIGEST, verified: true });
    expect(await readSignature('s', bytes, [other.publicKey], NOW)).toMatchObject({ verified: false });
    expect(await readSignature('s', bytes, [other.publicKey, armored], NOW)).toMatchObject({
      verified: true,
    });
  });

  it('an unsigned message is not verified', async () => {
    expect(await readSignature('s', await literal(claim(DIGEST)), [armored], NOW)).toMatchObject({
      verified: false,
    });
  });

  it.each([
    ['a page', new TextEncoder().encode('<html>404</html>'), /not an OpenPGP message/],
    ['nothing', new Uint8Array(), /not an OpenPGP message/],
  ])('%s is drift', async (_, bytes, message) => {
    await expect(readSignature('s', bytes, [], NOW)).rejects.toThrow(message);
  });

  it('a claim without a digest is drift', async () => {
    await expect(readSignature('s', await literal('{"critical":{}}'), [], NOW)).rejects.toMatchObject({
      code: 'schema_drift',
    });
    await expect(readSignature('s', await literal('no JSON'), [], NOW)).rejects.toThrow(/not JSON/);
  });

  it('a compressed message is read', async () => {
    const bytes = await signed(claim(DIGEST), true);
    expect(await readSignature('s', bytes, [armored], NOW)).toEqual({ digest: DIGEST, verified: true });
  });
});
