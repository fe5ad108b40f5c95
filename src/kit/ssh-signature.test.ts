import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signWithSshKey, verifySshSignature } from './ssh-signature.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-ssh-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NAMESPACE = 'sluice-approval';
const KINDS = ['ed25519', 'rsa'] as const;
const CURVES = [
  { curve: 'nistp256', hash: 'sha256', size: 32 },
  { curve: 'nistp384', hash: 'sha384', size: 48 },
  { curve: 'nistp521', hash: 'sha512', size: 66 },
] as const;
const hasSshKeygen = (() => {
  try {
    execFileSync('ssh-keygen', ['-Y', 'verify'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    return error instanceof Error && 'status' in error && error.status !== null;
  }
})();

function makeKey(kind: (typeof KINDS)[number]) {
  const file = join(folder, kind);
  const key =
    kind === 'ed25519' ? sshpk.generatePrivateKey('ed25519') : sshpk.parsePrivateKey(rsaPem(), 'pem');
  writeFileSync(file, key.toString('openssh'), { mode: 0o600 });
  return { file, publicKey: lineOf(key.toPublic()) };
}

function rsaPem() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs1', format: 'pem' });
}

function lineOf(key: sshpk.Key): string {
  return key.toString('ssh').split(' ').slice(0, 2).join(' ');
}

const wire = (value: string | Buffer) => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** An SSH number: no leading zeros, and one where the highest bit would look like a sign. */
const wireNumber = (bytes: Buffer) => {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from += 1;
  const plain = bytes.subarray(from);
  return wire((plain[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), plain]) : plain);
};

function armour(blob: Buffer): string {
  return `-----BEGIN SSH SIGNATURE-----\n${blob.toString('base64')}\n-----END SSH SIGNATURE-----`;
}

/** Signs by PROTOCOL.sshsig and RFC 5656 with nothing but the system's own cryptography. */
function signEcdsa({ curve, hash, size }: (typeof CURVES)[number], message: string) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve.replace('nistp', 'P-') });
  const digest = createHash('sha512').update(message).digest();
  const signed = Buffer.concat([
    Buffer.from('SSHSIG'),
    wire(NAMESPACE),
    wire(''),
    wire('sha512'),
    wire(digest),
  ]);
  const raw = sign(hash, signed, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const numbers = Buffer.concat([wireNumber(raw.subarray(0, size)), wireNumber(raw.subarray(size))]);
  const key = sshpk.parsePrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }), 'pem').toPublic();
  const parts = [
    Buffer.from('SSHSIG\0\0\0\x01'),
    wire(key.toBuffer('rfc4253')),
    wire(NAMESPACE),
    wire(''),
    wire('sha512'),
    wire(Buffer.concat([wire(`ecdsa-sha2-${curve}`), wire(numbers)])),
  ];
  return { signature: armour(Buffer.concat(parts)), publicKey: lineOf(key) };
}

describe.each(CURVES)('a signature with an ecdsa key on $curve', (made) => {
  it('is valid for its message, and for no other', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { signature, publicKey } = signEcdsa(made, 'the plan');
      expect(await verifySshSignature('the plan', NAMESPACE, signature)).toEqual({ publicKey });
      await expect(verifySshSignature('another', NAMESPACE, signature)).rejects.toMatchObject({
        code: 'forbidden',
      });
    }
  });

  it('by us is valid, whatever the length of its numbers', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: made.curve.replace('nistp', 'P-') });
    const file = join(folder, `ours-${made.curve}`);
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const { publicKey } = await verifySshSignature(
      'the plan',
      NAMESPACE,
      await signWithSshKey('the plan', NAMESPACE, file),
    );
    for (let round = 0; round < 40; round += 1) {
      const signature = await signWithSshKey(`plan ${round}`, NAMESPACE, file);
      expect(await verifySshSignature(`plan ${round}`, NAMESPACE, signature)).toEqual({ publicKey });
    }
  });

  it.runIf(hasSshKeygen)('by ssh-keygen is valid for us', async () => {
    const file = join(folder, made.curve);
    execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-b', made.curve.slice(5), '-N', '', '-f', file]);
    const args = ['-Y', 'sign', '-q', '-n', NAMESPACE, '-f', file];
    const signature = execFileSync('ssh-keygen', args, { input: 'the plan', stdio: 'pipe' }).toString();
    const { publicKey } = await verifySshSignature('the plan', NAMESPACE, signature);
    expect(readFileSync(`${file}.pub`, 'utf8')).toContain(publicKey);
  });
});

