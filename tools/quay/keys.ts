import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { SluiceError } from '../../src/kit/errors.ts';

export interface NamedKey {
  name: string;
  key: KeyObject;
}

/** The public keys of the settings, read at first use. */
export class Keys {
  readonly #references: Readonly<Record<string, string>>;
  readonly #read: (reference: string) => Promise<string>;

  constructor(references: Readonly<Record<string, string>>, read: (reference: string) => Promise<string>) {
    this.#references = references;
    this.#read = read;
  }

  /** All of them, or those of the names. Throws where there is none: nothing could be verified. */
  async chosen(names: readonly string[] | undefined): Promise<NamedKey[]> {
    const known = Object.keys(this.#references);
    const wanted = names ?? known;
    const unknown = wanted.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new SluiceError('invalid_input', {
        cause: `modules.quay.keys has no ${JSON.stringify(unknown)}.`,
        remedy: known.length === 0 ? 'It names no key at all.' : `It names ${known.join(', ')}.`,
      });
    }
    if (wanted.length === 0) {
      throw new SluiceError('precondition', {
        cause: 'modules.quay.keys names no public key, so no signature can be verified.',
        remedy: 'Set modules.quay.keys to { release: file:/path/to/cosign.pub } in sluice.yaml.',
      });
    }
    return await Promise.all(wanted.map((name) => this.#key(name)));
  }

  async #key(name: string): Promise<NamedKey> {
    const reference = this.#references[name] ?? '';
    const pem = await this.#read(reference);
    try {
      // From a private key node:crypto would make the public one: such a file has no business here.
      if (!/^-----BEGIN (RSA )?PUBLIC KEY-----/.test(pem)) throw new Error('it does not begin as one');
      return { name, key: createPublicKey(pem) };
    } catch (error) {
      throw new SluiceError('precondition', {
        cause: `modules.quay.keys.${name}: ${reference} holds no public key in PEM (${error instanceof Error ? error.message : String(error)}).`,
        remedy: 'Name the .pub file of the key pair that signs.',
      });
    }
  }
}

/** The name of the key that made a signature; undefined when none of them did. */
export function signerOf(
  message: Uint8Array,
  signature: Uint8Array,
  keys: readonly NamedKey[],
): string | undefined {
  return keys.find(({ key }) => verifies(message, signature, key))?.name;
}

/** A signature says nothing about its hash: SHA-256 is what cosign takes, larger curves may have theirs. */
function verifies(message: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  if (key.asymmetricKeyType === 'ed25519') return accepts(null, message, signature, key);
  const own = { secp384r1: 'sha384', secp521r1: 'sha512' }[key.asymmetricKeyDetails?.namedCurve ?? ''];
  const hashes = own === undefined ? ['sha256'] : ['sha256', own];
  return hashes.some((hash) => accepts(hash, message, signature, key));
}

function accepts(hash: string | null, message: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  try {
    return verify(hash, message, key, signature);
  } catch {
    // Bytes that are no signature of this kind of key.
    return false;
  }
}
