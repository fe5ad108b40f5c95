import { z } from 'zod';
import { digestOf } from '../kit/canonical.ts';
import { SluiceError } from '../kit/errors.ts';
import type { Principal } from '../kit/principal.ts';
import { samePerson } from './approval.ts';
import type { Step } from './definition.ts';
import { ExpressionError, type Expressions, evaluateText } from './expression.ts';
import type { ConfirmedBy, Fact } from './facts.ts';
import { stepOf, upstream } from './graph.ts';
import { frameOf, gateClasses } from './plan.ts';
import { demandReason } from './reason.ts';
import { type RunJournal, Superseded } from './run-journal.ts';
import type { ApprovalSettings, EngineServices } from './services.ts';
import { type RunState, type StepState, stepState } from './state.ts';
import type { StepWork } from './step-work.ts';
import { variablesOf } from './variables.ts';

const ROLE = 'confirm';

const Asked = z.object({ question: z.string(), shows: z.record(z.string(), z.unknown()) });

/** A question that waits for its answer. */
export interface OpenConfirmation {
  release_id: string;
  step: string;
  title: string;
  plan_hash: string;
  question: string;
  shows: Record<string, unknown>;
  sandbox: boolean;
  requester: string;
}

export interface ConfirmRequest {
  step: string;
  /** The hash of what the person saw. */
  plan: string;
  verdict: 'given' | 'declined';
  by: Principal;
  how: ConfirmedBy;
  reason?: string;
}

/** What a confirmation binds to. Pure, and the same at every moment: time is not among what it reads. */
export function confirmationPlan(step: Step, state: RunState, expressions: Expressions) {
  const { now: _now, attempt: _attempt, ...variables } = variablesOf(state, 0, step);
  const { question = '""', shows = {} } = step.confirm ?? {};
  const shown = Object.entries(shows).map(
    ([name, text]) => [name, expressions.compile(text).evaluate(variables)] as const,
  );
  return {
    frame: { ...frameOf(state), gates: gateClasses(step, state) },
    step: step.id,
    question: evaluateText(expressions, question, variables),
    shows: Object.fromEntries(shown),
  };
}

export function confirmationHash(plan: ReturnType<typeof confirmationPlan>): string {
  return digestOf(plan);
}

/** What is due of a confirm step whose turn has come: asked once for what it shows, settled by the answer. */
export function decideConfirmation(
  step: Step,
  own: StepState,
  state: RunState,
  expressions: Expressions,
): Fact[] {
  const plan = confirmationPlan(step, state, expressions);
  const plan_hash = confirmationHash(plan);
  const no = own.refused.get(plan_hash);
  const settled = (status: 'passed' | 'failed', cause: string): Fact[] => [
    { kind: 'step.settled', step: step.id, data: { status, cause } },
  ];
  if (no !== undefined) return settled('failed', `declined by ${no.by}: ${no.reason}`);
  if (own.confirmation?.planHash !== plan_hash)
    return [{ kind: 'confirmation.asked', step: step.id, data: { plan_hash, plan } }];
  return own.confirmation.verdict === 'given' ? settled('passed', `confirmed by ${own.confirmation.by}`) : [];
}

/** Confirmations whose ground has changed, while something that rests on them is still to come. */
export function voidConfirmations(state: RunState, expressions: Expressions): Fact[] {
  const { flow } = state.opened;
  return flow.steps.flatMap((step): Fact[] => {
    if (step.kind !== 'confirm' || holds(step, state, expressions)) return [];
    const own = stepState(state, step.id);
    const open = flow.steps.filter(({ id }) => stepState(state, id).status === 'open');
    if (!open.some(({ id }) => upstream(flow, id).has(step.id))) return [];
    const data = { attempt: own.attempt + 1, reason: 'what was confirmed has changed', by: 'policy' };
    return [{ kind: 'step.reopened', step: step.id, data }];
  });
}

