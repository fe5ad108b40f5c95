import { isTransient, toSluiceError } from '../../kit/errors.ts';
import type { Flow, Step } from '../definition.ts';
import { type Expressions, resolveArguments, type Variables } from '../expression.ts';
import type { Ref } from '../facts.ts';
import { ownEffects, unresolved } from '../own-effects.ts';
import { refOf } from '../perform.ts';
import { writeCallOf } from '../plan.ts';
import type { EngineServices } from '../services.ts';
import { type EffectState, type RunState, stepState } from '../state.ts';
import { variablesOf } from '../variables.ts';
import { inOrder } from './order.ts';

/** What a step answered, or would have: some end between their effect and their outcome. */
export interface Answered {
  result: unknown;
  ref: Ref | null;
}

/** Effects of the step's own work that this run, or an earlier one of the same key, has made. */
export function madeBy(state: RunState, step: Step, earlier: ReadonlySet<string>): EffectState[] {
  return ownEffects(stepState(state, step.id)).filter(
    ({ key, status }) =>
      status === 'sent' || status === 'found' || (status === 'adopted' && earlier.has(key)),
  );
}

/** Effects of which nobody can say whether they happened. */
export function unclearOf(state: RunState, step: Step): EffectState[] {
  return unresolved(stepState(state, step.id));
}

/**
 * The answers of all steps that made something. One that ended before its answer was written gets
 * it from its tool, by the outcomes in the journal; nothing is sent. Throws what passes by itself.
 */
export async function answersOf(
  state: RunState,
  earlier: ReadonlySet<string>,
  services: EngineServices,
): Promise<Map<string, Answered>> {
  const answers = new Map<string, Answered>();
  for (const step of inOrder(state.opened.flow)) {
    const made = madeBy(state, step, earlier);
    if (made.length === 0) continue;
    const own = stepState(state, step.id);
    const answered = own.result !== undefined && (own.status !== 'open' || own.startedAt !== null);
    if (answered) answers.set(step.id, { result: own.result, ref: own.ref });
    else {
      const found = await answerAgain(step, made, state, answers, services);
      if (found !== undefined) answers.set(step.id, found);
    }
  }
  return answers;
}

async function answerAgain(
  step: Step,
  made: readonly EffectState[],
  state: RunState,
  answers: ReadonlyMap<string, Answered>,
  services: EngineServices,
): Promise<Answered | undefined> {
  const call = writeCallOf(step, services);
  if (call === undefined) return undefined;
  const now = await services.clock.now();
  try {
    const variables = withAnswers(variablesOf(state, now, step), answers);
    const input = resolveArguments(services.expressions, call.with, variables);
    const result = await services.registry.write(
      call.tool,
      input,
      { principal: state.opened.requester, now },
      async (effects) =>
        effects.flatMap(({ key }) => {
          const known = made.find((effect) => effect.key === key);
          return known === undefined ? [] : [{ key, outcome: 'found' as const, data: known.data }];
        }),
    );
    return { result, ref: refOf(result) ?? null };
  } catch (thrown) {
    if (isTransient(toSluiceError(thrown))) throw thrown;
    return undefined;
  }
}

/** With the answers that the journal does not have. */
export function withAnswers(variables: Variables, answers: ReadonlyMap<string, Answered>): Variables {
  const steps: Record<string, unknown> = { ...Object(variables.steps) };
  for (const [id, { result, ref }] of answers) {
    const known: unknown = steps[id];
    steps[id] = { ...Object(known), result, ...(ref === null ? {} : { ref }) };
  }
  return { ...variables, steps };
}

export function readsEffect(args: Record<string, unknown>, expressions: Expressions): boolean {
  return textsIn(args).some((text) =>
    expressions.compile(text).references.some(({ path }) => path[0] === 'effect'),
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string')
    return value.startsWith('=') && !value.startsWith('==') ? [value.slice(1)] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsIn);
}

export function reverseOrder(flow: Flow): Step[] {
  return inOrder(flow).toReversed();
}
