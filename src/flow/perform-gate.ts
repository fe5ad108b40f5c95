import { durationMs } from '../kit/duration.ts';
import { SluiceError } from '../kit/errors.ts';
import { ExpressionError } from './expression.ts';
import { stepState } from './state.ts';
import { callRead, evaluate, looked, type StepWork, settle, summaryOf } from './step-work.ts';
import { variablesOf } from './variables.ts';

export interface Judgement {
  verdict: 'pass' | 'fail' | 'unknown';
  cause: string;
  result: unknown;
}

/** Looks at the evidence and judges it. What is missing, malformed or contradictory is unknown. */
export async function judge(work: StepWork): Promise<Judgement> {
  const { step, journal, services } = work;
  const { gate } = step;
  if (gate === undefined) throw new Error(`${step.id} is no gate`);
  let result: unknown;
  try {
    result = gate.uses === undefined ? undefined : await callRead(work, gate.uses, gate.with);
    const variables = variablesOf(
      journal.state,
      await services.clock.now(),
      step,
      result === undefined ? {} : { result },
    );
    const pass = evaluate(work, gate.pass, variables);
    const fail = evaluate(work, gate.fail, variables);
    const cause =
      gate.cause === undefined ? summaryOf(result) : String(evaluate(work, gate.cause, variables));
    if (typeof pass !== 'boolean' || typeof fail !== 'boolean') {
      throw new ExpressionError(
        typeof pass === 'boolean' ? gate.fail : gate.pass,
        'it is neither true nor false',
      );
    }
    if (pass && fail) return { verdict: 'unknown', cause: `both pass and fail hold: ${cause}`, result };
    return { verdict: pass ? 'pass' : fail ? 'fail' : 'unknown', cause, result };
  } catch (thrown) {
    if (!(thrown instanceof SluiceError)) throw thrown;
    return { verdict: 'unknown', cause: `${thrown.code}: ${thrown.message}`, result };
  }
}

/** One judgement of a `gate` step. Unknown blocks: it is looked at again, and after a while by a person. */
export async function judgeGate(work: StepWork): Promise<void> {
  const { step, journal, services } = work;
  const { verdict, cause, result } = await judge(work);
  const fields = result === undefined ? {} : { result };
  if (verdict === 'pass') {
    await settle(work, 'passed', cause, fields);
    return;
  }
  if (verdict === 'fail') {
    await settle(work, 'failed', cause, fields);
    return;
  }
  const now = await services.clock.now();
  const unknown = step.gate?.unknown ?? { wait: '15m', timeout: '1d' };
  const since = stepState(journal.state, step.id).begunAt ?? now;
  const tooLong = now - since >= durationMs(unknown.timeout);
  await looked(
    work,
    tooLong ? 'blocked' : 'waiting',
    `not known yet: ${cause}`,
    now + durationMs(unknown.wait),
    fields,
  );
}
