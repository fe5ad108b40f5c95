import type { EffectPreview } from '../kit/effect.ts';
import type { ErrorCode } from '../kit/errors.ts';
import type { Principal } from '../kit/principal.ts';
import type { Step } from './definition.ts';
import type {
  BrokenGlass,
  GuardCheck,
  Owner,
  Recorded,
  Ref,
  RunOpened,
  RunWaiver,
  SettledStatus,
  SignedStatement,
  WitnessWay,
} from './facts.ts';

export interface EffectState {
  key: string;
  tool: string;
  status: 'intended' | 'doubted' | 'sent' | 'found' | 'adopted' | 'refused' | 'not_sent';
  /** World time of its last intent; 0 where there was none. */
  at: number;
  attempt: number;
  owner: Owner | null;
  leaseUntil: number;
  sendBy: number;
  settles: number;
  /** World time of the doubt: the earliest moment from which `settles` counts. */
  doubtedAt: number;
  why: string;
  data: unknown;
  preview: EffectPreview | null;
}

export interface Waiver {
  gate: string;
  reason: string;
  by: string;
  at: number;
  until: number;
  /** Digest of what the gate had judged; null in journals from before it was kept. */
  subject: string | null;
  breakGlass: boolean;
}

/** A signed statement, or a sign of it in the system that holds it. */
export type ApprovalGiven = { by: string; planHash: string; at: number } & (
  | ({ way: 'ssh' } & SignedStatement)
  | { way: WitnessWay; evidence: Record<string, unknown> }
);

/** What the requester was asked, and said. */
export interface Confirmation {
  planHash: string;
  plan: unknown;
  at: number;
  verdict: 'given' | 'declined' | null;
  by: string;
  how: string;
  reason: string;
}

export type Review = BrokenGlass & {
  at: number;
  /** Of the notice that somebody went round a rule. */
  told: NoticeState | null;
  closed: { finding: string; by: string; at: number } | null;
};

export interface NoticeState {
  status: 'sent' | 'dropped' | 'delayed';
  cause: string;
  nextAt: number;
  tries: number;
}

export interface StepState {
  id: string;
  status: 'open' | SettledStatus | 'waived';
  adopted: boolean;
  cause: string;
  error: ErrorCode | null;
  /** World time of the last change of what a person would call its state. */
  since: number;
  attempt: number;
  /** World time of the first entry of this attempt; null while it was never touched. */
  begunAt: number | null;
  startedAt: number | null;
  looks: number;
  /** Looks in a row that ended in an error. */
  errors: number;
  lastLookAt: number;
  lookState: 'waiting' | 'blocked' | 'running' | null;
  nextAt: number;
  ref: Ref | null;
  result: unknown;
  effects: Map<string, EffectState>;
  asked: { planHash: string; plan: unknown; at: number } | null;
  approvals: ApprovalGiven[];
  declined: { by: string; reason: string; planHash: string } | null;
  question: string | null;
  recommendations: { option: string; reasons: string; by: string; at: number }[];
  decision: { option: string; effect: string; reason: string; by: string; at: number } | null;
  waiver: Waiver | null;
  confirmation: Confirmation | null;
  /** Plan hash → who said no to it. For good: no later question, answer or attempt undoes it. */
  refused: Map<string, { by: string; reason: string }>;
  /** Of each guard, what it said last. */
  guards: Map<string, GuardCheck & { at: number }>;
  history: { attempt: number; cause: string; ref: Ref | null; reason: string }[];
  notices: Map<string, NoticeState>;
}

export interface RunState {
  opened: RunOpened;
  openedAt: number;
  updatedAt: number;
  steps: Map<string, StepState>;
  closed: { state: 'done' | 'cancelled' | 'rolled_back'; cause: string } | null;
  cancelled: { reason: string; by: Principal } | null;
  waivers: (RunWaiver & { at: number })[];
  reviews: Review[];
  rollbackPlan: { plan: unknown; at: number } | null;
  rollback: { reason: string; by: Principal; releaseId: string; steps: string[]; at: number } | null;
  seq: number;
}

export function newStepState(id: string): StepState {
  return {
    id,
    status: 'open',
    adopted: false,
    cause: '',
    error: null,
    since: 0,
    attempt: 1,
    begunAt: null,
    startedAt: null,
    looks: 0,
    errors: 0,
    lastLookAt: 0,
    lookState: null,
    nextAt: 0,
    ref: null,
    result: undefined,
    effects: new Map(),
    asked: null,
    approvals: [],
    declined: null,
    question: null,
    recommendations: [],
    decision: null,
    waiver: null,
    confirmation: null,
    refused: new Map(),
    guards: new Map(),
    history: [],
    notices: new Map(),
  };
}

