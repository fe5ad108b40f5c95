import { z } from 'zod';
import { digestOf } from '../kit/canonical.ts';
import { NotYet, SluiceError, toSluiceError } from '../kit/errors.ts';
import { destinationOf, environmentOf, type Flow, type Step } from './definition.ts';
import { evaluateBoolean, resolveArguments } from './expression.ts';
import { coveredBy, upstream } from './graph.ts';
import type { EngineServices } from './services.ts';
import { type RunState, stepState } from './state.ts';
import { variablesOf } from './variables.ts';

const Common = z.object({ step: z.string(), tool: z.string(), environment: z.string() });

/** An effect as far as it can be known before it happens. */
export const PlannedEffect = z.discriminatedUnion('state', [
  Common.extend({
    state: z.literal('resolved'),
    key: z.string(),
    system: z.string(),
    action: z.string(),
    target: z.string(),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    /** It is there already: nothing will be sent. */
    present: z.boolean().nullable(),
  }),
  Common.extend({ state: z.literal('deferred'), waits_for: z.string() }),
]);
export type PlannedEffect = z.output<typeof PlannedEffect>;

const Tree = z.record(z.string(), z.unknown());

const PlanFrame = z.strictObject({
  version: z.literal(2),
  release_id: z.string(),
  flow: z.string(),
  flow_hash: z.string(),
  key: z.string(),
  inputs: Tree,
  policy: Tree,
  contracts: z.string(),
  sandbox: z.boolean(),
  /** How each gate before the approval stands: `passed`, `skipped`, or `waived` with the digest of its waiver. */
  gates: z.record(z.string(), z.string()),
  /** The exceptions that hold for each environment which the effects reach; none: it has to be open. */
  windows: z.record(z.string(), z.array(z.string())),
});
export type PlanFrame = z.output<typeof PlanFrame>;

const PlanSchema = z.strictObject({ frame: PlanFrame, shows: Tree, effects: z.array(PlannedEffect) });
export type Plan = z.output<typeof PlanSchema>;

/** What is bound: the frame, the evidence shown, and each effect by what it will do. */
export function boundPlan(plan: Plan): Record<string, unknown> {
  const effects = plan.effects.map((effect) => {
    if (effect.state === 'deferred') return { step: effect.step, tool: effect.tool, deferred: true };
    const { step, tool, environment, key, system, action, target, after } = effect;
    return { step, tool, environment, key, system, action, target, after: after ?? null };
  });
  return { frame: plan.frame, shows: plan.shows, effects };
}

export function planHash(plan: Plan): string {
  return digestOf(boundPlan(plan));
}

/** A plan as it stands in a journal; undefined when it is another version's, or not what its hash says. */
export function readPlan(recorded: unknown, hash: string): Plan | undefined {
  const parsed = PlanSchema.safeParse(recorded);
  return parsed.success && planHash(parsed.data) === hash ? parsed.data : undefined;
}

export function frameOf(state: RunState): PlanFrame {
  const { opened } = state;
  return {
    version: 2,
    release_id: opened.release_id,
    flow: opened.flow.flow,
    flow_hash: opened.flow_hash,
    key: opened.key,
    inputs: opened.inputs,
    policy: opened.policy,
    contracts: digestOf(opened.contracts),
    sandbox: opened.sandbox,
    gates: {},
    windows: {},
  };
}

/** A waiver that is granted, ends, or is another one makes another class. */
export function gateClasses(approval: Step, state: RunState): Record<string, string> {
  const { flow } = state.opened;
  const before = upstream(flow, approval.id);
  const gates = flow.steps.filter((step) => step.kind === 'gate' && before.has(step.id));
  return Object.fromEntries(
    gates.map(({ id }) => {
      const { status, waiver } = stepState(state, id);
      if (status !== 'waived') return [id, status];
      return [id, `waived:${waiver === null ? 'unknown' : digestOf(JSON.parse(JSON.stringify(waiver)))}`];
    }),
  );
}

