import type * as OpenPGP from 'openpgp';
import { z } from 'zod';
import { drift, fromJson } from './drift.ts';

/**
 * The published signature of a payload: an OpenPGP message around a JSON claim that names the digest
 * of the image it is for. That it is there is not enough: the claim has to name our digest.
 */
const Claim = z.object({
  critical: z.object({
    image: z.object({ 'docker-manifest-digest': z.string().regex(/^sha256:[0-9a-f]{64}$/) }),
  }),
});

// A claim is some hundred bytes: what unpacks to more is none.
const LIMITS = { maxDecompressedMessageSize: 1024 * 1024 };

export interface PayloadSignature {
  /** The digest that the signed claim names. */
  digest: string;
  /** Null when no keys were given to verify it with. */
  verified: boolean | null;
}

/** `keys` are armored public keys; `now` decides which of them were valid. Throws `schema_drift`. */
export async function readSignature(
  where: string,
  bytes: Uint8Array,
  keys: readonly string[],
  now: number,
): Promise<PayloadSignature> {
  const openpgp = await import('openpgp');
  const message = await openpgp
    .readMessage({ binaryMessage: bytes, config: LIMITS })
    .then((read) => read.unwrapCompressed())
    .catch(() => undefined);
  const literal = message?.getLiteralData();
  if (message === undefined || !(literal instanceof Uint8Array)) {
    throw drift(where, 'it is not an OpenPGP message with a claim in it');
  }
  const claim = fromJson(where, new TextDecoder().decode(literal), Claim);
  return {
    digest: claim.critical.image['docker-manifest-digest'],
    verified: keys.length === 0 ? null : await isSignedBy(openpgp, bytes, keys, now),
  };
}

async function isSignedBy(
  openpgp: typeof OpenPGP,
  bytes: Uint8Array,
  armored: readonly string[],
  now: number,
): Promise<boolean> {
  const keys = await Promise.all(armored.map((armoredKeys) => openpgp.readKeys({ armoredKeys })));
  // Reading the literal has used up the message.
  const message = await openpgp.readMessage({ binaryMessage: bytes, config: LIMITS });
  const { signatures } = await openpgp.verify({
    message,
    verificationKeys: keys.flat(),
    format: 'binary',
    date: new Date(now),
  });
  const verdicts = await Promise.allSettled(signatures.map(({ verified }) => verified));
  return verdicts.some((verdict) => verdict.status === 'fulfilled' && verdict.value === true);
}