export function openState(first: Recorded): RunState {
  if (first.kind !== 'run.opened') throw new Error('a journal begins with run.opened');
  const steps = new Map(first.data.flow.steps.map((step) => [step.id, newStepState(step.id)]));
  return {
    opened: first.data,
    openedAt: first.at,
    updatedAt: first.at,
    steps,
    closed: null,
    cancelled: null,
    waivers: [],
    reviews: [],
    rollbackPlan: null,
    rollback: null,
    seq: first.seq,
  };
}

/** The fold: applies one entry. Mutates the state that it is given, and nothing else. */
export function apply(state: RunState, fact: Recorded): void {
  if (fact.seq !== state.seq + 1) throw new Error(`entry ${fact.seq} does not follow entry ${state.seq}`);
  state.seq = fact.seq;
  state.updatedAt = fact.at;
  if (!('step' in fact)) {
    applyToRun(state, fact);
    return;
  }
  const step = state.steps.get(fact.step);
  if (step === undefined) throw new Error(`the journal speaks of a step ${fact.step} that its flow has not`);
  step.begunAt ??= fact.at;
  applyToStep(step, fact, state);
}

type StepFact = Extract<Recorded, { step: string }>;

function applyToRun(state: RunState, fact: Exclude<Recorded, StepFact>): void {
  const { at } = fact;
  switch (fact.kind) {
    case 'run.opened':
      return;
    case 'run.cancelled':
      state.cancelled = fact.data;
      return;
    case 'run.closed':
      state.closed = fact.data;
      return;
    case 'run.waived':
      state.waivers.push({ ...fact.data, at });
      // What a guard holds back is asked again at once.
      for (const step of state.steps.values()) if (heldBy(step).length > 0) step.nextAt = at;
      return;
    case 'run.broke_glass':
      state.reviews.push({ ...fact.data, at, told: null, closed: null });
      return;
    case 'review.told': {
      const { sent, cause, next_at } = fact.data;
      const review = state.reviews.find((open) => open.review === fact.data.review);
      if (review === undefined) return;
      const tries = (review.told?.tries ?? 0) + 1;
      const status = sent ? 'sent' : next_at === 0 ? 'dropped' : 'delayed';
      review.told = { status, cause, nextAt: next_at, tries };
      return;
    }
    case 'review.closed': {
      const review = state.reviews.find((open) => open.review === fact.data.review);
      if (review !== undefined) review.closed = { finding: fact.data.finding, by: fact.data.by.id, at };
      return;
    }
    case 'rollback.planned':
      state.rollbackPlan = { plan: fact.data.plan, at };
      return;
    case 'rollback.begun': {
      const { reason, by, release_id, steps = [] } = fact.data;
      state.rollback = { reason, by, releaseId: release_id, steps, at };
      return;
    }
    case 'rollback.called_off':
      state.rollback = null;
      return;
    default:
      fact satisfies never;
  }
}

