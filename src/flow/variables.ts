import type { Step } from './definition.ts';
import { Moment, type Variables } from './expression.ts';
import { type RunState, stepState } from './state.ts';

/** Names that expressions may read; the lint refuses any other. */
export const VARIABLE_NAMES = [
  'inputs',
  'steps',
  'ref',
  'result',
  'attempt',
  'now',
  'config',
  'run',
  'notice',
  'event',
  'step',
  'effect',
  'item',
] as const;

/**
 * What the expressions of a step can read. Steps that have no result yet are absent, so that reading
 * them is an error and never false.
 */
export function variablesOf(state: RunState, now: number, step?: Step, extra: Variables = {}): Variables {
  const steps: Record<string, unknown> = {};
  for (const [id, other] of state.steps) {
    const entry: Record<string, unknown> = { state: other.status };
    if (other.result !== undefined && other.status !== 'open') entry.result = other.result;
    if (other.ref !== null) entry.ref = other.ref;
    steps[id] = entry;
  }
  const own = step === undefined ? undefined : stepState(state, step.id);
  return {
    inputs: state.opened.inputs,
    steps,
    config: { policy: state.opened.policy },
    run: { id: state.opened.release_id, key: state.opened.key, requester: state.opened.requester.id },
    now: new Moment(now),
    attempt: own?.attempt ?? 1,
    ...(own?.ref === null || own === undefined ? {} : { ref: own.ref }),
    ...extra,
  };
}
