import type { Effect } from '../../kit/effect.ts';
import { oneLine } from '../../kit/text.ts';
import { destinationOf } from '../definition.ts';
import { PRODUCTION, wantsRollbackPlan } from '../environments.ts';
import type { EffectGuard, GuardVerdict } from '../guards.ts';
import { assertRole } from '../roles.ts';
import { stepState } from '../state.ts';
import type { StepWork } from '../step-work.ts';
import { waiverFor } from '../waivers.ts';
import { type Change, changeOf } from './changes.ts';
import { type PlannedUndo, planDigest, plannedChange, planRollback, type RollbackPlan } from './plan.ts';

const NAME = 'rollback-plan';

/** No effect before its way back is known and written down. Unknown does not pass. */
export const rollbackPlanGuard: EffectGuard = {
  name: NAME,
  check: async (work, effect, environment) => {
    const { journal, services } = work;
    if (!wantsRollbackPlan(services.environments, environment)) return undefined;
    const { state } = journal;
    if (state.opened.undoes !== undefined)
      return {
        verdict: 'pass',
        cause: `this run is itself the way back of ${state.opened.undoes}`,
        remedy: '',
      };
    const waiver = waiverFor(state, NAME, environment, await services.clock.now());
    if (waiver !== undefined)
      return { verdict: 'pass', cause: `waived by ${waiver.by.id}: ${waiver.reason}`, remedy: '' };
    return await judge(work, effect);
  },
  grant: async (_gate, request, asked, state, services) => {
    if (request.breakGlass !== true) assertRole('waiver', request.by, false, services.approvals);
    const { flow } = state.opened;
    const wanted = flow.steps
      .map((step) => destinationOf(flow, step))
      .find((environment) => wantsRollbackPlan(services.environments, environment));
    return { ...asked, environment: wanted ?? PRODUCTION };
  },
};

async function judge(work: StepWork, effect: Effect): Promise<GuardVerdict> {
  const { step, journal, services } = work;
  const tool = step.start?.uses ?? step.uses ?? '';
  const change = changeOf(effect.key, effect.preview, services.registry.demand(tool).effect);
  const known =
    plannedChange(journal.state.rollbackPlan?.plan, step.id, change) ??
    plannedChange(await record(work, change), step.id, change);
  const name = `"${oneLine(change.action, 80)}" on ${oneLine(change.target, 120)}`;
  if (known === undefined) return unknown(work, `the rollback plan does not have ${name}`);
  return verdictOf(work, known.plan, known.item, change, name);
}

function verdictOf(
  work: StepWork,
  plan: RollbackPlan,
  item: PlannedUndo,
  change: Change,
  name: string,
): GuardVerdict {
  const evidence = {
    previous: change.previous,
    before: change.before ?? null,
    undo: item.undo,
    runs: plan.runs,
  };
  const pass = (cause: string): GuardVerdict => ({ verdict: 'pass', cause, remedy: '', evidence });
  if (plan.unresolved !== undefined)
    return unknown(work, `there is no way back of ${name}: ${plan.unresolved}`);
  const [run] = plan.runs;
  if (run !== undefined) return pass(`the flow ${run.flow} takes it back`);
  if (item.undo.by === 'nothing') return pass(`it cannot be undone, and that is known: ${item.undo.why}`);
  if (item.undo.by === 'unknown') return unknown(work, `nothing says how ${name} is undone`);
  if (change.previous === 'unknown') return unknown(work, `what stood there before ${name} is not known`);
  const before = change.previous === 'nothing' ? 'there was nothing before' : 'the value before is kept';
  return pass(`${item.undo.calls[0]?.tool} undoes it; ${before}`);
}

function unknown({ journal }: StepWork, cause: string): GuardVerdict {
  const { release_id: id } = journal.state.opened;
  return {
    verdict: 'unknown',
    cause: `No way back is known: ${cause}.`,
    remedy: `See \`sluice plan ${id}\`. Or, as a risk that somebody takes: sluice waive ${id} --gate ${NAME} --reason "…" --until TIME`,
  };
}

/** Makes the plan anew and writes it down where it is another one than before. */
async function record({ step, journal, services }: StepWork, change: Change): Promise<RollbackPlan> {
  const plan = await planRollback(journal.state, services);
  const item = plan.steps.find((one) => one.step === step.id);
  // What is about to be sent counts, not what a second look has found.
  if (item !== undefined) {
    const there = item.changes.some(({ key }) => key === change.key);
    item.changes = there
      ? item.changes.map((one) => (one.key === change.key ? change : one))
      : [change, ...item.changes];
  }
  const known = journal.state.rollbackPlan?.plan;
  if (known !== undefined && planDigest(known) === planDigest(plan)) return plan;
  await journal.append(
    { kind: 'rollback.planned', data: { plan } },
    { guard: (state) => state.closed === null && stepState(state, step.id).status === 'open' },
  );
  return plan;
}
