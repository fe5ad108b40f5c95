import { isoTime } from '../../src/kit/clock.ts';
import { formatDuration } from '../../src/kit/duration.ts';

export function many(count: number, what: string, several = `${what}s`): string {
  return `${count} ${count === 1 ? what : several}`;
}

/** `2 failing, 1 healthy`, in the order of the names; empty where all are 0. */
export function countsText<K extends string>(names: readonly K[], counts: Record<K, number>): string {
  return names
    .filter((name) => counts[name] > 0)
    .map((name) => `${counts[name]} ${name.replace('_', ' ')}`)
    .join(', ');
}

/** How many of each state. */
export function countBy<K extends string>(names: readonly K[], states: readonly K[]): Record<K, number> {
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
  for (const state of states) counts[state] += 1;
  return counts;
}

/** Kubernetes times as ISO text; null for what is absent or no time. */
export function isoOf(text: string | null | undefined): string | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : isoTime(ms);
}

export function ageOf(text: string | null | undefined, now: number): string | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : formatDuration(Math.max(0, now - ms));
}
