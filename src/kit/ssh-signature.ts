import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { AlgorithmType, Key, PrivateKey } from 'sshpk';
import { SluiceError } from './errors.ts';

const MAGIC = Buffer.from('SSHSIG');
const HASHES = ['sha256', 'sha512'];

export interface VerifiedSignature {
  /** The public key in OpenSSH's one-line form, without a comment. */
  publicKey: string;
}

/** Signs as `ssh-keygen -Y sign` does (OpenSSH PROTOCOL.sshsig). The key file never leaves this machine. */
export async function signWithSshKey(message: string, namespace: string, keyFile: string): Promise<string> {
  const sshpk = await loadSshpk();
  let key: PrivateKey;
  try {
    key = sshpk.parsePrivateKey(await readFile(keyFile), 'auto');
  } catch (error) {
    // A passphrase, a hardware key or an agent: OpenSSH's own tool can ask for it.
    if (isMissing(error)) throw badKey(keyFile, 'it does not exist');
    return await signWithOpenSsh(message, namespace, keyFile);
  }
  const type = algorithmOf(key);
  const signer = key.createSign(hashOf(key));
  signer.update(signedData(message, namespace, 'sha512'));
  const signature = signer.sign();
  const raw = signature.toBuffer('ssh');
  const wire = type === undefined ? raw : Buffer.concat([text(type), text(afterFirst(raw))]);
  const blob = Buffer.concat([
    MAGIC,
    uint32(1),
    text(key.toPublic().toBuffer('rfc4253')),
    text(namespace),
    text(''),
    text('sha512'),
    text(wire),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`;
}

/** Verifies in this process. Throws `forbidden` when the signature is not of this message. */
export async function verifySshSignature(
  message: string,
  namespace: string,
  armoured: string,
): Promise<VerifiedSignature> {
  const sshpk = await loadSshpk();
  try {
    const parts = readBlob(armoured);
    if (parts.namespace !== namespace)
      throw new Error(`it is for ${JSON.stringify(parts.namespace)}, not ${namespace}`);
    if (!HASHES.includes(parts.hash)) throw new Error(`its hash ${parts.hash} is not accepted`);
    const key: Key = sshpk.parseKey(parts.publicKey, 'rfc4253');
    const signature = sshpk.parseSignature(parts.signature, key.type as AlgorithmType, 'ssh');
    const hash = key.type === 'rsa' ? (signature.hashAlgorithm ?? 'sha1') : hashOf(key);
    if (hash === 'sha1') throw new Error('SHA-1 signatures are not accepted');
    const verifier = key.createVerify(hash);
    verifier.update(signedData(message, namespace, parts.hash));
    if (!verifier.verify(signature)) throw new Error('it does not fit the statement');
    return { publicKey: key.toString('ssh').split(' ').slice(0, 2).join(' ') };
  } catch (error) {
    throw new SluiceError('forbidden', {
      cause: `The signature is not valid: ${error instanceof Error ? error.message : String(error)}.`,
      remedy: 'Sign the statement again with `sluice approve`.',
      rule: 'approval-signature',
    });
  }
}

/** The name on the wire where the library does not give the right one (RFC 8332, RFC 5656). */
function algorithmOf(key: PrivateKey): string | undefined {
  if (key.type === 'rsa') return 'rsa-sha2-512';
  return key.type === 'ecdsa' ? `ecdsa-sha2-${key.curve}` : undefined;
}

/** Says at once when a file can never be signed with. One with a passphrase may be. */
export async function assertUsableKey(keyFile: string): Promise<void> {
  let content: string;
  try {
    content = await readFile(keyFile, 'utf8');
  } catch {
    throw badKey(keyFile, 'it cannot be read');
  }
  if (!/PRIVATE KEY-----|^(ssh|ecdsa|sk)-/m.test(content)) throw badKey(keyFile, 'it is no SSH key');
}

/** The hash that a key's own signature uses (RFC 8332, RFC 5656); the envelope's hash is another. */
function hashOf(key: Key | PrivateKey): 'sha256' | 'sha384' | 'sha512' {
  if (key.type !== 'ecdsa') return 'sha512';
  if (key.size <= 256) return 'sha256';
  return key.size <= 384 ? 'sha384' : 'sha512';
}

async function loadSshpk() {
  const module = await import('sshpk');
  return module.default;
}

async function signWithOpenSsh(message: string, namespace: string, keyFile: string): Promise<string> {
  try {
    const child = promisify(execFile)('ssh-keygen', ['-Y', 'sign', '-q', '-n', namespace, '-f', keyFile], {
      timeout: 120_000,
    });
    // It may end before it has read: why is in its exit, not in the broken pipe.
    child.child.stdin?.on('error', () => undefined).end(message);
    return (await child).stdout;
  } catch (error) {
    throw badKey(
      keyFile,
      `ssh-keygen could not sign with it (${error instanceof Error ? error.message.split('\n')[0] : ''})`,
    );
  }
}

function badKey(keyFile: string, why: string): SluiceError {
  return new SluiceError('invalid_input', {
    cause: `The SSH key ${keyFile} cannot be used: ${why}.`,
    remedy: 'Give the file of a private SSH key with --key.',
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function signedData(message: string, namespace: string, hash: string): Buffer {
  const digest = createHash(hash).update(message).digest();
  return Buffer.concat([MAGIC, text(namespace), text(''), text(hash), text(digest)]);
}

function uint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function afterFirst(wire: Buffer): Buffer {
  const reader = new Reader(wire);
  reader.take();
  return reader.take();
}

class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  take(): Buffer {
    if (this.#at + 4 > this.#bytes.length) throw new Error('it is cut short');
    const length = this.#bytes.readUInt32BE(this.#at);
    const from = this.#at + 4;
    if (from + length > this.#bytes.length) throw new Error('it is cut short');
    this.#at = from + length;
    return this.#bytes.subarray(from, from + length);
  }
}

function readBlob(armoured: string) {
  const body = /-----BEGIN SSH SIGNATURE-----([\s\S]+?)-----END SSH SIGNATURE-----/.exec(armoured)?.[1];
  if (body === undefined) throw new Error('it is not an SSH signature');
  const blob = Buffer.from(body.replace(/\s/g, ''), 'base64');
  if (!blob.subarray(0, 6).equals(MAGIC) || blob.readUInt32BE(6) !== 1)
    throw new Error('it is not an SSH signature');
  const reader = new Reader(blob, 10);
  const publicKey = reader.take();
  const namespace = reader.take().toString();
  reader.take();
  const hash = reader.take().toString();
  return { publicKey, namespace, hash, signature: reader.take() };
}