function applyToStep(step: StepState, fact: StepFact, state: RunState): void {
  switch (fact.kind) {
    case 'step.looked': {
      const { data } = fact;
      if (step.lookState !== data.state || step.cause !== data.cause) step.since = fact.at;
      step.lookState = data.state;
      step.cause = data.cause;
      step.error = data.error ?? null;
      step.nextAt = data.next_at;
      step.looks += 1;
      step.errors = data.error === undefined ? 0 : step.errors + 1;
      step.lastLookAt = fact.at;
      if (data.result !== undefined) step.result = data.result;
      if (data.ref !== undefined) step.ref = data.ref;
      return;
    }
    case 'step.started':
      step.startedAt = fact.at;
      step.since = fact.at;
      step.lookState = 'running';
      step.ref = fact.data.ref;
      step.result = fact.data.result;
      step.nextAt = fact.at;
      step.looks = 0;
      step.cause = '';
      step.error = null;
      return;
    case 'step.settled': {
      const { data } = fact;
      step.status = data.status;
      step.cause = data.cause;
      step.since = fact.at;
      step.adopted = data.adopted ?? false;
      step.error = data.error ?? null;
      step.lookState = null;
      if (data.result !== undefined) step.result = data.result;
      if (data.ref !== undefined) step.ref = data.ref;
      return;
    }
    case 'step.reopened':
      reopen(step, fact.at, fact.data.attempt, fact.data.reason);
      return;
    case 'effect.intended': {
      const { data } = fact;
      step.effects.set(data.key, {
        key: data.key,
        tool: data.tool,
        status: 'intended',
        at: fact.at,
        attempt: data.attempt,
        owner: data.owner,
        leaseUntil: data.lease_until,
        sendBy: data.send_by,
        settles: data.settles,
        doubtedAt: 0,
        why: '',
        data: undefined,
        preview: data.preview,
      });
      step.since = fact.at;
      return;
    }
    case 'effect.doubted': {
      const effect = step.effects.get(fact.data.key);
      if (effect === undefined) return;
      effect.status = 'doubted';
      effect.why = fact.data.why;
      effect.doubtedAt = fact.at;
      return;
    }
    case 'effect.settled': {
      const { data } = fact;
      const known = step.effects.get(data.key);
      step.effects.set(data.key, {
        ...(known ?? { ...UNSENT, key: data.key }),
        status: data.outcome,
        data: data.data,
        why: data.cause ?? '',
        preview: data.preview ?? known?.preview ?? null,
      });
      return;
    }
    case 'approval.asked':
      step.asked = { planHash: fact.data.plan_hash, plan: fact.data.plan, at: fact.at };
      step.approvals = step.approvals.filter((given) => given.planHash === fact.data.plan_hash);
      if (step.declined?.planHash !== fact.data.plan_hash) step.declined = null;
      step.since = fact.at;
      return;
    case 'approval.given': {
      const { by, plan_hash, statement, signature } = fact.data;
      step.approvals.push({ way: 'ssh', by, planHash: plan_hash, statement, signature, at: fact.at });
      return;
    }
    case 'approval.witnessed': {
      const { way, by, plan_hash, evidence } = fact.data;
      step.approvals.push({ way, by, planHash: plan_hash, evidence, at: fact.at });
      return;
    }
    case 'confirmation.asked': {
      const { plan_hash, plan } = fact.data;
      // Asked twice by two drivers is asked once: an answer in between stands.
      if (step.confirmation?.planHash === plan_hash || step.refused.has(plan_hash)) return;
      step.confirmation = {
        planHash: plan_hash,
        plan,
        at: fact.at,
        verdict: null,
        by: '',
        how: '',
        reason: '',
      };
      step.since = fact.at;
      return;
    }
    case 'confirmation.given':
      if (step.confirmation?.planHash !== fact.data.plan_hash || step.confirmation.verdict !== null) return;
      step.confirmation.verdict = 'given';
      step.confirmation.by = fact.data.by.id;
      step.confirmation.how = fact.data.how;
      step.since = fact.at;
      return;
    case 'confirmation.declined': {
      const { plan_hash, by, how, reason } = fact.data;
      step.refused.set(plan_hash, { by: by.id, reason });
      if (step.confirmation?.planHash !== plan_hash) return;
      step.confirmation = { ...step.confirmation, verdict: 'declined', by: by.id, how, reason };
      step.since = fact.at;
      return;
    }
    case 'guard.checked':
      step.guards.set(fact.data.guard, { ...fact.data, at: fact.at });
      return;
    case 'approval.withdrawn': {
      const { way, by, plan_hash } = fact.data;
      step.approvals = step.approvals.filter(
        (given) => given.way !== way || given.by !== by || given.planHash !== plan_hash,
      );
      return;
    }
    case 'approval.declined':
      step.refused.set(fact.data.plan_hash, { by: fact.data.by, reason: fact.data.reason });
      step.declined = { by: fact.data.by, reason: fact.data.reason, planHash: fact.data.plan_hash };
      return;
    case 'approval.staled':
      step.status = 'open';
      step.asked = null;
      // What stopped counting is not counted again, also when the same plan is asked for anew.
      step.approvals = [];
      step.nextAt = fact.at;
      step.errors = 0;
      step.cause = fact.data.why;
      step.since = fact.at;
      return;
    case 'decision.asked':
      step.question = fact.data.question;
      step.since = fact.at;
      return;
    case 'decision.recommended':
      step.recommendations.push({
        option: fact.data.option,
        reasons: fact.data.reasons,
        by: fact.data.by.id,
        at: fact.at,
      });
      return;
    case 'decision.made':
      applyDecision(step, fact, state);
      return;
    case 'waiver.granted':
      step.waiver = {
        gate: step.id,
        reason: fact.data.reason,
        until: fact.data.until,
        by: fact.data.by.id,
        at: fact.at,
        subject: fact.data.subject ?? null,
        breakGlass: fact.data.break_glass ?? false,
      };
      step.status = 'waived';
      step.cause = `waived by ${fact.data.by.id}: ${fact.data.reason}`;
      step.since = fact.at;
      step.lookState = null;
      return;
    case 'notice.delayed': {
      const { notice, cause, next_at } = fact.data;
      const tries = (step.notices.get(notice)?.tries ?? 0) + 1;
      step.notices.set(notice, { status: 'delayed', cause, nextAt: next_at, tries });
      return;
    }
    case 'notice.settled': {
      const { notice, sent, cause } = fact.data;
      const tries = (step.notices.get(notice)?.tries ?? 0) + 1;
      step.notices.set(notice, { status: sent ? 'sent' : 'dropped', cause, nextAt: 0, tries });
      return;
    }
    default:
      fact satisfies never;
  }
}

