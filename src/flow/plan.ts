import { digestOf } from '../kit/canonical.ts';
import { NotYet, SluiceError, toSluiceError } from '../kit/errors.ts';
import { environmentOf, type Flow, type Step } from './definition.ts';
import { resolveArguments } from './expression.ts';
import { coveredBy } from './graph.ts';
import type { EngineServices } from './services.ts';
import { type RunState, stepState } from './state.ts';
import { variablesOf } from './variables.ts';

/** An effect as far as it can be known before it happens. */
export type PlannedEffect =
  | {
      step: string;
      tool: string;
      environment: string;
      state: 'resolved';
      key: string;
      system: string;
      action: string;
      target: string;
      before?: unknown;
      after?: unknown;
      /** It is there already: nothing will be sent. */
      present: boolean | null;
    }
  | { step: string; tool: string; environment: string; state: 'deferred'; waits_for: string };

export interface PlanFrame {
  version: 1;
  release_id: string;
  flow: string;
  flow_hash: string;
  key: string;
  inputs: Record<string, unknown>;
  policy: Record<string, unknown>;
  contracts: string;
  sandbox: boolean;
}

export interface Plan {
  frame: PlanFrame;
  shows: Record<string, unknown>;
  effects: PlannedEffect[];
}

/** What is bound: the frame, the evidence shown, and each effect by what it will do. */
export function planHash(plan: Plan): string {
  const effects = plan.effects.map((effect) => {
    if (effect.state === 'deferred') return { step: effect.step, tool: effect.tool, deferred: true };
    const { step, tool, environment, key, system, action, target, after } = effect;
    return { step, tool, environment, key, system, action, target, after: after ?? null };
  });
  return digestOf({ frame: plan.frame, shows: plan.shows, effects });
}

function frameOf(state: RunState): PlanFrame {
  const { opened } = state;
  return {
    version: 1,
    release_id: opened.release_id,
    flow: opened.flow.flow,
    flow_hash: opened.flow_hash,
    key: opened.key,
    inputs: opened.inputs,
    policy: opened.policy,
    contracts: digestOf(opened.contracts),
    sandbox: opened.sandbox,
  };
}

/** The tool call of a step that changes something; undefined for steps that only look. */
export function writeCallOf(
  step: Step,
  services: EngineServices,
): { tool: string; with: Record<string, unknown> } | undefined {
  const call =
    step.start ?? (step.uses === undefined ? undefined : { uses: step.uses, with: step.with ?? {} });
  if (call === undefined || services.registry.demand(call.uses).effect === 'read') return undefined;
  return { tool: call.uses, with: call.with };
}

async function plannedEffects(
  step: Step,
  state: RunState,
  flow: Flow,
  services: EngineServices,
  find: boolean,
): Promise<PlannedEffect[]> {
  const call = writeCallOf(step, services);
  if (call === undefined) return [];
  const common = { step: step.id, tool: call.tool, environment: environmentOf(flow, step) };
  const now = await services.clock.now();
  try {
    const variables = variablesOf(state, now, step);
    const args = resolveArguments(services.expressions, call.with, variables);
    const effects = await services.registry.effects(call.tool, args, {
      principal: state.opened.requester,
      now,
    });
    const planned: PlannedEffect[] = [];
    for (const effect of effects) {
      const found = find ? await effect.find() : undefined;
      planned.push({
        ...common,
        state: 'resolved',
        key: effect.key,
        ...effect.preview,
        present: found === undefined || found.state === 'unknown' ? null : found.state === 'present',
      });
    }
    return planned;
  } catch (thrown) {
    const error = toSluiceError(thrown);
    const waits =
      error instanceof NotYet ||
      error.rule === 'expression' ||
      ['not_found', 'precondition'].includes(error.code);
    if (!waits) throw error;
    const why =
      error.rule === 'expression'
        ? `the outcome of ${openNeeds(step, state) || 'earlier steps'}`
        : error.message;
    return [{ ...common, state: 'deferred', waits_for: why }];
  }
}

function openNeeds(step: Step, state: RunState): string {
  return step.needs.filter((need) => stepState(state, need).status === 'open').join(', ');
}

/** The plan of the whole run as it can be known now. Sends nothing. */
export async function planRun(state: RunState, services: EngineServices): Promise<Plan> {
  const { flow } = state.opened;
  const effects: PlannedEffect[] = [];
  for (const step of flow.steps) {
    if (stepState(state, step.id).status !== 'open') continue;
    effects.push(...(await plannedEffects(step, state, flow, services, true)));
  }
  return { frame: frameOf(state), shows: {}, effects };
}

/** The plan that an approval binds to. Throws `blocked` while an effect that it covers is not resolved. */
export async function planForApproval(
  approval: Step,
  state: RunState,
  services: EngineServices,
): Promise<Plan> {
  const { flow } = state.opened;
  const variables = variablesOf(state, await services.clock.now(), approval);
  const shows: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(approval.approve?.shows ?? {})) {
    shows[name] = services.expressions.compile(text).evaluate(variables);
  }
  const effects: PlannedEffect[] = [];
  for (const step of coveredBy(flow, approval.id)) {
    effects.push(...(await plannedEffects(step, state, flow, services, false)));
  }
  const open = effects.find((effect) => effect.state === 'deferred');
  if (open !== undefined && open.state === 'deferred') {
    throw new SluiceError('blocked', {
      cause: `Nothing can be approved yet: what ${open.step} will do is not known (${open.waits_for}).`,
      remedy: 'Look again later.',
      rule: 'approval-plan',
    });
  }
  return { frame: frameOf(state), shows, effects };
}
