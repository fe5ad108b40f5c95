import { z } from 'zod';
import { isoTime } from '../kit/clock.ts';
import { durationMs } from '../kit/duration.ts';
import type { Effect } from '../kit/effect.ts';
import { isTransient, NotYet, type SluiceError, toSluiceError } from '../kit/errors.ts';
import { askElsewhere } from './approval-ways/ask.ts';
import { lookApproval } from './approval-ways/look.ts';
import { askApproval, checkApproval, guardEffect } from './approve.ts';
import { assertConfirmed } from './confirm.ts';
import type { Action } from './decide.ts';
import { noticesOf, type Step } from './definition.ts';
import { ExpressionError, resolveArguments } from './expression.ts';
import type { Fact, Ref } from './facts.ts';
import { stepOf } from './graph.ts';
import { assertGuards } from './guards.ts';
import { InDoubt, performEffects } from './perform-effects.ts';
import { judgeGate } from './perform-gate.ts';
import { lookWait } from './perform-wait.ts';
import { closedRow, type RunJournal, Superseded } from './run-journal.ts';
import { afterFailure, sendNotice } from './send-notice.ts';
import type { EngineServices } from './services.ts';
import { type StepState, stepState } from './state.ts';
import { append, callRead, evaluate, looked, type StepWork, settle, summaryOf } from './step-work.ts';
import { tellReview } from './tell-review.ts';
import { variablesOf } from './variables.ts';

/** Runs another flow as a step; given by the driver, which alone can drive. */
export type ChildDriver = (
  step: Step,
  journal: RunJournal,
  inputs: Record<string, unknown>,
) => Promise<ChildOutcome>;
export interface ChildOutcome {
  release_id: string;
  state: string;
  cause: string;
  nextAt: number | null;
}

const RefShape = z.object({
  system: z.string(),
  id: z.string(),
  url: z.string().nullish(),
  attempt: z.int().optional(),
});

const ERROR_BACKOFF_MS = [60_000, 120_000, 300_000, 900_000];
/** A person has to mend something; looking again costs nothing and finds out when they have. */
const BLOCKED_LOOK_MS = 900_000;
const LONGEST_LOOK_MS = 3_600_000;

/** The only place with effects: carries out what `decide` has found. */
export async function perform(
  action: Action,
  journal: RunJournal,
  services: EngineServices,
  driveChild: ChildDriver,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (action.do === 'record') {
    const { fact } = action;
    const change = fact.kind === 'run.closed' ? await closedRow(fact.data.state, services.clock) : {};
    await journal
      .append(fact, { guard: (state) => !settledMeanwhile(fact, state), change })
      .catch(ignoreSuperseded);
    return;
  }
  const step = stepOf(journal.state.opened.flow, action.step);
  if (step === undefined) throw new Error(`no step ${action.step}`);
  const work: StepWork = { step, journal, services, signal };
  try {
    if (action.do === 'notify') await notify(work, action);
    else if (action.do === 'tell-review') await tellReview(action.review, step.id, journal, services);
    else if (action.do === 'ask-approval') await askApproval(work);
    else if (action.do === 'check-approval') await checkApproval(work);
    else if (action.do === 'ask-elsewhere') await askElsewhere(work, action.way);
    else if (action.do === 'look-approval') await lookApproval(work);
    else await callStep(work, action.do === 'resolve', driveChild);
  } catch (thrown) {
    if (thrown instanceof Superseded) return;
    if (action.do === 'notify') await noticeFailed(work, action, thrown);
    else await lookedWithError(work, thrown);
  }
}

function ignoreSuperseded(thrown: unknown): void {
  if (!(thrown instanceof Superseded)) throw thrown;
}

function settledMeanwhile(fact: Fact, state: RunJournal['state']): boolean {
  if (state.closed !== null) return true;
  if (fact.kind === 'decision.asked') return stepState(state, fact.step).question !== null;
  if (fact.kind === 'decision.made') return stepState(state, fact.step).status !== 'open';
  if (fact.kind === 'step.reopened')
    return !['waived', 'passed'].includes(stepState(state, fact.step).status);
  if (fact.kind === 'confirmation.asked') return isAsked(stepState(state, fact.step), fact.data.plan_hash);
  if (fact.kind !== 'step.settled' && fact.kind !== 'step.looked') return false;
  return stepState(state, fact.step).status !== 'open';
}

function isAsked(own: StepState, planHash: string): boolean {
  return own.status !== 'open' || own.confirmation?.planHash === planHash || own.refused.has(planHash);
}

async function callStep(work: StepWork, resolveOnly: boolean, driveChild: ChildDriver): Promise<void> {
  const { step } = work;
  if (resolveOnly) {
    await runWrite(work, step.start?.uses ?? step.uses ?? '', step.start?.with ?? step.with ?? {}, true);
    return;
  }
  if (step.wait !== undefined) await lookWait(work);
  else if (step.gate !== undefined) await judgeGate(work);
  else if (step.start !== undefined) await startOrPoll(work);
  else if (step.flow !== undefined) await runChild(work, driveChild);
  else await runUses(work);
}

