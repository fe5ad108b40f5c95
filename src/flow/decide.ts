import { durationMs, formatDuration } from '../kit/duration.ts';
import { decideApproval } from './approval-ways/decide-approval.ts';
import { decideConfirmation, voidConfirmations } from './confirm.ts';
import { type NoticeEvent, noticesOf, type Step } from './definition.ts';
import { ExpressionError, type Expressions, evaluateBoolean, evaluateText } from './expression.ts';
import type { Fact, WitnessWay } from './facts.ts';
import { upstream } from './graph.ts';
import { isOfNotice, isUnresolved, ownEffects, unresolved } from './own-effects.ts';
import { type EffectState, type RunState, type StepState, satisfies, stepState } from './state.ts';
import { variablesOf } from './variables.ts';
import { subjectOf } from './waivers.ts';

export type Action =
  /** A transition that needs nothing from outside. */
  | { do: 'record'; fact: Fact }
  /** Look, send or poll, as the kind of the step says. */
  | { do: 'call'; step: string }
  /** Only find out what became of effects under way (the run was cancelled). */
  | { do: 'resolve'; step: string }
  | { do: 'ask-approval'; step: string }
  | { do: 'check-approval'; step: string }
  /** Asks people for it where they are: by a merge request, by a message. */
  | { do: 'ask-elsewhere'; step: string; way: WitnessWay }
  /** Looks whether they have answered there. */
  | { do: 'look-approval'; step: string }
  /** `step` keeps the effect of telling; the review is the release's. */
  | { do: 'tell-review'; step: string; review: string }
  | { do: 'notify'; step: string; index: number; event: NoticeEvent; notice: string };

export interface Moments {
  /** The world's time. */
  now: number;
  /** This machine's time: leases. */
  wall: number;
  /** Owners of effects that are proven to be gone (see `Owner.id`). */
  gone: ReadonlySet<string>;
  /** Where approvals may be given, besides by a signature. */
  ways?: readonly WitnessWay[];
}

export interface Decision {
  actions: Action[];
  /** World time of the next look that is not due yet. */
  nextAt: number | null;
  /** Wall time at which a lease ends that is waited for. */
  leaseEndsAt: number | null;
}

/** What a transition timed out after, when its step names nothing: faults that pass do pass within a day. */
const PATIENCE_MS = 86_400_000;
const NOTICE_TRIES = 8;
/** A mirror follows when a state has stood for a while: what passes by quickly need not be written twice. */
const MIRROR_LAG_MS = 600_000;
const BLOCKED_LOOK_MS = 900_000;

/**
 * What to do next. Pure: the same journal, moments and flow give the same actions, in flow order.
 */
export function decide(state: RunState, moments: Moments, expressions: Expressions): Decision {
  const decision: Decision = { actions: [], nextAt: null, leaseEndsAt: null };
  if (state.closed === null) {
    if (state.rollback !== null) decideRollingBack(state, moments, decision);
    else if (state.cancelled !== null) decideCancelled(state, moments, decision);
    else decideOpen(state, moments, expressions, decision);
  }
  for (const step of state.opened.flow.steps) decideNotices(state, step, moments, expressions, decision);
  decideReviews(state, moments, decision);
  return decision;
}

function decideOpen(state: RunState, moments: Moments, expressions: Expressions, decision: Decision): void {
  const { steps } = state.opened.flow;
  const untrue = voidConfirmations(state, expressions);
  if (untrue.length > 0) {
    // Before anything else is begun that rests on them.
    decision.actions.push(...untrue.map((fact): Action => ({ do: 'record', fact })));
    return;
  }
  for (const step of steps) {
    const own = stepState(state, step.id);
    if (own.status === 'open') {
      try {
        decideStep(state, step, own, moments, expressions, decision);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        if (isDue(own.nextAt, moments, decision))
          decision.actions.push(blocked(step.id, error.message, moments.now));
      }
    } else if (hasLapsed(own, state, moments.now))
      decision.actions.push(judgeAgain(own, 'its waiver has ended'));
    else if (isForSomethingElse(step, own, state, expressions))
      decision.actions.push(judgeAgain(own, 'what its waiver was granted for is not what it judges now'));
  }
  const required = steps.filter((step) => !step.optional).map((step) => stepState(state, step.id));
  if (decision.actions.length > 0 || !required.every((step) => satisfies(step, moments.now))) return;
  const rest = steps.filter((step) => stepState(state, step.id).status === 'open');
  for (const step of rest) {
    decision.actions.push(settle(step.id, 'skipped', 'the release ended without it'));
  }
  if (rest.length === 0) {
    decision.actions.push({
      do: 'record',
      fact: { kind: 'run.closed', data: { state: 'done', cause: 'every step is done' } },
    });
  }
}

