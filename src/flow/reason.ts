import { SluiceError } from '../kit/errors.ts';

/** A reason that people will read later: 3 to 4,000 characters. */
export function demandReason(reason: string): string {
  const plain = reason.trim();
  if (plain.length >= 3 && plain.length <= 4_000) return plain;
  throw new SluiceError('invalid_input', {
    cause: plain.length < 3 ? 'A reason is missing.' : 'The reason is longer than 4,000 characters.',
    remedy: 'Say in a sentence why: it stands in the journal for good.',
  });
}