async function runUses(work: StepWork): Promise<void> {
  const { step, services } = work;
  const tool = step.uses ?? '';
  const isRead = services.registry.demand(tool).effect === 'read';
  const result = isRead
    ? await callRead(work, tool, step.with ?? {})
    : await runWrite(work, tool, step.with ?? {}, false);
  await settle(work, 'passed', summaryOf(result), { result });
}

async function startOrPoll(work: StepWork): Promise<void> {
  const { step, journal } = work;
  const own = stepState(journal.state, step.id);
  if (own.startedAt === null) {
    const result = await runWrite(work, step.start?.uses ?? '', step.start?.with ?? {}, false);
    const ref = RefShape.safeParse(
      result !== null && typeof result === 'object' && 'ref' in result ? result.ref : undefined,
    );
    if (!ref.success) throw new Error(`${step.start?.uses} started something and gave no ref`);
    const fact: Fact = {
      kind: 'step.started',
      step: step.id,
      data: { attempt: own.attempt, ref: { ...plainRef(ref.data), attempt: own.attempt }, result },
    };
    await append(work, fact);
    return;
  }
  await poll(work);
}

async function poll(work: StepWork): Promise<void> {
  const { step, services, journal } = work;
  if (step.poll === undefined) return;
  const result = await callRead(work, step.poll.uses, step.poll.with);
  const now = await services.clock.now();
  const variables = variablesOf(journal.state, now, step, { result });
  const ref = refOf(result);
  const cause =
    step.poll.cause === undefined ? summaryOf(result) : String(evaluate(work, step.poll.cause, variables));
  const fields = {
    result,
    ...(ref === undefined ? {} : { ref: { ...ref, attempt: stepState(journal.state, step.id).attempt } }),
  };
  if (evaluate(work, step.poll.done, variables) === true) {
    await settle(work, 'passed', cause, fields);
    return;
  }
  if (evaluate(work, step.poll.failed, variables) === true) {
    await failedAttempt(work, cause, fields);
    return;
  }
  await looked(work, 'running', cause, now + durationMs(step.poll.every), fields);
}

/** A failed attempt is kept; the policy of the step may allow another one. */
async function failedAttempt(
  work: StepWork,
  cause: string,
  fields: { result: unknown; ref?: Ref },
): Promise<void> {
  const { step, journal } = work;
  const own = stepState(journal.state, step.id);
  const attempts = step.retry?.attempts ?? 1;
  if (own.attempt >= attempts) {
    const tried = attempts > 1 ? ` (attempt ${own.attempt} of ${attempts})` : '';
    await settle(work, 'failed', `${cause}${tried}`, fields);
    return;
  }
  await append(work, {
    kind: 'step.reopened',
    step: step.id,
    data: {
      attempt: own.attempt + 1,
      reason: `attempt ${own.attempt} of ${attempts} failed: ${cause}`,
      by: 'policy',
    },
  });
}

async function runChild(work: StepWork, driveChild: ChildDriver): Promise<void> {
  const { step, services, journal } = work;
  const now = await services.clock.now();
  const inputs = resolveArguments(
    services.expressions,
    step.flow?.inputs ?? {},
    variablesOf(journal.state, now, step),
  );
  const child = await driveChild(step, journal, inputs as Record<string, unknown>);
  const ref = { system: 'sluice', id: child.release_id };
  const fields = { ref, result: { release_id: child.release_id, state: child.state } };
  if (child.state === 'done') await settle(work, 'passed', `${child.release_id} is done`, fields);
  else if (child.state === 'cancelled' || child.state === 'rolled_back')
    await settle(work, 'failed', `${child.release_id}: ${child.cause}`, fields);
  else {
    const stuck = ['blocked', 'needs_approval', 'needs_decision', 'failed'].includes(child.state);
    const soon = now + 60_000;
    await looked(
      work,
      stuck ? 'blocked' : 'running',
      `${child.release_id}: ${child.cause}`,
      Math.max(child.nextAt ?? soon, now + 1),
      { ref },
    );
  }
}

async function runWrite(
  work: StepWork,
  tool: string,
  args: Record<string, unknown>,
  resolveOnly: boolean,
): Promise<unknown> {
  const { step, journal, services, signal } = work;
  await services.assertWritable();
  const now = await services.clock.now();
  const input = resolveArguments(services.expressions, args, variablesOf(journal.state, now, step));
  const options = { principal: journal.state.opened.requester, now, signal };
  const approved = resolveOnly ? undefined : await guardEffect(work);
  const allow = async (effect: Effect) => {
    assertConfirmed(work);
    await approved?.(effect);
    await assertGuards(work, effect);
  };
  const job = {
    step: step.id,
    tool,
    settles: services.registry.demand(tool).settles ?? '30s',
    resolveOnly,
    allow,
  };
  const run = async (effects: readonly Effect[]) =>
    await performEffects(effects, job, journal, services.clock, services.effects);
  if (resolveOnly) {
    await run(await services.registry.effects(tool, input, options));
    return undefined;
  }
  return await services.registry.write(tool, input, options, run);
}