describe.each(KINDS)('a signature with an %s key', (kind) => {
  let key = { file: '', publicKey: '' };
  beforeAll(() => {
    key = makeKey(kind);
  });

  it('is valid for its message and tells whose key it was', async () => {
    const signature = await signWithSshKey('the plan', NAMESPACE, key.file);
    expect(await verifySshSignature('the plan', NAMESPACE, signature)).toEqual({ publicKey: key.publicKey });
  });

  it('is refused for another message, and for another namespace', async () => {
    const signature = await signWithSshKey('the plan', NAMESPACE, key.file);
    await expect(verifySshSignature('the plan ', NAMESPACE, signature)).rejects.toMatchObject({
      code: 'forbidden',
      rule: 'approval-signature',
    });
    await expect(verifySshSignature('the plan', 'git', signature)).rejects.toThrow(
      'it is for "sluice-approval", not git',
    );
  });

  it.runIf(hasSshKeygen)('is valid for ssh-keygen', async () => {
    const signature = await signWithSshKey('the plan', NAMESPACE, key.file);
    const signatureFile = join(folder, `${kind}.sig`);
    const signers = join(folder, `${kind}.signers`);
    writeFileSync(signatureFile, signature);
    writeFileSync(signers, `a@example.com ${key.publicKey}\n`);
    const args = ['-Y', 'verify', '-f', signers, '-I', 'a@example.com', '-n', NAMESPACE, '-s', signatureFile];
    expect(execFileSync('ssh-keygen', args, { input: 'the plan' }).toString()).toContain(
      'Good "sluice-approval" signature',
    );
    expect(() => execFileSync('ssh-keygen', args, { input: 'another', stdio: 'pipe' })).toThrow();
  });

  it.runIf(hasSshKeygen)('by ssh-keygen is valid for us', async () => {
    const signature = execFileSync('ssh-keygen', ['-Y', 'sign', '-q', '-n', NAMESPACE, '-f', key.file], {
      input: 'the plan',
      stdio: 'pipe',
    }).toString();
    expect(await verifySshSignature('the plan', NAMESPACE, signature)).toEqual({ publicKey: key.publicKey });
    await expect(verifySshSignature('another', NAMESPACE, signature)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('what is no signature', () => {
  it.each([
    ['empty', ''],
    ['prose', 'approved by me'],
    ['an empty envelope', '-----BEGIN SSH SIGNATURE-----\n\n-----END SSH SIGNATURE-----'],
    [
      'another magic',
      `-----BEGIN SSH SIGNATURE-----\n${Buffer.from('SSHSIX\0\0\0\x01').toString('base64')}\n-----END SSH SIGNATURE-----`,
    ],
    [
      'cut short',
      `-----BEGIN SSH SIGNATURE-----\n${Buffer.from('SSHSIG\0\0\0\x01\0\0\0\xff').toString('base64')}\n-----END SSH SIGNATURE-----`,
    ],
  ])('is refused: %s', async (_name, text) => {
    await expect(verifySshSignature('m', NAMESPACE, text)).rejects.toMatchObject({
      code: 'forbidden',
      rule: 'approval-signature',
    });
  });

  it('is refused with any one byte changed', async () => {
    const { file } = makeKey('ed25519');
    const signature = await signWithSshKey('m', NAMESPACE, file);
    const [, body = ''] = /-----\n([\s\S]+)\n-----END/.exec(signature) ?? [];
    const blob = Buffer.from(body.replaceAll('\n', ''), 'base64');
    const owner = (await verifySshSignature('m', NAMESPACE, signature)).publicKey;
    for (let at = 0; at < blob.length; at += 1) {
      const changed = Buffer.from(blob);
      changed.writeUInt8((changed.readUInt8(at) ^ 1) & 0xff, at);
      const text = armour(changed);
      const people = await verifySshSignature('m', NAMESPACE, text).then(
        ({ publicKey }) => publicKey,
        () => 'refused',
      );
      expect(people, `byte ${at} of ${blob.length}; ${owner}`).toBe('refused');
    }
  });
});

describe('a key file', () => {
  it('that is not there is named', async () => {
    const file = join(folder, 'nobody');
    await expect(signWithSshKey('m', NAMESPACE, file)).rejects.toMatchObject({
      code: 'invalid_input',
      message: `The SSH key ${file} cannot be used: it does not exist.`,
      remedy: 'Give the file of a private SSH key with --key.',
    });
  });

  it('that is no key is named', async () => {
    const file = join(folder, 'prose');
    writeFileSync(file, 'no key\n', { mode: 0o600 });
    await expect(signWithSshKey('m', NAMESPACE, file)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(file),
    });
    expect(readFileSync(file, 'utf8')).toBe('no key\n');
  });
});
