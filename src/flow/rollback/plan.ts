import { canonicalJson, digestOf } from '../../kit/canonical.ts';
import { type SluiceError, toSluiceError } from '../../kit/errors.ts';
import { destinationOf, type Step } from '../definition.ts';
import { wantsRollbackPlan } from '../environments.ts';
import { ExpressionError, resolveArguments, type Variables } from '../expression.ts';
import { ownEffects } from '../own-effects.ts';
import { type PlannedEffect, writeCallOf } from '../plan.ts';
import type { EngineServices } from '../services.ts';
import { type RunState, stepState } from '../state.ts';
import { variablesOf } from '../variables.ts';
import { type Change, changeOf } from './changes.ts';
import { readsEffect, reverseOrder } from './done.ts';
import { type WayBack, wayBack } from './runs.ts';

export interface UndoCall {
  tool: string;
  /** Arguments as far as they are known; the others still as their expressions. */
  with: Record<string, unknown>;
  /** Arguments that are known only once the effect is there. */
  known_later: string[];
  /** What the undo would do, where that can be told now. */
  preview?: { system: string; action: string; target: string; after: unknown }[];
}

export interface PlannedUndo {
  step: string;
  environment: string;
  tool: string;
  /** In the order in which they are taken back. */
  changes: Change[];
  /** Why they are not known yet. */
  waits_for?: string;
  undo: { by: 'tool'; calls: UndoCall[] } | { by: 'nothing'; why: string } | { by: 'unknown' };
}

/** The way back of a run: from the last step to the first. */
export interface RollbackPlan {
  version: 1;
  /** Runs of another flow that take everything back; empty where each step has its own undo. */
  runs: WayBack[];
  /** Why those runs cannot be worked out. */
  unresolved?: string;
  steps: PlannedUndo[];
}

/** What stands for the reason while nobody has given one. */
const NO_REASON = '(the reason that is given)';

/**
 * The way back as far as it can be known now: for each step with effects toward an environment that
 * wants one. Looks outside for what is there; sends nothing, and never fails: what cannot be told says so.
 */
export async function planRollback(
  state: RunState,
  services: EngineServices,
  planned?: readonly PlannedEffect[],
): Promise<RollbackPlan> {
  const { flow } = state.opened;
  const now = await services.clock.now();
  const steps: PlannedUndo[] = [];
  for (const step of reverseOrder(flow)) {
    const call = writeCallOf(step, services);
    const environment = destinationOf(flow, step);
    if (call === undefined || !wantsRollbackPlan(services.environments, environment)) continue;
    const { status, adopted } = stepState(state, step.id);
    if (status === 'skipped' || adopted) continue;
    const found = await changesOf(step, state, services, planned);
    const undo = await undoOf(step, state, found.changes, now, services);
    steps.push({ step: step.id, environment, tool: call.tool, ...found, undo });
  }
  if (steps.length === 0) return { version: 1, runs: [], steps };
  try {
    return { version: 1, runs: wayBack(state, now, NO_REASON, services), steps };
  } catch (thrown) {
    return { version: 1, runs: [], unresolved: reasonOf(toSluiceError(thrown), state), steps };
  }
}

function reasonOf(error: SluiceError, state: RunState): string {
  if (!(error instanceof ExpressionError)) return error.message;
  return `the inputs of ${state.opened.flow.rollback?.flow} are not known (${error.message})`;
}

/** Of effects that are on record what the record says, else what would be done now. */
async function changesOf(
  step: Step,
  state: RunState,
  services: EngineServices,
  planned: readonly PlannedEffect[] | undefined,
): Promise<{ changes: Change[]; waits_for?: string }> {
  const call = writeCallOf(step, services);
  if (call === undefined) return { changes: [] };
  const { effect } = services.registry.demand(call.tool);
  const known = ownEffects(stepState(state, step.id));
  const recorded = known.flatMap(({ key, status, preview }) =>
    preview === null || status === 'adopted' || status === 'not_sent' || status === 'refused'
      ? []
      : [changeOf(key, preview, effect)],
  );
  if (stepState(state, step.id).status !== 'open') return { changes: recorded.toReversed() };
  const ahead = await changesAhead(step, state, services, planned);
  const rest = ahead.changes.filter(({ key }) => !known.some((one) => one.key === key && isMade(one.status)));
  const changes = [
    ...recorded.filter(({ key }) => !rest.some((one) => one.key === key)),
    ...rest,
  ].toReversed();
  return { changes, ...(ahead.waits_for === undefined ? {} : { waits_for: ahead.waits_for }) };
}

function isMade(status: string): boolean {
  return status === 'sent' || status === 'found' || status === 'adopted';
}

