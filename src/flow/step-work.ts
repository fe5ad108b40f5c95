import { z } from 'zod';
import type { SluiceError } from '../kit/errors.ts';
import { deadlineOf } from './decide.ts';
import type { Step } from './definition.ts';
import { resolveArguments } from './expression.ts';
import type { Fact, Ref } from './facts.ts';
import type { RunJournal } from './run-journal.ts';
import type { EngineServices } from './services.ts';
import { stepState } from './state.ts';
import { variablesOf } from './variables.ts';

const Summary = z.object({ summary: z.string() });

/** What the performers of the step kinds share. */
export interface StepWork {
  step: Step;
  journal: RunJournal;
  services: EngineServices;
  signal: AbortSignal | undefined;
}

export async function callRead(
  work: StepWork,
  tool: string,
  args: Record<string, unknown>,
): Promise<unknown> {
  const { step, journal, services, signal } = work;
  const now = await services.clock.now();
  const own = stepState(journal.state, step.id);
  const extra = own.result === undefined ? {} : { result: own.result };
  const input = resolveArguments(services.expressions, args, variablesOf(journal.state, now, step, extra));
  return await services.registry.read(tool, input, {
    principal: journal.state.opened.requester,
    now,
    signal,
  });
}

export async function looked(
  work: StepWork,
  state: 'waiting' | 'blocked' | 'running',
  cause: string,
  nextAt: number,
  fields: { result?: unknown; ref?: Ref; error?: SluiceError['code'] } = {},
): Promise<void> {
  const { step, journal } = work;
  const deadline = deadlineOf(step, {
    ...stepState(journal.state, step.id),
    begunAt: stepState(journal.state, step.id).begunAt ?? nextAt,
  });
  const now = await work.services.clock.now();
  const next = deadline !== undefined && deadline > now ? Math.min(nextAt, deadline) : nextAt;
  await append(work, {
    kind: 'step.looked',
    step: step.id,
    data: { state, cause, next_at: next, ...fields },
  });
}

export async function settle(
  work: StepWork,
  status: 'passed' | 'failed',
  cause: string,
  fields: { result?: unknown; ref?: Ref; error?: SluiceError['code'] } = {},
): Promise<void> {
  await append(work, { kind: 'step.settled', step: work.step.id, data: { status, cause, ...fields } });
}

/** Appends unless the step was settled, or begun anew, while we were at it. */
export async function append(work: StepWork, fact: Fact): Promise<void> {
  const { step, journal } = work;
  const { attempt, startedAt } = stepState(journal.state, step.id);
  const aboutNotice = fact.kind.startsWith('notice.');
  await journal.append(fact, {
    guard: (state) => {
      const own = stepState(state, step.id);
      if (aboutNotice) return true;
      return (
        own.status === 'open' &&
        own.attempt === attempt &&
        own.startedAt === startedAt &&
        state.closed === null
      );
    },
  });
}

export function evaluate(work: StepWork, text: string, variables: Record<string, unknown>): unknown {
  return work.services.expressions.compile(text).evaluate(variables);
}

export function summaryOf(result: unknown): string {
  const parsed = Summary.safeParse(result);
  return parsed.success ? parsed.data.summary : '';
}
