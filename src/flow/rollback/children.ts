import { SluiceError } from '../../kit/errors.ts';
import type { Flow, Step } from '../definition.ts';
import { resolveArguments } from '../expression.ts';
import { RunJournal } from '../run-journal.ts';
import type { EngineServices } from '../services.ts';
import { type RunState, stepState } from '../state.ts';
import { variablesOf } from '../variables.ts';
import { madeBy } from './done.ts';

/** The key that a run with these inputs has. */
export type KeyOf = (flow: Flow, inputs: Record<string, unknown>) => Promise<string>;

/** The runs that steps of this one have begun, by step. One that was there before is not ours. */
export async function childrenOf(
  journal: RunJournal,
  services: EngineServices,
  keyOf: KeyOf,
): Promise<Map<string, RunJournal>> {
  const children = new Map<string, RunJournal>();
  for (const step of journal.state.opened.flow.steps) {
    const flow = services.flows.get(step.flow?.flow ?? '');
    if (step.flow === undefined || flow === undefined) continue;
    const { ref } = stepState(journal.state, step.id);
    const rows =
      ref?.system === 'sluice'
        ? [await services.store.find(ref.id)]
        : await rowsOf(step, journal.state, flow, services, keyOf);
    for (const row of rows.toReversed()) {
      if (row === undefined) continue;
      const child = await RunJournal.load(row.id, services);
      if (child.state.opened.parent !== journal.id) continue;
      children.set(step.id, child);
      break;
    }
  }
  return children;
}

async function rowsOf(step: Step, state: RunState, flow: Flow, services: EngineServices, keyOf: KeyOf) {
  try {
    const variables = variablesOf(state, await services.clock.now(), step);
    const inputs = resolveArguments(services.expressions, step.flow?.inputs ?? {}, variables);
    return await services.store.findByKey(flow.flow, await keyOf(flow, { ...Object(inputs) }));
  } catch (error) {
    // What its inputs come from has not happened, or is not fit: it was never begun.
    if (error instanceof SluiceError && ['precondition', 'invalid_input'].includes(error.code)) return [];
    throw error;
  }
}

export async function statesOf(children: ReadonlyMap<string, RunJournal>, services: EngineServices) {
  const states = new Map<string, { state: RunState; earlier: ReadonlySet<string> }>();
  for (const [id, { state }] of children)
    states.set(id, { state, earlier: await madeEarlier(state, services) });
  return states;
}

/** Keys of what earlier runs of this key have made: adopted later, it is still ours. */
export async function madeEarlier(state: RunState, services: EngineServices): Promise<ReadonlySet<string>> {
  const { flow, key, release_id: id } = state.opened;
  const made = new Set<string>();
  const adopted = flow.steps.some((step) =>
    [...stepState(state, step.id).effects.values()].some(({ status }) => status === 'adopted'),
  );
  if (!adopted) return made;
  for (const row of await services.store.findByKey(flow.flow, key)) {
    if (row.id === id || row.state === 'rolled_back') continue;
    const earlier = await RunJournal.load(row.id, services);
    if (earlier.state.openedAt > state.openedAt || earlier.state.closed?.state !== 'cancelled') continue;
    for (const step of earlier.state.opened.flow.steps)
      for (const effect of madeBy(earlier.state, step, new Set())) made.add(effect.key);
  }
  return made;
}
