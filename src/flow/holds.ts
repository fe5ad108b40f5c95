import { destinationOf } from './definition.ts';
import type { GuardHold } from './guards.ts';
import { writeCallOf } from './plan.ts';
import type { RunReport } from './report.ts';
import type { EngineServices } from './services.ts';
import { heldBy, type RunState, satisfies, stepState } from './state.ts';

/** What holds, or would hold, the rest of a run now: the rules of the house, for each place it leads to. */
export async function holdsOf(state: RunState, services: EngineServices): Promise<GuardHold[]> {
  if (state.closed !== null) return [];
  const now = await services.clock.now();
  const { flow } = state.opened;
  const open = flow.steps.filter(
    (step) =>
      !satisfies(stepState(state, step.id), now) &&
      (step.flow !== undefined || writeCallOf(step, services) !== undefined),
  );
  const places = new Set(open.map((step) => destinationOf(flow, step)));
  const found: GuardHold[] = [];
  for (const place of places) {
    for (const guard of services.guards) found.push(...((await guard.holds?.(state, place, services)) ?? []));
  }
  return found;
}

/** In a sentence, for a summary; empty where nothing holds. */
export function holdsText(holds: readonly GuardHold[]): string {
  const holding = holds.filter(({ state }) => state !== 'passes');
  if (holding.length === 0) return '';
  const [first] = holding;
  const opens = first?.next_opening ?? null;
  const when = opens === null ? '' : `; it opens at ${opens}`;
  return ` Held now: ${holding.map(({ gate, environment }) => `${environment} by ${gate}`).join(', ')}${when}.`;
}

/** Blocked, but by nothing that a person has to mend: every step that is will open at a time that is known. */
export function opensByItself(report: RunReport, state: RunState): boolean {
  const blocked = report.steps.filter((step) => step.state === 'blocked');
  return (
    report.state === 'blocked' &&
    blocked.every(({ id }) => {
      const held = heldBy(stepState(state, id));
      return held.length > 0 && held.every(({ opens_at }) => opens_at !== undefined);
    })
  );
}