/** False only for a step that has passed without a yes to what it would show now. */
function holds(step: Step, state: RunState, expressions: Expressions): boolean {
  const own = stepState(state, step.id);
  if (own.status !== 'passed' || own.adopted) return true;
  if (own.confirmation?.verdict !== 'given') return false;
  // What it shows is being looked at again: that holds everything behind it by itself.
  const before = [...upstream(state.opened.flow, step.id)].map((id) => stepState(state, id).status);
  if (before.some((status) => status === 'open' || status === 'failed')) return true;
  try {
    return confirmationHash(confirmationPlan(step, state, expressions)) === own.confirmation.planHash;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

/** Asked before the effects of a step: nothing is sent over a confirmation that does not hold. */
export function assertConfirmed({ step, journal, services }: StepWork): void {
  const { flow } = journal.state.opened;
  for (const id of upstream(flow, step.id)) {
    const before = stepOf(flow, id);
    if (before?.kind !== 'confirm') continue;
    const { status } = stepState(journal.state, id);
    if (status !== 'skipped' && (status !== 'passed' || !holds(before, journal.state, services.expressions)))
      throw new Superseded(`the confirmation ${id} does not hold`);
  }
}

/** The question of a step that waits for its answer; undefined when none does. */
export function openConfirmation(step: Step, state: RunState): OpenConfirmation | undefined {
  const { status, confirmation } = stepState(state, step.id);
  if (step.kind !== 'confirm' || status !== 'open' || state.closed !== null || state.cancelled !== null)
    return undefined;
  if (confirmation === null || confirmation.verdict !== null) return undefined;
  return {
    release_id: state.opened.release_id,
    step: step.id,
    title: step.title ?? step.id,
    plan_hash: confirmation.planHash,
    ...Asked.parse(confirmation.plan),
    sandbox: state.opened.sandbox,
    requester: state.opened.requester.id,
  };
}

/** The words that were asked, for reports. */
export function questionOf({ confirmation }: StepState): string {
  const asked = Asked.safeParse(confirmation?.plan);
  return asked.success ? asked.data.question : '';
}

/** The one who asked for the release, under whatever name, or who holds the role `confirm`. */
export function whoConfirms(state: RunState, settings: ApprovalSettings): string[] {
  return [...new Set([state.opened.requester.id, ...(settings.roles[ROLE] ?? [])])];
}

export function mayConfirm(by: string, state: RunState, settings: ApprovalSettings): boolean {
  return whoConfirms(state, settings).some((person) => samePerson(person, by, settings));
}

/** Writes down what a person said to what is asked now. */
export async function answerConfirmation(
  journal: RunJournal,
  step: Step,
  request: ConfirmRequest,
  services: EngineServices,
): Promise<void> {
  const { state } = journal;
  const own = stepState(state, step.id);
  const no = own.refused.get(request.plan);
  if (no !== undefined) throw declinedError(journal.id, step.id, no.by);
  const asked = openConfirmation(step, state);
  if (asked === undefined) {
    const why = own.status === 'open' ? 'its time has not come, or it is answered' : `it is ${own.status}`;
    throw new SluiceError('precondition', {
      cause: `${step.id} of ${journal.id} does not ask for a confirmation now (${why}).`,
      remedy: `See \`sluice status ${journal.id}\`.`,
    });
  }
  if (!mayConfirm(request.by.id, state, services.approvals)) {
    throw new SluiceError('forbidden', {
      cause: `${request.by.id} did not ask for ${journal.id} and does not hold the role ${ROLE}.`,
      remedy: `Ask one of: ${whoConfirms(state, services.approvals).join(', ')}.`,
      rule: 'confirmation',
    });
  }
  if (request.plan !== asked.plan_hash) throw staleConfirmation(asked, request.plan);
  const plan = confirmationPlan(step, state, services.expressions);
  const plan_hash = confirmationHash(plan);
  if (plan_hash !== asked.plan_hash) {
    await journal.append({ kind: 'confirmation.asked', step: step.id, data: { plan_hash, plan } });
    throw staleConfirmation({ ...asked, plan_hash }, request.plan);
  }
  const { by, how } = request;
  const fact: Fact =
    request.verdict === 'given'
      ? { kind: 'confirmation.given', step: step.id, data: { plan_hash, by, how } }
      : {
          kind: 'confirmation.declined',
          step: step.id,
          data: { plan_hash, by, how, reason: demandReason(request.reason ?? 'no reason given') },
        };
  await journal.append(fact, {
    guard: (now) => openConfirmation(step, now)?.plan_hash === plan_hash,
  });
}

/** A no is final for what was shown: it is not asked again by trying the step again. */
export function assertMayAskAgain(step: Step, state: RunState, expressions: Expressions): void {
  const { refused } = stepState(state, step.id);
  const no = refused.get(confirmationHash(confirmationPlan(step, state, expressions)));
  if (no !== undefined) throw declinedError(state.opened.release_id, step.id, no.by);
}

function declinedError(release: string, step: string, by: string): SluiceError {
  return new SluiceError('precondition', {
    cause: `${by} said no to ${step} of ${release}, and what it shows has not changed: a no is final for it.`,
    remedy: `Cancel the release (sluice cancel ${release} --reason "…") and begin it anew with what is meant.`,
    rule: 'confirmation',
  });
}

function staleConfirmation(asked: OpenConfirmation, named: string): SluiceError {
  return new SluiceError('stale', {
    cause: `${asked.step} of ${asked.release_id} asks about ${asked.plan_hash.slice(0, 16)}… now, and you name ${named.slice(0, 16)}….`,
    remedy: `Read what is asked now (\`sluice explain ${asked.release_id} ${asked.step}\`), then answer that.`,
    rule: 'confirmation-binding',
  });
}
