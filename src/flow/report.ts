import { isoTime } from '../kit/clock.ts';
import { formatDuration } from '../kit/duration.ts';
import { otherWays } from './approval-ways/other-ways.ts';
import { questionOf } from './confirm.ts';
import type { Decision } from './decide.ts';
import type { Step } from './definition.ts';
import type { Ref } from './facts.ts';
import type { GuardHold } from './guards.ts';
import { unresolved } from './own-effects.ts';
import type { RollbackPlan } from './rollback/plan.ts';
import { type RollbackReport, refsOf } from './rollback/report.ts';
import { heldBy, type RunState, type StepState, satisfies, stepState } from './state.ts';

export const RUN_STATES = [
  'waiting',
  'running',
  'blocked',
  'needs_approval',
  'needs_decision',
  'done',
  'failed',
  'cancelled',
  'rolled_back',
] as const;
export type RunStateName = (typeof RUN_STATES)[number];

export interface StepReport {
  id: string;
  kind: string;
  phase: string | null;
  title: string;
  state: string;
  cause: string;
  since: string | null;
  next_at: string | null;
  attempt: number;
  refs: Ref[];
}

export interface Blocker {
  step: string;
  state: string;
  cause: string;
  remedy: string;
}

export interface ReviewReport {
  review: string;
  what: string;
  reason: string;
  by: string;
  at: string;
  state: 'open' | 'closed';
  finding: string | null;
}

/** What plan, drive, status and explain answer (DESIGN 7). */
export interface RunReport {
  release_id: string;
  flow: string;
  key: string;
  sandbox: boolean;
  state: RunStateName;
  phase: string | null;
  steps: StepReport[];
  blocked_by: Blocker[];
  plan_hash: string | null;
  effects?: unknown[];
  /** In plans: how it would be taken back. In explanations: as it was written down. */
  rollback_plan?: RollbackPlan;
  /** While it is being, or once it was, rolled back. */
  rollback?: RollbackReport;
  /** The run that undoes this one, or the release that this one undoes. */
  refs?: Ref[];
  /** In plans and explanations: the rules of the house that hold the rest of it, who may lift them. */
  holds?: GuardHold[];
  waivers: { gate: string; reason: string; by: string; until: string | null; environment?: string }[];
  /** What somebody went round in an emergency, and whether it was looked into. */
  reviews: ReviewReport[];
  next_at: string | null;
  next: string;
  summary: string;
}

/** Pure: the answer for people and agents, from the state and what is due. */
export function reportOf(state: RunState, decision: Decision, now: number): RunReport {
  const { opened } = state;
  const steps = opened.flow.steps.map((step) => reportStep(step, state, now));
  const runState = runStateOf(state, decision, steps);
  const phase = phaseOf(state, steps);
  const blockers = blockersOf(state, steps);
  const asked = opened.flow.steps
    .map((step) => stepState(state, step.id))
    .find((step) => step.status === 'open' && (step.asked ?? step.confirmation) !== null);
  const nextAt = state.closed === null ? decision.nextAt : null;
  return {
    release_id: opened.release_id,
    flow: opened.flow.flow,
    key: opened.key,
    sandbox: opened.sandbox,
    state: runState,
    phase,
    steps,
    blocked_by: blockers,
    plan_hash: (asked?.asked ?? asked?.confirmation)?.planHash ?? null,
    ...refsOf(state),
    waivers: waiversOf(state),
    reviews: reviewsOf(state),
    next_at: nextAt === null ? null : isoTime(nextAt),
    next: nextText(runState, opened.release_id, blockers, nextAt, now),
    summary: summaryText(state, runState, phase, steps, blockers, nextAt, now),
  };
}

function reportStep(step: Step, state: RunState, now: number): StepReport {
  const own = stepState(state, step.id);
  const view = viewOf(step, own, state, now);
  const refs = own.history.flatMap((attempt) => (attempt.ref === null ? [] : [attempt.ref]));
  if (own.ref !== null) refs.push(own.ref);
  return {
    id: step.id,
    kind: step.kind,
    phase: step.phase ?? null,
    title: step.title ?? step.id,
    state: view,
    cause: causeOf(step, own, state, view),
    since: own.since === 0 ? null : isoTime(own.since),
    next_at: own.status === 'open' && own.lookState !== null ? isoTime(own.nextAt) : null,
    attempt: own.attempt,
    refs,
  };
}

function viewOf(step: Step, own: StepState, state: RunState, now: number): string {
  if (own.status === 'passed') return 'done';
  if (own.status !== 'open') return own.status;
  if (state.closed !== null) return 'cancelled';
  if (own.question !== null) return 'needs_decision';
  if (own.confirmation !== null) return own.confirmation.verdict === null ? 'needs_decision' : 'running';
  if (own.asked !== null) {
    if (approvalsOf(own).length < (step.approve?.quorum ?? 1)) return 'needs_approval';
    return own.lookState === 'blocked' ? 'blocked' : 'running';
  }
  if (own.lookState !== null) return own.lookState;
  if (unresolved(own).length > 0) return 'running';
  if (step.decide?.about !== undefined) return 'pending';
  return step.needs.every((need) => satisfies(stepState(state, need), now)) ? 'running' : 'pending';
}

