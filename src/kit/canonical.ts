import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** RFC 8785 form: one text for one value, so that hashes agree across processes and versions. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('value has no JSON form');
  return text;
}

export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

export function digestOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