const UNSENT: Omit<EffectState, 'key'> = {
  tool: '',
  status: 'not_sent',
  at: 0,
  attempt: 0,
  owner: null,
  leaseUntil: 0,
  sendBy: 0,
  settles: 0,
  doubtedAt: 0,
  why: '',
  data: undefined,
  preview: null,
};

function reopen(step: StepState, at: number, attempt: number, reason: string): void {
  step.history.push({ attempt: step.attempt, cause: step.cause, ref: step.ref, reason });
  step.status = 'open';
  step.attempt = attempt;
  step.begunAt = at;
  step.startedAt = null;
  step.looks = 0;
  step.errors = 0;
  step.lookState = null;
  step.nextAt = at;
  step.ref = null;
  step.cause = reason;
  step.error = null;
  step.since = at;
  step.question = null;
  step.asked = null;
  step.approvals = [];
  step.decision = null;
  step.waiver = null;
  step.confirmation = null;
  step.recommendations = [];
}

/** A decision settles its own step, and does to the gate it is about what its option says. */
function applyDecision(
  step: StepState,
  fact: Extract<StepFact, { kind: 'decision.made' }>,
  state: RunState,
): void {
  const { option, effect, reason, by } = fact.data;
  const definition = state.opened.flow.steps.find(({ id }) => id === step.id);
  const about = definition?.decide === undefined ? step : targetOf(definition, state);
  if (definition?.decide !== undefined) {
    step.decision = { option, effect, reason, by: by.id, at: fact.at };
    step.status = 'passed';
    step.cause = `${by.id} chose ${option}: ${reason}`;
    step.since = fact.at;
  }
  if (about === undefined || (about === step && definition?.decide !== undefined)) {
    if (effect === 'fail') step.status = 'failed';
    return;
  }
  if (effect === 'pass') {
    about.status = 'waived';
    about.waiver = {
      gate: about.id,
      reason,
      by: by.id,
      at: fact.at,
      until: Number.POSITIVE_INFINITY,
      subject: null,
      breakGlass: false,
    };
    about.cause = `accepted by ${by.id}: ${reason}`;
    about.since = fact.at;
  }
  if (effect === 'fail') {
    about.status = 'failed';
    about.cause = `rejected by ${by.id}: ${reason}`;
    about.since = fact.at;
  }
  if (effect === 'retry') {
    reopen(about, fact.at, about.attempt + 1, `${by.id}: ${reason}`);
    if (about !== step) reopen(step, fact.at, step.attempt + 1, 'asked again if it fails again');
  }
}

function targetOf(definition: Step, state: RunState): StepState | undefined {
  const about = definition.decide?.about;
  return about === undefined ? state.steps.get(definition.id) : state.steps.get(about);
}

export function fold(entries: readonly Recorded[]): RunState {
  const [first, ...rest] = entries;
  if (first === undefined) throw new Error('an empty journal has no state');
  const state = openState(first);
  for (const entry of rest) apply(state, entry);
  return state;
}

export function stepState(state: RunState, id: string): StepState {
  const step = state.steps.get(id);
  if (step === undefined) throw new Error(`no step ${id}`);
  return step;
}

/** What guards say against a step that waits for them; empty when it waits for something else. */
export function heldBy(step: StepState): (GuardCheck & { at: number })[] {
  if (step.status !== 'open' || step.lookState !== 'blocked') return [];
  return [...step.guards.values()].filter(({ verdict, cause }) => verdict !== 'pass' && cause === step.cause);
}

/** Whether what needs this step may go on. */
export function satisfies(step: StepState, now: number): boolean {
  if (step.status === 'passed' || step.status === 'skipped') return true;
  return step.status === 'waived' && (step.waiver === null || step.waiver.until > now);
}

/** Who holds, or held, the effects that are under way. */
export function unresolvedOwners(state: RunState): Owner[] {
  return [...state.steps.values()].flatMap((step) =>
    [...step.effects.values()].flatMap((effect) =>
      effect.status === 'intended' && effect.owner !== null ? [effect.owner] : [],
    ),
  );
}
