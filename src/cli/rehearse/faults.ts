import type { SeenRequest } from './world.ts';

export const FAULT_LEVELS = ['none', 'some', 'all'] as const;
export type FaultLevel = (typeof FAULT_LEVELS)[number];

/** What goes wrong with one request: before its effect, after it, or instead of an answer. */
const OF_WRITES = ['timeout_before', 'timeout_after', '429', '500'] as const;
const OF_READS = ['429', '500', 'timeout_before'] as const;
const SOME = 8;

/** The same choice for the same seed: a linear congruential generator. */
export function chooser(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // The low bits of such a generator repeat soon.
    return below <= 0 ? 0 : (state >>> 8) % below;
  };
}

/** Faults on requests that were seen: some of them, or one on each kind of request. */
export function chooseFaults(
  seen: readonly SeenRequest[],
  level: FaultLevel,
  choose: (below: number) => number,
): Record<string, unknown>[] {
  const kinds = [...new Map(seen.map((one) => [`${one.system} ${one.method} ${one.path}`, one])).values()];
  const writes = kinds.filter(({ mutating }) => mutating);
  const reads = kinds.filter(({ mutating }) => !mutating);
  const chosen =
    level === 'all'
      ? kinds
      : level === 'none'
        ? []
        : [...take(writes, SOME / 2, choose), ...take(reads, SOME / 2, choose)];
  return chosen.map(({ system, method, path, mutating }) => {
    const faults = mutating ? OF_WRITES : OF_READS;
    return {
      ...(system === null || system === undefined ? {} : { system }),
      method,
      path: `^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`,
      fault: faults[choose(faults.length)],
      retry_after: 1,
    };
  });
}

/** After how many changes of the world the driver is killed. */
export function chooseKills(changes: number, level: FaultLevel, choose: (below: number) => number): number[] {
  const wanted = level === 'none' ? 0 : level === 'some' ? 1 : 3;
  const moments = Array.from({ length: Math.min(wanted, changes) }, () => 1 + choose(changes));
  return [...new Set(moments)].sort((a, b) => a - b);
}

function take<T>(items: readonly T[], count: number, choose: (below: number) => number): T[] {
  const rest = [...items];
  const taken: T[] = [];
  while (taken.length < count && rest.length > 0) taken.push(...rest.splice(choose(rest.length), 1));
  return taken;
}
