import type { Action } from '../decide.ts';
import type { Step } from '../definition.ts';
import type { WitnessWay } from '../facts.ts';
import type { EffectState, RunState, StepState } from '../state.ts';
import { askName, effectsOfAsk, isAsked } from './asked.ts';

/** What the decision about everything knows of time and of others. */
export interface Timing {
  now: number;
  /** False also makes sure that somebody looks at that moment. */
  isDue(at: number): boolean;
  /** Whether another driver may be at work on one of these. */
  isHeld(effects: readonly EffectState[]): boolean;
}

const FIRST_LOOK_MS = 60_000;
const LONGEST_PAUSE_MS = 900_000;

/** Every minute at first, then less and less often: a tenth of the time for which it was asked. */
export function nextLookAt(asked: { at: number }, now: number): number {
  return now + Math.min(Math.max(FIRST_LOOK_MS, (now - asked.at) / 10), LONGEST_PAUSE_MS);
}

/** What is due of an approve step whose turn has come. */
export function decideApproval(
  step: Step,
  own: StepState,
  { reviews }: Pick<RunState, 'reviews'>,
  ways: readonly WitnessWay[],
  timing: Timing,
): Action[] {
  const { asked } = own;
  if (asked === null) {
    return timing.isDue(own.nextAt) ? [{ do: 'ask-approval', step: step.id }] : [];
  }
  const no = own.refused.get(asked.planHash);
  if (no !== undefined) {
    const data = { status: 'failed' as const, cause: `declined by ${no.by}: ${no.reason}` };
    return [{ do: 'record', fact: { kind: 'step.settled', step: step.id, data } }];
  }
  const given = own.approvals.filter(({ planHash }) => planHash === asked.planHash);
  const people = new Set(given.map(({ by }) => by));
  const broken = reviews.some(
    ({ what, plan_hash, until }) => what === step.id && plan_hash === asked.planHash && until > timing.now,
  );
  if (people.size >= (step.approve?.quorum ?? 1) || broken) {
    // A look that ended in an error is not repeated at once: what it could not ask is not there yet.
    const due = own.errors === 0 || timing.isDue(own.nextAt);
    return due ? [{ do: 'check-approval', step: step.id }] : [];
  }
  const actions: Action[] = [];
  for (const way of ways) {
    const known = own.notices.get(askName(own, way));
    if (known !== undefined && known.status !== 'delayed') continue;
    if (timing.isHeld(effectsOfAsk(own, way)) || !timing.isDue(known?.nextAt ?? 0)) continue;
    actions.push({ do: 'ask-elsewhere', step: step.id, way });
  }
  if (ways.includes('gitlab') && isAsked(own, 'gitlab')) {
    const looked = own.looks > 0 && own.lastLookAt >= asked.at;
    if (timing.isDue(looked ? own.nextAt : asked.at + FIRST_LOOK_MS))
      actions.push({ do: 'look-approval', step: step.id });
  }
  return actions;
}