function decideCancelled(state: RunState, moments: Moments, decision: Decision): void {
  let pending = false;
  for (const [id, step] of state.steps) {
    const unclear = unresolved(step);
    if (unclear.length === 0) continue;
    pending = true;
    if (!waitsForLease(unclear, moments, decision) && isDue(step.nextAt, moments, decision)) {
      decision.actions.push({ do: 'resolve', step: id });
    }
  }
  if (pending) return;
  const cause = `cancelled by ${state.cancelled?.by.id}: ${state.cancelled?.reason}`;
  decision.actions.push({ do: 'record', fact: { kind: 'run.closed', data: { state: 'cancelled', cause } } });
}

/** Nothing more is sent. What is in doubt is found out first; the run that undoes is another one. */
function decideRollingBack(state: RunState, moments: Moments, decision: Decision): void {
  for (const [id, step] of state.steps) {
    const unclear = unresolved(step);
    // A step that has ended keeps its doubt: a person looks into that on the way back.
    if (unclear.length === 0 || step.status !== 'open') continue;
    if (!waitsForLease(unclear, moments, decision) && isDue(step.nextAt, moments, decision))
      decision.actions.push({ do: 'resolve', step: id });
  }
}

function decideStep(
  state: RunState,
  step: Step,
  own: StepState,
  moments: Moments,
  expressions: Expressions,
  decision: Decision,
): void {
  const { actions } = decision;
  if (step.decide?.about !== undefined) {
    decideQuestion(state, step, own, moments, expressions, decision);
    return;
  }
  // All the way up: a gate or an approval that fell open again holds everything behind it.
  const before = [...upstream(state.opened.flow, step.id)];
  if (!before.every((id) => satisfies(stepState(state, id), moments.now))) return;
  const variables = variablesOf(state, moments.now, step);
  if (own.begunAt === null) {
    if (step.when !== undefined && !evaluateBoolean(expressions, step.when, variables)) {
      actions.push(settle(step.id, 'skipped', 'its condition does not hold'));
      return;
    }
    if (step.adopt !== undefined && evaluateBoolean(expressions, step.adopt, variables)) {
      const fact: Fact = {
        kind: 'step.settled',
        step: step.id,
        data: { status: 'passed', cause: 'done before this run began', adopted: true },
      };
      actions.push({ do: 'record', fact });
      return;
    }
  }
  if (step.kind === 'approve') {
    const timing = {
      now: moments.now,
      isDue: (at: number) => isDue(at, moments, decision),
      isHeld: (effects: readonly EffectState[]) => waitsForLease(effects, moments, decision),
    };
    actions.push(...decideApproval(step, own, state, moments.ways ?? [], timing));
    return;
  }
  if (step.kind === 'confirm') {
    const due = decideConfirmation(step, own, state, expressions);
    actions.push(...due.map((fact): Action => ({ do: 'record', fact })));
    return;
  }
  if (step.kind === 'decide') {
    if (own.question === null) actions.push(question(step, expressions, variables));
    else actions.push(...decisionOfAgent(step, own, expressions, variables));
    return;
  }
  if (waitsForLease(unresolved(own), moments, decision)) return;
  const late = timedOut(step, own);
  if (late !== undefined) {
    actions.push(settle(step.id, 'failed', late));
    return;
  }
  if (isDue(own.nextAt, moments, decision)) actions.push({ do: 'call', step: step.id });
}

