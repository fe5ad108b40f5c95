import type { Attached } from './attached.ts';
import { contentOf } from './bundle.ts';
import { isAbout } from './dsse.ts';
import type { NamedKey } from './keys.ts';
import { SIGN_PREDICATE } from './signature-check.ts';

/** Only the first one may be believed. */
export const ATTESTATION_STATES = [
  'verified',
  'subject_differs',
  'wrong_key',
  'unsigned',
  'unsupported',
  'malformed',
] as const;

export interface CheckedAttestation {
  source: Attached['source'];
  form: 'envelope' | 'bundle';
  state: (typeof ATTESTATION_STATES)[number];
  key: string | null;
  /** Empty where it could not be read; so is `predicate`. */
  predicateType: string;
  predicate: unknown;
}

/** Undefined for what is no attestation. */
export function checkAttestation(
  attached: Attached,
  digest: string,
  keys: readonly NamedKey[],
): CheckedAttestation | undefined {
  const { source, form } = attached;
  if (form === 'simple') return undefined;
  const content = contentOf(attached, keys);
  if (content.state !== 'opened') {
    return { source, form, state: content.state, key: null, predicateType: '', predicate: undefined };
  }
  const { statement, key, isSigned } = content.opened;
  const { predicateType, predicate } = statement;
  if (predicateType === SIGN_PREDICATE) return undefined;
  const state = stateOf(key, isAbout(statement, digest), isSigned, content.isKeyless);
  return { source, form, state, key: key ?? null, predicateType, predicate };
}

function stateOf(key: string | undefined, isAboutDigest: boolean, isSigned: boolean, isKeyless: boolean) {
  if (key !== undefined) return isAboutDigest ? 'verified' : 'subject_differs';
  if (!isSigned) return 'unsigned';
  return isKeyless ? 'unsupported' : 'wrong_key';
}