async function changesAhead(
  step: Step,
  state: RunState,
  services: EngineServices,
  planned: readonly PlannedEffect[] | undefined,
): Promise<{ changes: Change[]; waits_for?: string }> {
  const call = writeCallOf(step, services);
  if (call === undefined) return { changes: [] };
  const { effect: kind } = services.registry.demand(call.tool);
  if (planned !== undefined) {
    const own = planned.filter((effect) => effect.step === step.id);
    const deferred = own.find((effect) => effect.state === 'deferred');
    const changes = own.flatMap((effect) =>
      effect.state === 'resolved' && effect.present !== true ? [changeOf(effect.key, effect, kind)] : [],
    );
    return deferred?.state === 'deferred' ? { changes, waits_for: deferred.waits_for } : { changes };
  }
  try {
    const now = await services.clock.now();
    const args = resolveArguments(services.expressions, call.with, variablesOf(state, now, step));
    const options = { principal: state.opened.requester, now };
    const effects = await services.registry.effects(call.tool, args, options);
    return { changes: effects.map(({ key, preview }) => changeOf(key, preview, kind)) };
  } catch (thrown) {
    const error = toSluiceError(thrown);
    return {
      changes: [],
      waits_for: error instanceof ExpressionError ? 'the outcome of earlier steps' : error.message,
    };
  }
}

async function undoOf(
  step: Step,
  state: RunState,
  changes: readonly Change[],
  now: number,
  services: EngineServices,
): Promise<PlannedUndo['undo']> {
  const { undo } = step;
  if (undo === undefined) return { by: 'unknown' };
  if ('none' in undo) return { by: 'nothing', why: undo.none };
  const own = stepState(state, step.id);
  const base = {
    ...variablesOf(state, now, step),
    ...(own.result === undefined ? {} : { result: own.result }),
  };
  const each = readsEffect(undo.with, services.expressions) && changes.length > 0;
  const about = each
    ? changes.map((change) => ({ ...base, effect: effectVariable(step, state, change) }))
    : [base];
  const calls: UndoCall[] = [];
  for (const variables of about) calls.push(await undoCall(undo, variables, now, state, services));
  return { by: 'tool', calls };
}

/** The effect as its undo reads it; without `data` until it was sent. */
function effectVariable(step: Step, state: RunState, change: Change): Record<string, unknown> {
  const { key, target, before, after } = change;
  const known = stepState(state, step.id).effects.get(key);
  const preview = known?.preview;
  return {
    key,
    target,
    before: preview?.before ?? before ?? null,
    after: preview?.after ?? after ?? null,
    ...(known?.data === undefined ? {} : { data: known.data }),
  };
}

async function undoCall(
  undo: { uses: string; with: Record<string, unknown> },
  variables: Variables,
  now: number,
  state: RunState,
  services: EngineServices,
): Promise<UndoCall> {
  const known: Record<string, unknown> = {};
  const later: string[] = [];
  for (const [name, value] of Object.entries(undo.with)) {
    try {
      const resolved = resolveArguments(services.expressions, value, variables);
      if (resolved !== null) known[name] = resolved;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      known[name] = value;
      later.push(name);
    }
  }
  const call = { tool: undo.uses, with: known, known_later: later };
  if (later.length > 0) return call;
  try {
    const options = { principal: state.opened.requester, now };
    const effects = await services.registry.effects(undo.uses, known, options);
    const preview = effects.map(({ preview: { system, action, target, after } }) => ({
      system,
      action,
      target,
      after: after ?? null,
    }));
    return { ...call, preview };
  } catch {
    // Before the effect is there, its undo often has nothing to speak of.
    return call;
  }
}

/** A plan as a journal holds it; undefined when there is none that this version reads. */
export function recordedPlan(plan: unknown): RollbackPlan | undefined {
  if (plan === null || typeof plan !== 'object' || !('version' in plan) || plan.version !== 1)
    return undefined;
  // Written by this module, and the chain that holds it was checked.
  return plan as RollbackPlan;
}

/** The change as a recorded plan holds it; undefined when it does not, or with another value before. */
export function plannedChange(
  plan: unknown,
  step: string,
  change: Change,
): { item: PlannedUndo; plan: RollbackPlan } | undefined {
  const known = recordedPlan(plan);
  if (known === undefined) return undefined;
  const item = known.steps.find((one) => one.step === step);
  const same = item?.changes.some(
    (one) =>
      one.key === change.key && canonicalJson(one.before ?? null) === canonicalJson(change.before ?? null),
  );
  return item !== undefined && same === true ? { item, plan: known } : undefined;
}

export function planDigest(plan: unknown): string {
  return digestOf(JSON.parse(JSON.stringify(plan)));
}