/** A waiver that ended before anything rested on it: the gate counts again. */
function hasLapsed(gate: StepState, state: RunState, now: number): boolean {
  if (gate.status !== 'waived' || satisfies(gate, now)) return false;
  return state.opened.flow.steps.some(
    (step) => step.needs.includes(gate.id) && stepState(state, step.id).status === 'open',
  );
}

/** A waiver counts for the artifact for which it was granted. */
function isForSomethingElse(gate: Step, own: StepState, state: RunState, expressions: Expressions): boolean {
  if (own.status !== 'waived' || own.waiver === null || own.waiver.subject === null) return false;
  return subjectOf(gate, state, expressions) !== own.waiver.subject;
}

function judgeAgain(gate: StepState, reason: string): Action {
  const data = { attempt: gate.attempt + 1, reason, by: 'policy' };
  return { do: 'record', fact: { kind: 'step.reopened', step: gate.id, data } };
}

/** A condition that has no value stops its own step, not the run. */
function blocked(step: string, cause: string, now: number): Action {
  const data = { state: 'blocked' as const, cause, next_at: now + BLOCKED_LOOK_MS };
  return { do: 'record', fact: { kind: 'step.looked', step, data } };
}

/** A question about a gate is asked when the gate failed, and falls away when it passed. */
function decideQuestion(
  state: RunState,
  step: Step,
  own: StepState,
  moments: Moments,
  expressions: Expressions,
  decision: Decision,
): void {
  const gate = stepState(state, step.decide?.about ?? '');
  if (satisfies(gate, moments.now)) {
    decision.actions.push(settle(step.id, 'skipped', `${gate.id} did not need it`));
  } else if (gate.status === 'failed') {
    const variables = variablesOf(state, moments.now, step);
    if (own.question === null) decision.actions.push(question(step, expressions, variables));
    else decision.actions.push(...decisionOfAgent(step, own, expressions, variables));
  }
}

/** Where an organisation lets an agent's recommendation count, and only to let something pass. */
function decisionOfAgent(
  step: Step,
  own: StepState,
  expressions: Expressions,
  variables: Record<string, unknown>,
): Action[] {
  const last = own.recommendations.at(-1);
  const may = step.decide?.agent_may;
  if (last === undefined || may === undefined || step.decide?.options[last.option]?.effect !== 'pass')
    return [];
  if (!evaluateBoolean(expressions, may, variables)) return [];
  const by = { id: `the agent of ${last.by}`, face: 'mcp' as const, agent: 'recommendation' };
  const reason = `as an agent recommended, which the policy lets count: ${last.reasons}`;
  const data = { option: last.option, effect: 'pass' as const, reason, by };
  return [{ do: 'record', fact: { kind: 'decision.made', step: step.id, data } }];
}

function question(step: Step, expressions: Expressions, variables: Record<string, unknown>): Action {
  const text = evaluateText(expressions, step.decide?.question ?? '""', variables);
  return { do: 'record', fact: { kind: 'decision.asked', step: step.id, data: { question: text } } };
}

function decideNotices(
  state: RunState,
  step: Step,
  moments: Moments,
  expressions: Expressions,
  decision: Decision,
): void {
  const own = stepState(state, step.id);
  if (doneByOthers(step, own)) return;
  for (const [index, entry] of noticesOf(step).entries()) {
    if (entry.when !== undefined && !holds(entry.when, state, step, moments, expressions)) continue;
    for (const event of entry.on) {
      if (!hasHappened(own, event)) continue;
      const name = [step.id, event, own.attempt, ...(index === 0 ? [] : [index])].join('/');
      const known = own.notices.get(name);
      if (known !== undefined && (known.status !== 'delayed' || known.tries >= NOTICE_TRIES)) continue;
      const unclear = [...own.effects.values()].filter(
        (effect) => isOfNotice(effect.key, name) && isUnresolved(effect),
      );
      if (waitsForLease(unclear, moments, decision)) continue;
      const settled = entry.mirror && state.closed === null ? own.since + MIRROR_LAG_MS : 0;
      if (!isDue(Math.max(known?.nextAt ?? 0, settled), moments, decision)) continue;
      decision.actions.push({ do: 'notify', step: step.id, index, event, notice: name });
    }
  }
}

