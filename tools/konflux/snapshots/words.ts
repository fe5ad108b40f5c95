import type { SnapshotState } from './classify.ts';

const WORDS: Record<SnapshotState, string> = {
  testing: 'is being tested',
  passed: 'has passed',
  failed: 'has failed its tests',
  invalid: 'is invalid',
  canceled: 'was cancelled while it was tested',
  unknown: 'is not decided',
};

export function inWords(state: SnapshotState): string {
  return WORDS[state];
}

/** `1 component`, `2 components`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `3 passed, 1 failed`, the empty ones left out. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.map(([what, count]) => `${count} ${what}`).join(', ');
}

export function countBy<T, K extends string>(
  items: readonly T[],
  names: readonly K[],
  keyOf: (item: T) => K,
): Record<K, number> {
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
  for (const item of items) counts[keyOf(item)] += 1;
  return counts;
}