async function notify(work: StepWork, action: Extract<Action, { do: 'notify' }>): Promise<void> {
  const { step, journal, services } = work;
  const notice = noticesOf(step)[action.index];
  if (notice === undefined) return;
  const now = await services.clock.now();
  const id = `${journal.id}/${action.notice}`;
  const own = stepState(journal.state, step.id);
  const variables = variablesOf(journal.state, now, step, {
    notice: id,
    event: action.event,
    step: {
      id: step.id,
      title: step.title ?? step.id,
      cause: own.cause,
      attempt: own.attempt,
      begun: isoTime(own.begunAt ?? own.since),
      since: isoTime(own.since),
      ref: own.ref === null ? '' : `${own.ref.system} ${own.ref.id}`,
    },
    ...(own.result === undefined ? {} : { result: own.result }),
  });
  const input = resolveArguments(services.expressions, notice.with, variables);
  await sendNotice({ name: action.notice, step: step.id, tool: notice.uses, input }, journal, services);
  await append(work, {
    kind: 'notice.settled',
    step: step.id,
    data: { notice: action.notice, sent: true, cause: '' },
  });
}

async function noticeFailed(
  work: StepWork,
  { notice }: Extract<Action, { do: 'notify' }>,
  thrown: unknown,
): Promise<void> {
  const { step, services } = work;
  const { cause, at } = afterFailure(thrown, await services.clock.now());
  const fact: Fact =
    at === undefined
      ? { kind: 'notice.settled', step: step.id, data: { notice, sent: false, cause } }
      : { kind: 'notice.delayed', step: step.id, data: { notice, cause, next_at: at } };
  await append(work, fact);
}

async function lookedWithError(work: StepWork, thrown: unknown): Promise<void> {
  const { services, step, journal } = work;
  const now = await services.clock.now();
  if (thrown instanceof InDoubt) {
    await looked(
      work,
      thrown.blocked ? 'blocked' : 'waiting',
      thrown.message,
      Math.max(thrown.lookAgainAt, now),
    );
    return;
  }
  const error = toSluiceError(thrown);
  if (error.rule === 'state-folder' || error.rule === 'journal-chain') throw error;
  if (error instanceof NotYet) {
    const every = step.every ?? step.poll?.every ?? '15m';
    const next = error.lookAgainSeconds === undefined ? durationMs(every) : error.lookAgainSeconds * 1000;
    await looked(work, 'waiting', error.message, now + next);
    return;
  }
  if (isTransient(error)) {
    const own = stepState(journal.state, step.id);
    const backoff = ERROR_BACKOFF_MS[Math.min(own.errors, ERROR_BACKOFF_MS.length - 1)] ?? 60_000;
    const next = now + Math.max(backoff, (error.retryAfterSeconds ?? 0) * 1000);
    await looked(work, 'waiting', error.message, next, { error: error.code });
    return;
  }
  if (mendable(error)) {
    services.log.warn({ step: step.id, code: error.code, cause: error.message }, 'blocked');
    // What lifts a guard stands beside its verdict.
    const ofGuard = services.guards.some(({ name }) => name === error.rule);
    const cause = ofGuard ? error.message : `${error.message} ${error.remedy}`;
    await looked(work, 'blocked', cause, now + lookAgainMs(error), { error: error.code });
    return;
  }
  await settle(work, 'failed', error.message, { error: error.code });
}

/** What opens at a known time may be opened before it. */
function lookAgainMs({ code, retryAfterSeconds: after }: SluiceError): number {
  if (code !== 'blocked' || after === undefined) return BLOCKED_LOOK_MS;
  return Math.min(Math.ceil(after * 1_000), LONGEST_LOOK_MS);
}

/** Faults that a person mends outside this run; it goes on by itself once they have. */
function mendable(error: SluiceError): boolean {
  if (error instanceof ExpressionError) return true;
  return [
    'auth',
    'forbidden',
    'schema_drift',
    'tool_missing',
    'internal',
    'blocked',
    'stale',
    'needs_approval',
  ].includes(error.code);
}

function plainRef(ref: z.output<typeof RefShape>): Ref {
  return { system: ref.system, id: ref.id, url: ref.url ?? null };
}

/** A poll may learn more of the job than its start knew (a queue item that became a build). */
export function refOf(result: unknown): Ref | undefined {
  const ref = RefShape.safeParse(
    result !== null && typeof result === 'object' && 'ref' in result ? result.ref : undefined,
  );
  return ref.success ? plainRef(ref.data) : undefined;
}
