import { SluiceError } from '../../kit/errors.ts';
import { resolveArguments, type Variables } from '../expression.ts';
import { checkInputs } from '../inputs.ts';
import type { EngineServices } from '../services.ts';
import type { RunState } from '../state.ts';
import { variablesOf } from '../variables.ts';
import { type Answered, withAnswers } from './done.ts';

/** A run of another flow that takes back what this one did. */
export interface WayBack {
  flow: string;
  inputs: Record<string, unknown>;
}

/**
 * What the flow names as its way back, with every input worked out. Empty where it names none.
 * Throws when one of them has no value, or is not what that flow takes.
 */
export function wayBack(
  state: RunState,
  now: number,
  reason: string,
  services: Pick<EngineServices, 'expressions' | 'flows'>,
  answers: ReadonlyMap<string, Answered> = new Map(),
): WayBack[] {
  const { rollback, flow: name } = state.opened.flow;
  if (rollback === undefined) return [];
  const flow = services.flows.get(rollback.flow);
  if (flow === undefined) {
    throw new SluiceError('precondition', {
      cause: `${name} is taken back by the flow ${rollback.flow}, which is not there.`,
      remedy: 'Add it to the skills, or undo step by step: sluice rollback RELEASE_ID --step STEP.',
    });
  }
  const { expressions } = services;
  const variables = withAnswers(variablesOf(state, now), answers);
  return itemsOf(rollback.each, variables, services).map((item) => {
    const given = resolveArguments(
      expressions,
      rollback.inputs,
      item === undefined ? variables : { ...variables, item },
    );
    const inputs: Record<string, unknown> = { ...Object(given) };
    if (flow.inputs.reason !== undefined && inputs.reason === undefined) inputs.reason = reason;
    return { flow: flow.flow, inputs: checkInputs(flow, inputs) };
  });
}

function itemsOf(
  each: string | undefined,
  variables: Variables,
  { expressions }: Pick<EngineServices, 'expressions'>,
): readonly unknown[] {
  if (each === undefined) return [undefined];
  const items = expressions.compile(each).evaluate(variables);
  if (Array.isArray(items) && items.length > 0) return items;
  throw new SluiceError('precondition', {
    cause: `rollback.each is ${JSON.stringify(items)}, not a list with something in it.`,
    remedy: 'Correct `rollback` in the flow.yaml.',
  });
}