function decideReviews(state: RunState, moments: Moments, decision: Decision): void {
  const [first] = state.opened.flow.steps;
  if (first === undefined) return;
  for (const { review, told } of state.reviews) {
    if (told !== null && (told.status !== 'delayed' || told.tries >= NOTICE_TRIES)) continue;
    const known = stepState(state, first.id).effects.values();
    const unclear = [...known].filter((effect) => isOfNotice(effect.key, review) && isUnresolved(effect));
    if (waitsForLease(unclear, moments, decision)) continue;
    if (!isDue(told?.nextAt ?? 0, moments, decision)) continue;
    decision.actions.push({ do: 'tell-review', step: first.id, review });
  }
}

/** A condition that cannot be told sends nothing. */
function holds(
  when: string,
  state: RunState,
  step: Step,
  moments: Moments,
  expressions: Expressions,
): boolean {
  try {
    return evaluateBoolean(expressions, when, variablesOf(state, moments.now, step));
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

/** What an older automation did, it has announced itself. */
function doneByOthers(step: Step, own: StepState): boolean {
  if (own.adopted) return true;
  return step.kind === 'uses' && isAdopted(own);
}

/** Begun by us: what somebody else had begun is on record already. */
function isUnderWay(own: StepState): boolean {
  return !isAdopted(own) && (own.startedAt !== null || own.lookState !== null);
}

function hasHappened(own: StepState, event: NoticeEvent): boolean {
  if (event === 'begun') return own.status === 'open' && isUnderWay(own);
  if (event === 'passed') return own.status === 'passed' || own.status === 'waived';
  if (event === 'failed') return own.status === 'failed';
  return (own.asked ?? own.confirmation ?? own.question) !== null;
}

/** Somebody else had done all of it. */
function isAdopted(step: StepState): boolean {
  const effects = ownEffects(step);
  return effects.length > 0 && effects.every((effect) => effect.status === 'adopted');
}

/** True while somebody who may be alive holds one of the effects. */
function waitsForLease(effects: readonly EffectState[], moments: Moments, decision: Decision): boolean {
  let waits = false;
  for (const effect of effects) {
    if (effect.status !== 'intended' || effect.owner === null || moments.gone.has(effect.owner.id)) continue;
    if (effect.leaseUntil <= moments.wall) continue;
    waits = true;
    decision.leaseEndsAt = Math.min(decision.leaseEndsAt ?? Number.POSITIVE_INFINITY, effect.leaseUntil);
  }
  return waits;
}

function isDue(nextAt: number, moments: Moments, decision: Decision): boolean {
  if (nextAt <= moments.now) return true;
  decision.nextAt = Math.min(decision.nextAt ?? Number.POSITIVE_INFINITY, nextAt);
  return false;
}

/** The moment after which a step that still waits has failed; undefined when it may wait for ever. */
export function deadlineOf(step: Step, own: StepState): number | undefined {
  if (own.begunAt === null || step.kind === 'gate' || step.kind === 'flow' || step.wait?.at !== undefined)
    return undefined;
  if (own.startedAt !== null && step.poll !== undefined) return own.startedAt + durationMs(step.poll.timeout);
  const text = step.timeout ?? step.wait?.timeout;
  if (text !== undefined) return own.begunAt + durationMs(text);
  return step.kind === 'wait' ? undefined : own.begunAt + PATIENCE_MS;
}

function timedOut(step: Step, own: StepState): string | undefined {
  const deadline = deadlineOf(step, own);
  // The last look must have been at the deadline: time may have jumped over it.
  if (deadline === undefined || own.lastLookAt < deadline) return undefined;
  // An outside job that still runs is late too; what a person has to mend is not.
  if (own.lookState !== 'waiting' && own.lookState !== 'running') return undefined;
  const began = own.startedAt ?? own.begunAt ?? deadline;
  return `not within ${formatDuration(deadline - began)}: ${own.cause}`;
}

function settle(step: string, status: 'skipped' | 'failed', cause: string): Action {
  return { do: 'record', fact: { kind: 'step.settled', step, data: { status, cause } } };
}