function causeOf(step: Step, own: StepState, state: RunState, view: string): string {
  if (view === 'needs_decision') return own.question ?? questionOf(own);
  if (own.status === 'open' && own.asked !== null && view !== 'blocked') {
    return `${approvalsOf(own).length} of ${step.approve?.quorum ?? 1} approvals by ${step.approve?.role}`;
  }
  if (view === 'pending') {
    const open = step.needs.filter((need) => !satisfies(stepState(state, need), state.updatedAt));
    return open.length === 0 ? '' : `needs ${open.join(', ')}`;
  }
  return own.adopted && own.cause === '' ? 'done before this run began' : own.cause;
}

function approvalsOf(own: StepState): string[] {
  return [
    ...new Set(
      own.approvals.filter((given) => given.planHash === own.asked?.planHash).map((given) => given.by),
    ),
  ];
}

function runStateOf(state: RunState, decision: Decision, steps: StepReport[]): RunStateName {
  if (state.closed !== null) return state.closed.state;
  const required = steps.filter((step) => !isOptional(state, step.id));
  if (required.some((step) => step.state === 'failed' && !isBeingDecided(state, step.id))) return 'failed';
  for (const wanted of ['needs_decision', 'needs_approval', 'blocked'] as const) {
    if (required.some((step) => step.state === wanted)) return wanted;
  }
  const underWay = decision.actions.length > 0 || decision.leaseEndsAt !== null;
  return underWay ? 'running' : 'waiting';
}

function isOptional(state: RunState, id: string): boolean {
  return state.opened.flow.steps.some((step) => step.id === id && step.optional);
}

/** A failed gate whose question is still open has not failed the run. */
function isBeingDecided(state: RunState, gate: string): boolean {
  return state.opened.flow.steps.some(
    (step) => step.decide?.about === gate && stepState(state, step.id).status === 'open',
  );
}

function phaseOf(state: RunState, steps: StepReport[]): string | null {
  const open = steps.filter(
    (step) => !isOptional(state, step.id) && !['done', 'skipped', 'waived'].includes(step.state),
  );
  const order = Object.keys(state.opened.flow.phases);
  const phases = open.flatMap((step) =>
    step.phase === null || step.state === 'pending' ? [] : [step.phase],
  );
  const sorted = [...new Set(phases)].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  return sorted[0] ?? open[0]?.phase ?? steps.at(-1)?.phase ?? null;
}

function blockersOf(state: RunState, steps: StepReport[]): Blocker[] {
  const { release_id: id } = state.opened;
  return steps.flatMap((step): Blocker[] => {
    const definition = state.opened.flow.steps.find((candidate) => candidate.id === step.id);
    if (definition === undefined || (definition.optional && step.state !== 'needs_decision')) return [];
    const base = { step: step.id, state: step.state, cause: step.cause };
    if (step.state === 'needs_approval') {
      const hash = stepState(state, step.id).asked?.planHash ?? '';
      const others = otherWays(stepState(state, step.id));
      return [{ ...base, remedy: `sluice approve ${id} --step ${step.id} --plan ${hash}${others}` }];
    }
    if (step.state === 'needs_decision' && definition.kind === 'confirm') {
      const hash = stepState(state, step.id).confirmation?.planHash ?? '';
      return [{ ...base, remedy: `sluice confirm ${id} --step ${step.id} --plan ${hash}` }];
    }
    if (step.state === 'needs_decision') {
      const options = Object.keys(definition.decide?.options ?? {}).join(', ');
      const remedy = `sluice decide ${id} --step ${step.id} --option OPTION --reason "…" (OPTION is one of ${options})`;
      return [{ ...base, remedy }];
    }
    const waive =
      definition.kind === 'gate' && step.state !== 'needs_decision'
        ? `. Or, as a risk that somebody takes: sluice waive ${id} --gate ${step.id} --reason "…" --until TIME`
        : '';
    if (step.state === 'failed' && definition.kind === 'confirm') {
      const remedy = `A no is final for what was shown. End it: sluice cancel ${id} --reason "…", then begin anew with what is meant`;
      return [{ ...base, remedy }];
    }
    if (step.state === 'failed' && definition.kind === 'approve') {
      const remedy = `A no is final for its plan. Once the plan is another one: sluice decide ${id} --step ${step.id} --option retry --reason "…"; to end it: sluice cancel ${id} --reason "…"`;
      return [{ ...base, remedy }];
    }
    if (step.state === 'failed' && !isBeingDecided(state, step.id)) {
      return [
        {
          ...base,
          remedy: `Mend the cause, then: sluice decide ${id} --step ${step.id} --option retry --reason "…"${waive}`,
        },
      ];
    }
    if (step.state !== 'blocked') return [];
    const [held] = heldBy(stepState(state, step.id));
    if (held?.remedy !== undefined) return [{ ...base, remedy: held.remedy }];
    return [{ ...base, remedy: `Mend the cause; the next look finds out by itself${waive}` }];
  });
}

