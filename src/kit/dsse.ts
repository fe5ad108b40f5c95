import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SluiceError } from './errors.ts';

/** https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export interface Envelope {
  payloadType: string;
  /** Base64. */
  payload: string;
  signatures: { keyid: string; sig: string }[];
}

/** What is signed: the type and the bytes, so that neither can be taken for another (DSSE protocol.md). */
export function preAuthEncoding(payloadType: string, payload: Buffer): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

export interface DsseSigner {
  keyid: string;
  /** OpenSSH's one-line form, without a comment. */
  publicKey: string;
  sign(data: Buffer): string;
}

/** Signs with an SSH key that has no passphrase; its public half names it (SHA-256 of the wire form). */
export async function dsseSigner(keyFile: string): Promise<DsseSigner> {
  const { default: sshpk } = await import('sshpk');
  try {
    const key = sshpk.parsePrivateKey(await readFile(keyFile), 'auto');
    const secret = createPrivateKey(key.toString('pkcs8'));
    const open = key.toPublic();
    const hash = hashFor(secret);
    return {
      keyid: keyIdOf(open.toBuffer('rfc4253')),
      publicKey: open.toString('ssh').split(' ').slice(0, 2).join(' '),
      sign: (data) => sign(hash, data, secret).toString('base64'),
    };
  } catch (error) {
    throw new SluiceError('invalid_input', {
      cause: `The SSH key ${keyFile} cannot sign: ${error instanceof Error ? error.message : String(error)}.`,
      remedy: 'Give a private key without a passphrase with --key, or leave the bundle unsigned.',
    });
  }
}

export function envelope(payloadType: string, text: string, signer: DsseSigner | undefined): Envelope {
  const payload = Buffer.from(text);
  const signatures =
    signer === undefined
      ? []
      : [{ keyid: signer.keyid, sig: signer.sign(preAuthEncoding(payloadType, payload)) }];
  return { payloadType, payload: payload.toString('base64'), signatures };
}

/** Whether one of the signatures is of this key. */
export async function isSignedBy(signed: Envelope, publicKey: string): Promise<boolean> {
  const { default: sshpk } = await import('sshpk');
  const key = sshpk.parseKey(publicKey, 'ssh');
  const keyid = keyIdOf(key.toBuffer('rfc4253'));
  const open = createPublicKey(key.toString('pkcs8'));
  const data = preAuthEncoding(signed.payloadType, Buffer.from(signed.payload, 'base64'));
  return signed.signatures.some(
    (one) => one.keyid === keyid && verify(hashFor(open), data, open, Buffer.from(one.sig, 'base64')),
  );
}

function keyIdOf(wire: Buffer): string {
  return `SHA256:${createHash('sha256').update(wire).digest('base64').replace(/=+$/, '')}`;
}

/** Ed25519 hashes by itself. */
function hashFor(key: KeyObject): string | null {
  return key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
}
