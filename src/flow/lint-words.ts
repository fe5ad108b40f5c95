import { nearest } from '../kit/suggest.ts';

export interface Finding {
  /** Where in the flow, e.g. `steps.promoted.wait.until`. */
  at: string;
  what: string;
  remedy: string;
}

export function suggestion(name: string, known: readonly string[]): string {
  const hint = nearest(name, known);
  if (hint !== undefined) return `Did you mean ${hint}?`;
  return known.length === 0 ? 'Correct the name.' : `Known: ${known.slice(0, 20).join(', ')}.`;
}
