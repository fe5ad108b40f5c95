/** What a saas file may hold as `ref`; anything else is invalid there, short hashes and tags included. */
export const REF = /^([0-9a-f]{40}|master|main|internal|stable)$/;
export const PIN = /^[0-9a-f]{40}$/;

export type RefKind = 'pin' | 'branch' | 'short_sha' | 'uppercase_sha' | 'wrong_length' | 'other' | 'none';

export function refKind(ref: string | undefined): RefKind {
  if (ref === undefined || ref === '') return 'none';
  if (PIN.test(ref)) return 'pin';
  if (REF.test(ref)) return 'branch';
  if (/^[0-9A-F]{40}$/i.test(ref)) return 'uppercase_sha';
  if (/^[0-9a-f]{7,39}$/i.test(ref)) return 'short_sha';
  if (/^[0-9a-f]{41,64}$/i.test(ref)) return 'wrong_length';
  return 'other';
}

/** Why a ref cannot be written, for people; undefined when it is a pin. */
export function whyNoPin(ref: string): string | undefined {
  const reasons: Record<RefKind, string | undefined> = {
    pin: undefined,
    branch: 'it is a branch, and a release pins a commit',
    short_sha: `it has ${ref.length} characters, and a saas file takes all 40 of a commit`,
    uppercase_sha: 'its letters are upper case, and a saas file takes lower case',
    wrong_length: `it has ${ref.length} characters, and a commit has 40`,
    other: 'it is no commit of 40 lower case hex digits (a tag or a branch is not accepted)',
    none: 'it is empty',
  };
  return reasons[refKind(ref)];
}

/**
 * Whether a loader of YAML types this as a number when it stands unquoted: digits alone, digits with
 * one `e` between them, and the binary form of YAML 1.1. A number does not hold 40 digits.
 */
export function looksNumeric(ref: string): boolean {
  return /^(\d+|\d+e\d+|0b[01]+)$/.test(ref);
}