/** By the names of the exceptions that hold now. Whether a window is open, its guard asks at each effect. */
function windowClasses(covered: readonly Step[], state: RunState, now: number): Record<string, string[]> {
  const { flow } = state.opened;
  const environments = covered.flatMap((step) => [environmentOf(flow, step), destinationOf(flow, step)]);
  const holding = (environment: string) =>
    state.waivers.filter((waiver) => waiver.environment === environment && waiver.until > now);
  return Object.fromEntries(
    [...new Set(environments)].map((environment) => [
      environment,
      [...new Set(holding(environment).map(({ gate }) => gate))].sort(),
    ]),
  );
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
  if (call === undefined || isLeftOut(step, state, services)) return [];
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
    const why = error.rule === 'expression' ? outcomeWaitedFor(step, state) : error.message;
    return [{ ...common, state: 'deferred', waits_for: why }];
  }
}

/** What inputs and policy rule out never comes; what steps say may still change. */
function isLeftOut({ when }: Step, { opened }: RunState, { expressions }: EngineServices): boolean {
  if (when === undefined || /\b(?:steps|now|run)\b/.test(when)) return false;
  try {
    return !evaluateBoolean(expressions, when, { inputs: opened.inputs, config: { policy: opened.policy } });
  } catch (thrown) {
    if (toSluiceError(thrown).rule !== 'expression') throw thrown;
    return false;
  }
}

function outcomeWaitedFor(step: Step, state: RunState): string {
  const open = step.needs.filter((need) => stepState(state, need).status === 'open').join(', ');
  return `the outcome of ${open || 'earlier steps'}`;
}

/** A run as it stands, or as it would begin. */
export type Begun = (flow: string, inputs: Record<string, unknown>) => Promise<RunState>;

/**
 * The plan of the whole run as it can be known now; effects of a flow that a step begins stand under
 * `step/its step`. Sends nothing.
 */
export async function planRun(state: RunState, services: EngineServices, begun: Begun): Promise<Plan> {
  const { flow } = state.opened;
  const effects: PlannedEffect[] = [];
  for (const step of flow.steps) {
    if (stepState(state, step.id).status !== 'open') continue;
    effects.push(...(await plannedEffects(step, state, flow, services, true)));
    effects.push(...(await plannedBelow(step, state, services, begun)));
  }
  return { frame: frameOf(state), shows: {}, effects };
}

async function plannedBelow(
  step: Step,
  state: RunState,
  services: EngineServices,
  begun: Begun,
): Promise<PlannedEffect[]> {
  if (step.flow === undefined || isLeftOut(step, state, services)) return [];
  const { flow, inputs } = step.flow;
  const environment = environmentOf(state.opened.flow, step);
  const variables = variablesOf(state, await services.clock.now(), step);
  let resolved: Record<string, unknown>;
  try {
    resolved = Tree.parse(resolveArguments(services.expressions, inputs, variables));
  } catch (thrown) {
    if (toSluiceError(thrown).rule !== 'expression') throw thrown;
    const waits_for = outcomeWaitedFor(step, state);
    return [{ step: step.id, tool: `flow ${flow}`, environment, state: 'deferred', waits_for }];
  }
  const { effects } = await planRun(await begun(flow, resolved), services, begun);
  return effects.map((effect) => ({ ...effect, step: `${step.id}/${effect.step}` }));
}

/**
 * The plan that an approval binds to, as the journal keeps it. Throws `blocked` while an effect that it
 * covers is not resolved.
 */
export async function planForApproval(
  approval: Step,
  state: RunState,
  services: EngineServices,
): Promise<Plan> {
  const { flow } = state.opened;
  const now = await services.clock.now();
  const variables = variablesOf(state, now, approval);
  const shows: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(approval.approve?.shows ?? {})) {
    shows[name] = services.expressions.compile(text).evaluate(variables);
  }
  const covered = coveredBy(flow, approval.id);
  const effects: PlannedEffect[] = [];
  for (const step of covered) {
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
  const frame = {
    ...frameOf(state),
    gates: gateClasses(approval, state),
    windows: windowClasses(covered, state, now),
  };
  // What the journal would take out is not hashed either: the plan that is kept is the plan that is bound.
  return PlanSchema.parse(services.redactor.deep(JSON.parse(JSON.stringify({ frame, shows, effects }))));
}
