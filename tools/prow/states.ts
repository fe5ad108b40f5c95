import type { ProwState } from './client.ts';

export const OUTCOMES = ['in_progress', 'success', 'failure', 'retriable'] as const;
export type ProwOutcome = (typeof OUTCOMES)[number];

/** What a state means: aborted and error ended without a word about what was tested. */
export function outcomeOf(state: ProwState): ProwOutcome {
  switch (state) {
    case 'scheduling':
    case 'triggered':
    case 'pending':
      return 'in_progress';
    case 'success':
    case 'failure':
      return state;
    case 'aborted':
    case 'error':
      return 'retriable';
  }
}
