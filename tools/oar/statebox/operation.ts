import type { StateBox } from '../statebox.ts';
import { type Change, edit } from './edit.ts';

/**
 * What somebody wants of a StateBox, as a function of what it holds. After a conflict it is asked
 * again over what the file holds by then, so that nothing rests on a file that was read before.
 * No changes: it is so already, and nothing is written.
 */
export interface Operation {
  /** The commit's message. */
  message: string;
  changes(box: StateBox): Change[];
}

export function applied(text: string, box: StateBox, operation: Operation, at: string): string | undefined {
  const changes = operation.changes(box);
  if (changes.length === 0) return undefined;
  return edit(text, [...changes, { set: ['updated_at'], to: at }]);
}
