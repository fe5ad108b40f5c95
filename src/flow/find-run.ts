import { SluiceError } from '../kit/errors.ts';
import { nearest } from '../kit/suggest.ts';
import type { Flow, Step } from './definition.ts';
import { resolveArguments } from './expression.ts';
import { stepOf } from './graph.ts';
import { checkInputs } from './inputs.ts';
import { RunJournal } from './run-journal.ts';
import type { EngineServices } from './services.ts';

/** A run by its id (or its key), or the one of a flow with these inputs. */
export type Target = { release_id: string } | { flow: string; inputs: Readonly<Record<string, unknown>> };

export function flowNamed(name: string, services: EngineServices): Flow {
  const plain = name.replaceAll('_', '-');
  const flow = services.flows.get(plain);
  if (flow !== undefined) return flow;
  const names = [...services.flows.keys()];
  const hint = nearest(plain, names);
  throw new SluiceError('not_found', {
    cause: `There is no flow ${JSON.stringify(name)}.`,
    remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}Flows: ${names.join(', ')}.`,
  });
}

/** By its id, or by its key where that means one run. Throws `not_found`. */
export async function loadRun(id: string, services: EngineServices): Promise<RunJournal> {
  const { store } = services;
  const row = await store.find(id);
  if (row !== undefined) return await RunJournal.load(row.id, services);
  const byKey = await store.findByKey(undefined, id);
  const open = byKey.filter((candidate) => !candidate.closed);
  const candidates = open.length > 0 ? open : byKey;
  const [only] = candidates;
  if (only !== undefined && (candidates.length === 1 || open.length === 0))
    return await RunJournal.load(only.id, services);
  const rows = await store.list();
  const hint = nearest(
    id,
    rows.map((known) => known.id),
  );
  throw new SluiceError('not_found', {
    cause:
      candidates.length > 1
        ? `${JSON.stringify(id)} is the key of several runs: ${candidates.map((known) => known.id).join(', ')}.`
        : `There is no release ${JSON.stringify(id)} in ${store.location}.`,
    remedy: hint === undefined ? 'See `sluice list`.' : `Did you mean ${hint}? See \`sluice list\`.`,
  });
}

/** The run that a target means, if there is one: an open one, or one that is done. */
export async function existingRun(target: Target, services: EngineServices): Promise<RunJournal | undefined> {
  if ('release_id' in target) return await loadRun(target.release_id, services);
  const flow = flowNamed(target.flow, services);
  const inputs = checkInputs(flow, target.inputs);
  const key = await keyOfRun(flow, inputs, services);
  const rows = await services.store.findByKey(flow.flow, key);
  const row =
    rows.find((candidate) => !candidate.closed) ?? rows.find((candidate) => candidate.state === 'done');
  if (row === undefined) return undefined;
  const journal = await RunJournal.load(row.id, services);
  const known = journal.state.opened.inputs;
  if (row.closed && flow.repeats === true && Object.keys(known).some((name) => !(name in inputs)))
    return undefined;
  for (const [name, value] of Object.entries(inputs)) {
    const held = known[name];
    if (JSON.stringify(held) === JSON.stringify(value)) continue;
    if (row.closed && flow.repeats === true) return undefined;
    throw new SluiceError('conflict', {
      cause: `${row.id} was begun with ${name}=${JSON.stringify(held ?? null)}, not ${JSON.stringify(value)}.`,
      remedy: `Drive it as it is (sluice drive ${row.id}), or cancel it first.`,
    });
  }
  return journal;
}

export async function keyOfRun(
  flow: Flow,
  inputs: Record<string, unknown>,
  services: EngineServices,
): Promise<string> {
  const value = resolveArguments(services.expressions, flow.key, { inputs });
  if (typeof value === 'string' && value !== '') return value;
  throw new SluiceError('invalid_input', {
    cause: `The key of ${flow.flow} is ${JSON.stringify(value)}, not a text.`,
    remedy: 'Correct `key` in its flow.yaml.',
  });
}

export function stepNamed(journal: RunJournal, id: string | undefined): Step | undefined {
  if (id === undefined) return undefined;
  const { flow } = journal.state.opened;
  const step = stepOf(flow, id);
  if (step !== undefined) return step;
  const hint = nearest(
    id,
    flow.steps.map((known) => known.id),
  );
  throw new SluiceError('not_found', {
    cause: `${journal.id} has no step ${JSON.stringify(id)}.`,
    remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}Its steps: ${flow.steps.map((known) => known.id).join(', ')}.`,
  });
}

export function notOfKind(journal: RunJournal, id: string, kind: string): SluiceError {
  const known = journal.state.opened.flow.steps.filter((step) => step.kind === kind).map((step) => step.id);
  return new SluiceError('invalid_input', {
    cause: `${JSON.stringify(id)} of ${journal.id} is not a step of kind ${kind}.`,
    remedy: `Of that kind are: ${known.join(', ') || 'none'}.`,
  });
}
