import { digestOf } from '../kit/canonical.ts';
import type { Step } from './definition.ts';
import { ExpressionError, type Expressions, Moment, resolveArguments } from './expression.ts';
import type { RunWaiver } from './facts.ts';
import type { RunState } from './state.ts';
import { variablesOf } from './variables.ts';

/** The waiver of a guard that counts now for this environment; undefined when there is none. */
export function waiverFor(
  state: RunState,
  gate: string,
  environment: string,
  now: number,
): (RunWaiver & { at: number }) | undefined {
  return state.waivers.findLast(
    (waiver) => waiver.gate === gate && waiver.environment === environment && waiver.until > now,
  );
}

/**
 * What a gate judges, as a digest: its call with every argument filled in, and its conditions. A
 * waiver counts for this alone: another image is another subject. Undefined while an argument has
 * no value yet.
 */
export function subjectOf(gate: Step, state: RunState, expressions: Expressions): string | undefined {
  if (gate.gate === undefined) return undefined;
  const { uses, with: args, pass, fail } = gate.gate;
  // Time goes on by itself and is no subject.
  const variables = { ...variablesOf(state, 0, gate), now: new Moment(0) };
  try {
    const given = resolveArguments(expressions, args, variables);
    return digestOf(JSON.parse(JSON.stringify({ gate: gate.id, uses: uses ?? null, given, pass, fail })));
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