function waiversOf(state: RunState): RunReport['waivers'] {
  const ofSteps = [...state.steps.values()].flatMap(({ waiver }) => {
    if (waiver === null) return [];
    const { gate, reason, by, until } = waiver;
    return [{ gate, reason, by, until: Number.isFinite(until) ? isoTime(until) : null }];
  });
  const ofTheRun = state.waivers.map(({ gate, reason, by, until, environment }) => ({
    gate,
    reason,
    by: by.id,
    until: isoTime(until),
    environment,
  }));
  return [...ofSteps, ...ofTheRun];
}

function reviewsOf(state: RunState): ReviewReport[] {
  return state.reviews.map(({ review, what, reason, by, at, closed }) => ({
    review,
    what,
    reason,
    by: by.id,
    at: isoTime(at),
    state: closed === null ? 'open' : 'closed',
    finding: closed?.finding ?? null,
  }));
}

function nextText(
  runState: RunStateName,
  id: string,
  blockers: Blocker[],
  nextAt: number | null,
  now: number,
): string {
  const look =
    nextAt === null
      ? ''
      : `look again at ${isoTime(nextAt)} (in ${formatDuration(nextAt - now)}): sluice drive ${id}`;
  const [first] = blockers.filter((blocker) => blocker.state === runState);
  switch (runState) {
    case 'done':
      return 'Nothing: the release is done.';
    case 'cancelled':
    case 'rolled_back':
      return 'Nothing: the release has ended.';
    case 'running':
      return `Drive on: sluice drive ${id}`;
    case 'waiting':
      return look === '' ? `Drive on: sluice drive ${id}` : `Nothing to do now; ${look}`;
    default:
      return [first?.remedy.replace(/\.$/, ''), look]
        .filter((text) => text !== undefined && text !== '')
        .join('. Meanwhile ');
  }
}

function summaryText(
  state: RunState,
  runState: RunStateName,
  phase: string | null,
  steps: StepReport[],
  blockers: Blocker[],
  nextAt: number | null,
  now: number,
): string {
  const { flow, key } = state.opened;
  const settled = steps.filter((step) => ['done', 'skipped', 'waived'].includes(step.state)).length;
  const title = `${flow.title} ${key}`;
  if (runState === 'done') return `${title} is done: ${settled} of ${steps.length} steps.${waived(state)}`;
  if (runState === 'rolled_back')
    return `${title} was ${state.closed?.cause ?? 'rolled back'}.${waived(state)}`;
  if (runState === 'cancelled') return `${title} was ${state.closed?.cause ?? 'cancelled'}.`;
  const names = Object.keys(flow.phases);
  const place =
    phase === null
      ? ''
      : `, phase ${names.indexOf(phase) + 1} of ${names.length} (${flow.phases[phase] ?? phase})`;
  const head = `${title}: ${runState.replace('_', ' ')}${place}; ${settled} of ${steps.length} steps done.`;
  const because =
    blockers.length > 0
      ? blockers.map((blocker) => `${blocker.step}: ${blocker.cause}`)
      : steps
          .filter((step) => step.state === 'waiting' || step.state === 'running')
          .map((step) => (step.cause === '' ? step.id : `${step.id}: ${step.cause}`));
  const when = nextAt === null ? '' : ` Next look ${isoTime(nextAt)} (in ${formatDuration(nextAt - now)}).`;
  const reasons = because.slice(0, 4).map((reason) => reason.replace(/\.$/, ''));
  const more = because.length > reasons.length ? `; and ${because.length - reasons.length} more` : '';
  const body = reasons.length === 0 ? '' : ` ${reasons.join('; ')}${more}`;
  return `${head}${body}${body === '' || body.endsWith('?') ? '' : '.'}${waived(state)}${when}`;
}

/** Said at every turn: what a release rests on that no evidence carries. */
function waived(state: RunState): string {
  const gates = waiversOf(state).map(({ gate, by }) => `${gate} by ${by}`);
  const glass = reviewsOf(state).map(
    ({ what, by, review, state: stands }) => `${what} by ${by} (${review} ${stands})`,
  );
  const said = gates.length === 0 ? '' : ` Waived: ${gates.join(', ')}.`;
  return glass.length === 0 ? said : `${said} Glass broken: ${glass.join(', ')}.`;
}
