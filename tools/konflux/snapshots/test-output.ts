import { z } from 'zod';
import { type PipelineRun, type RunState, resultOf, type TaskRun } from '../resources/pipeline-run.ts';

export const TEST_RESULTS = ['SUCCESS', 'WARNING', 'FAILURE', 'SKIPPED', 'ERROR', 'UNREADABLE'] as const;
export type TestResult = (typeof TEST_RESULTS)[number];

export interface TestOutput {
  result: TestResult;
  successes: number;
  failures: number;
  warnings: number;
  note: string;
  /** Milliseconds since 1970, when the task says. */
  at: number | undefined;
}

const Written = z.object({
  result: z.enum(['SUCCESS', 'WARNING', 'FAILURE', 'SKIPPED', 'ERROR']),
  successes: z.coerce.number().default(0),
  failures: z.coerce.number().default(0),
  warnings: z.coerce.number().default(0),
  note: z.string().default(''),
  timestamp: z.union([z.string(), z.number()]).optional(),
});

/** What a test task, or a run, says of itself; undefined for one that says nothing of the kind. */
export function testOutputOf({ status }: TaskRun | PipelineRun): TestOutput | undefined {
  const text = resultOf(status.results, 'TEST_OUTPUT') ?? resultOf(status.results, 'HACBS_TEST_OUTPUT');
  return text === undefined ? undefined : readTestOutput(text);
}

export function readTestOutput(text: string): TestOutput {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    read = undefined;
  }
  const output = Written.safeParse(read);
  if (!output.success)
    return { result: 'UNREADABLE', successes: 0, failures: 0, warnings: 0, note: '', at: undefined };
  const { result, successes, failures, warnings, note, timestamp } = output.data;
  return { result, successes, failures, warnings, note, at: momentOf(timestamp) };
}

/** Seconds since 1970 as most tasks write, or ISO. */
function momentOf(timestamp: string | number | undefined): number | undefined {
  if (timestamp === undefined || timestamp === '') return undefined;
  const seconds = Number(timestamp);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(String(timestamp));
  return Number.isNaN(ms) ? undefined : ms;
}

export const RUN_OUTCOMES = [
  'running',
  'passed',
  'passed_with_warnings',
  'failed',
  'invalid',
  'cancelled',
  'timeout',
  'unknown',
] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/** The rule of integration-service: the run has to succeed, and no task may say anything but these three. */
export function runOutcome(state: RunState, outputs: readonly TestOutput[]): RunOutcome {
  if (state === 'pending' || state === 'running') return 'running';
  if (state !== 'succeeded') return state;
  if (outputs.some(({ result }) => result === 'UNREADABLE')) return 'invalid';
  if (outputs.some(({ result }) => result === 'FAILURE' || result === 'ERROR')) return 'failed';
  return outputs.some(({ result }) => result === 'WARNING') ? 'passed_with_warnings' : 'passed';
}
