import { createHash } from 'node:crypto';

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** The same seed gives the same: a test means the same on every run. */
function digest(seed: string): Buffer {
  return createHash('sha256').update(seed).digest();
}

/** Five letters as the API server appends them to a generateName. */
export function suffix(seed: string): string {
  return [...digest(seed).subarray(0, 5)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

export function uuid(seed: string): string {
  const hex = digest(seed).toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join('-');
}
