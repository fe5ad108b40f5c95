import { chooser } from '../../src/cli/rehearse/faults.ts';

/** Of the choice of points; a failure names it. */
export const SEED = Number(process.env.CRASH_SEED ?? 20260625);

/** How many points are wanted: a number, or `all` (`test:exhaustive`). */
export function countOf(text: string | undefined, usual: number): number {
  if (text === 'all') return Number.MAX_SAFE_INTEGER;
  return text === undefined ? usual : Number(text);
}

/** A seeded choice, in their order, the same in every run with the same seed. */
export function sample<T>(items: readonly T[], count: number): T[] {
  if (count >= items.length) return [...items];
  const choose = chooser(SEED);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(choose(items.length));
  return [...chosen].sort((a, b) => a - b).flatMap((index) => items[index] ?? []);
}
