import { isDeepStrictEqual } from 'node:util';
import type { Tree } from '../scenario/merge.ts';
import type { Reaction, ReactionStep } from '../scenario/schema-kubernetes.ts';
import { planFor } from '../store.ts';
import { valueAt } from './manifest.ts';

/** `merged`: not of an object of the cluster, but of something outside that it follows. */
export type Verb = 'create' | 'update' | 'delete' | 'merged';

interface Plan {
  name: string;
  nth: number;
  halts: boolean;
  steps: readonly ReactionStep[];
}

/** The first reaction that fits; `count` says the how manieth time it is. */
export function planned(
  reactions: Readonly<Record<string, Reaction>>,
  verb: Verb,
  kind: string,
  before: Tree | undefined,
  after: Tree,
  count: (name: string) => number,
): Plan | undefined {
  for (const [name, reaction] of Object.entries(reactions)) {
    if (reaction.kind !== kind || !reaction.on.includes(verb)) continue;
    if (!reaction.when.every((test) => holds(test, before, after))) continue;
    const nth = count(`reaction ${name}`);
    const steps = planFor(reaction.outcomes, nth - 1)?.plan ?? [];
    return { name, nth, halts: reaction.halts, steps };
  }
  return undefined;
}

function holds(test: Reaction['when'][number], before: Tree | undefined, after: Tree): boolean {
  const value = valueAt(after, test.path);
  if (test.is !== undefined && !isDeepStrictEqual(value, test.is)) return false;
  if (test.exists !== undefined && (value !== undefined) !== test.exists) return false;
  if (test.changed === undefined) return true;
  return isDeepStrictEqual(value, valueAt(before, test.path)) !== test.changed;
}
