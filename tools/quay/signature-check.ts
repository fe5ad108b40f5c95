import { z } from 'zod';
import type { Attached } from './attached.ts';
import { contentOf } from './bundle.ts';
import { isAbout } from './dsse.ts';
import { type NamedKey, signerOf } from './keys.ts';
import { jsonOrNothing, textOf } from './parse.ts';

/** Best first. Only the first one is a signature that counts. */
export const SIGNATURE_STATES = [
  'verified',
  'digest_differs',
  'wrong_key',
  'unsupported',
  'malformed',
] as const;
export type SignatureState = (typeof SIGNATURE_STATES)[number];

export interface CheckedSignature {
  source: Attached['source'];
  form: 'simple' | 'bundle';
  state: SignatureState;
  /** The name of the key that made it, also where it is of another digest. */
  key: string | null;
}

/** How cosign 3 says that a statement is the signature of an image, and no attestation. */
export const SIGN_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';
const SIGNATURE = 'dev.cosignproject.cosign/signature';

const Payload = z.object({
  critical: z.object({
    type: z.literal('cosign container image signature'),
    image: z.object({ 'docker-manifest-digest': z.string() }),
  }),
});

/** Undefined for what is no signature of an image. */
export function checkSignature(
  attached: Attached,
  digest: string,
  keys: readonly NamedKey[],
): CheckedSignature | undefined {
  const { source, form } = attached;
  if (form === 'envelope') return undefined;
  const found = form === 'simple' ? checkSimple(attached, digest, keys) : checkBundle(attached, digest, keys);
  return found === undefined ? undefined : { source, form, ...found };
}

type Found = Pick<CheckedSignature, 'state' | 'key'>;

function checkSimple(
  { bytes, annotations, hasCertificate }: Attached,
  digest: string,
  keys: readonly NamedKey[],
): Found {
  const signature = Buffer.from(annotations[SIGNATURE] ?? '', 'base64');
  const payload = Payload.safeParse(jsonOrNothing(textOf(bytes)));
  if (signature.length === 0 || !payload.success) return { state: 'malformed', key: null };
  const key = signerOf(bytes, signature, keys) ?? null;
  const named = payload.data.critical.image['docker-manifest-digest'];
  return { state: stateOf(key, named === digest, hasCertificate), key };
}

function checkBundle(attached: Attached, digest: string, keys: readonly NamedKey[]): Found | undefined {
  const content = contentOf(attached, keys);
  if (content.state !== 'opened') return { state: content.state, key: null };
  const { statement, key = null } = content.opened;
  if (statement.predicateType !== SIGN_PREDICATE) return undefined;
  return { state: stateOf(key, isAbout(statement, digest), content.isKeyless), key };
}

/** Only a key of the settings verifies: a certificate would have to be believed, and nobody asks its authority. */
function stateOf(key: string | null, isOfDigest: boolean, isKeyless: boolean): SignatureState {
  if (key !== null) return isOfDigest ? 'verified' : 'digest_differs';
  return isKeyless ? 'unsupported' : 'wrong_key';
}
