import { isoTime } from '../kit/clock.ts';
import { durationMs } from '../kit/duration.ts';
import { ExpressionError } from './expression.ts';
import { stepState } from './state.ts';
import { callRead, evaluate, looked, type StepWork, settle, summaryOf } from './step-work.ts';
import { variablesOf } from './variables.ts';

const LONGEST_SLEEP_MS = 6 * 3_600_000;

/** One look of a `wait` step. */
export async function lookWait(work: StepWork): Promise<void> {
  const { step, journal, services } = work;
  const { wait } = step;
  if (wait === undefined) return;
  if (wait.at !== undefined) {
    await waitForMoment(work, wait.at);
    return;
  }
  const result = wait.uses === undefined ? undefined : await callRead(work, wait.uses, wait.with);
  const now = await services.clock.now();
  const variables = variablesOf(journal.state, now, step, result === undefined ? {} : { result });
  const cause = wait.cause === undefined ? summaryOf(result) : String(evaluate(work, wait.cause, variables));
  const fields = result === undefined ? {} : { result };
  if (wait.until !== undefined && evaluate(work, wait.until, variables) === true) {
    await settle(work, 'passed', cause, fields);
    return;
  }
  if (wait.failed !== undefined && evaluate(work, wait.failed, variables) === true) {
    await settle(work, 'failed', cause, fields);
    return;
  }
  const { looks } = stepState(journal.state, step.id);
  const pause = Math.min(
    durationMs(wait.every) * wait.backoff ** looks,
    Math.max(LONGEST_SLEEP_MS, durationMs(wait.every)),
  );
  await looked(work, 'waiting', cause, now + pause, fields);
}

async function waitForMoment(work: StepWork, text: string): Promise<void> {
  const { step, journal, services } = work;
  const now = await services.clock.now();
  const value = evaluate(work, text, variablesOf(journal.state, now, step));
  const moment = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(moment)) throw new ExpressionError(text, `it is ${JSON.stringify(value)}, not a moment`);
  if (moment <= now) await settle(work, 'passed', `it is past ${isoTime(moment)}`);
  else await looked(work, 'waiting', `waits for ${isoTime(moment)}`, moment);
}
