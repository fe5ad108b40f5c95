import type { Effect } from '../kit/effect.ts';
import { SluiceError } from '../kit/errors.ts';
import { destinationOf } from './definition.ts';
import type { GuardCheck } from './facts.ts';
import { stepState } from './state.ts';
import type { StepWork } from './step-work.ts';

export interface GuardVerdict {
  verdict: 'pass' | 'fail' | 'unknown';
  /** What holds, or what stands against it. */
  cause: string;
  /** What lifts it, and who may. Said when it does not pass. */
  remedy: string;
  /** What it rests on: rules, sources, times. Kept in the journal. */
  evidence?: unknown;
}

/** A rule of the house that is asked right before an effect of an environment, besides gates and approvals. */
export interface EffectGuard {
  /** Stands in refusals as the rule, and in waivers as the gate. */
  readonly name: string;
  /** Undefined when it has no say about this environment. */
  check(work: StepWork, effect: Effect, environment: string): Promise<GuardVerdict | undefined>;
}

/** Throws `blocked` unless every guard lets the effect pass now. What they say is written down. */
export async function assertGuards(work: StepWork, effect: Effect): Promise<void> {
  const { step, journal, services } = work;
  const environment = destinationOf(journal.state.opened.flow, step);
  for (const guard of services.guards) {
    const said = await guard.check(work, effect, environment);
    if (said === undefined) continue;
    const { verdict, cause, remedy, evidence } = said;
    await note(work, {
      guard: guard.name,
      verdict,
      cause,
      ...(evidence === undefined ? {} : { result: evidence }),
    });
    if (verdict === 'pass') continue;
    throw new SluiceError('blocked', { cause, remedy, rule: guard.name });
  }
}

async function note(work: StepWork, check: GuardCheck): Promise<void> {
  const { step, journal } = work;
  const last = stepState(journal.state, step.id).guards.get(check.guard);
  const same = last !== undefined && last.verdict === check.verdict && last.cause === check.cause;
  if (same) return;
  await journal.append(
    { kind: 'guard.checked', step: step.id, data: check },
    { guard: (state) => state.closed === null && stepState(state, step.id).status === 'open' },
  );
}
