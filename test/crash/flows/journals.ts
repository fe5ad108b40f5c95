import { z } from 'zod';
import { isNotice } from '../../../src/flow/own-effects.ts';
import type { PlannedEffect } from '../../../src/flow/plan.ts';
import { hydrate } from '../../../src/flow/run-journal.ts';
import { openSqliteStore } from '../../../src/store/sqlite.ts';

export interface JournalEntry {
  release: string;
  kind: string;
  step: string | null;
  data: unknown;
}

const Keyed = z.object({ key: z.string() });

/** All that was written down in a state folder, run by run in its order. */
export async function journalsOf(home: string): Promise<JournalEntry[]> {
  const store = await openSqliteStore(home);
  try {
    const rows = await store.list();
    const all = await Promise.all(
      rows.map(async ({ id }) =>
        (await hydrate(await store.entries(id), store)).map((fact) => ({
          release: id,
          kind: fact.kind,
          step: 'step' in fact ? fact.step : null,
          data: 'data' in fact ? fact.data : null,
        })),
      ),
    );
    return all.flat();
  } finally {
    await store.close();
  }
}

/**
 * Where what was done differs from a plan: effects of a planned step that the plan does not have, and
 * effects of the plan that never came. A step whose effects were not known yet may have any.
 */
export function unplanned(plan: readonly PlannedEffect[], entries: readonly JournalEntry[]): string[] {
  const done = entries.flatMap(({ kind, step, data }) =>
    kind === 'effect.intended' && !isNotice(Keyed.parse(data).key)
      ? [`${step} ${Keyed.parse(data).key}`]
      : [],
  );
  const known = plan.flatMap((effect) =>
    effect.state === 'resolved' ? [`${effect.step} ${effect.key}`] : [],
  );
  const open = new Set(plan.flatMap((effect) => (effect.state === 'deferred' ? [effect.step] : [])));
  const steps = new Set(plan.map(({ step }) => step));
  return [
    ...done
      .filter((one) => steps.has(one.split(' ')[0] ?? '') && !open.has(one.split(' ')[0] ?? ''))
      .filter((one) => !known.includes(one))
      .map((one) => `not planned: ${one}`),
    ...known.filter((one) => !done.includes(one)).map((one) => `never came: ${one}`),
  ];
}
