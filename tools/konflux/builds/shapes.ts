import { z } from 'zod';
import { isoTime } from '../../../src/kit/clock.ts';
import { oneLine } from '../../../src/kit/text.ts';
import { LABEL } from '../resources/common.ts';
import { type PipelineRun, RUN_STATES } from '../resources/pipeline-run.ts';
import { timingOf } from '../resources/timing.ts';
import { type FailedTask, type RunReport, secondsBetween, type TaskReport } from './classify.ts';
import { commitOf, isPullRequest } from './runs.ts';

export const Commit = z.string().regex(/^[0-9a-fA-F]{7,40}$/, 'a commit: 7 to 40 hexadecimal digits');
export const Moment = z.iso.datetime({ offset: true });
export const limitOf = (most: number, usual: number) => z.int().min(1).max(most).default(usual);

export const StateFilter = z
  .enum(RUN_STATES)
  .optional()
  .meta({ description: '`failed` takes in what timed out; `timeout` is those alone.' });

export const Totals = z
  .object({
    pending: z.int(),
    running: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    timed_out: z.int(),
    cancelled: z.int(),
  })
  .meta({ description: 'Of all that fit, not of those shown; what timed out is among the failed.' });

export const RunRow = z.object({
  name: z.string(),
  type: z.string().nullable(),
  application: z.string().nullable(),
  component: z.string().nullable(),
  commit: z.string().nullable(),
  event: z.string().nullable(),
  pull_request: z.string().optional(),
  state: z.enum(RUN_STATES),
  reason: z.string(),
  created_at: z.string(),
  finished_at: z.string().nullable(),
  duration_s: z.int().nullable().meta({ description: 'Until now while it runs.' }),
  duration: z.string().nullable(),
  queue_s: z.int().nullable().meta({ description: 'From creation to start; until now while it waits.' }),
});

export function runRow(run: PipelineRun, report: RunReport, now: number): z.input<typeof RunRow> {
  const { labels, creationTimestamp, name } = run.metadata;
  const { finished_at, duration, duration_s } = timingOf(report.startedAt, report.completedAt, now);
  const number = labels[LABEL.pullRequest] ?? labels[LABEL.snapshotPullRequest];
  return {
    name,
    type: labels[LABEL.runType] ?? null,
    application: labels[LABEL.application] ?? labels[LABEL.componentGroup] ?? null,
    component: labels[LABEL.component] ?? null,
    commit: commitOf(run) ?? null,
    event: labels[LABEL.eventType] ?? labels[LABEL.snapshotEvent] ?? null,
    ...(isPullRequest(run) && number !== undefined ? { pull_request: number } : {}),
    state: report.state,
    reason: report.reason,
    created_at: creationTimestamp,
    finished_at,
    duration_s,
    duration,
    queue_s:
      report.queueSeconds ??
      (report.state === 'pending' ? secondsBetween(creationTimestamp, isoTime(now)) : null) ??
      null,
  };
}

export const TaskRow = z.object({
  task: z.string(),
  state: z.enum([...RUN_STATES, 'unknown']),
  reason: z.string().optional(),
  duration_s: z.int().nullable(),
  duration: z.string().nullable(),
  retries: z.int().optional(),
  ignored: z.boolean().optional().meta({ description: 'It failed, and the run goes on all the same.' }),
  message: z.string().optional(),
});

/** What went as it should is told in few words: a run has dozens of tasks. */
export function taskRow(task: TaskReport, now: number): z.input<typeof TaskRow> {
  const { duration_s, duration } = timingOf(task.startedAt, task.completedAt, now);
  const well = task.state === 'succeeded' || task.state === 'unknown';
  return {
    task: task.name,
    state: task.state,
    ...(well ? {} : { reason: task.reason }),
    duration_s,
    duration,
    ...(task.retries === 0 ? {} : { retries: task.retries }),
    ...(task.ignored ? { ignored: true } : {}),
    ...(well || task.message === '' ? {} : { message: oneLine(task.message, 200) }),
  };
}

export const Failure = z.object({
  task: z.string(),
  task_run: z.string(),
  pod: z.string().nullable(),
  step: z.string().nullable(),
  exit_code: z.int().nullable(),
  reason: z.string(),
  message: z.string(),
});

export function failureOf(failed: FailedTask): z.input<typeof Failure> {
  return {
    task: failed.name,
    task_run: failed.taskRun,
    pod: failed.pod ?? null,
    step: failed.step ?? null,
    exit_code: failed.exitCode ?? null,
    reason: failed.reason,
    message: oneLine(failed.message),
  };
}

/** `task build, step push: exit code 1 (Failed)`. */
export function inWords({ name, step, exitCode, reason }: FailedTask): string {
  const where = step === undefined ? `task ${name}` : `task ${name}, step ${step}`;
  return `${where}: ${exitCode === undefined ? reason : `exit code ${exitCode} (${reason})`}`;
}

/** What a run says in one sentence, the state first. */
export function runSentence(run: PipelineRun, report: RunReport, now: number): string {
  const { name } = run.metadata;
  const { duration } = timingOf(report.startedAt, report.completedAt, now);
  const after = duration === null ? '' : ` after ${duration}`;
  const doing = report.tasks.filter(({ state }) => state === 'running').map((task) => task.name);
  if (report.state === 'pending') return `${name} has not started yet${reasonOf(report)}.`;
  if (report.state === 'running') {
    const failing =
      report.failedTask === undefined ? '' : `, though it has failed in ${inWords(report.failedTask)}`;
    const stopping =
      run.spec.status === undefined || run.spec.status === ''
        ? ''
        : ` and is being ended (${run.spec.status})`;
    return `${name} is running${duration === null ? '' : ` for ${duration}`}${doing.length === 0 ? '' : `, now in ${doing.join(', ')}`}${stopping}${failing}.`;
  }
  if (report.state === 'succeeded') {
    const skipped = report.skipped.length === 0 ? '' : `, ${many(report.skipped.length, 'task')} skipped`;
    return `${name} succeeded${after}${skipped}.`;
  }
  const ended = { failed: 'failed', timeout: 'timed out', cancelled: 'was cancelled' }[report.state];
  if (report.failedTask !== undefined) return `${name} ${ended}${after} in ${inWords(report.failedTask)}.`;
  const stopped = report.tasks.filter(({ state }) => state === 'cancelled').map((task) => task.name);
  if (stopped.length > 0) return `${name} ${ended}${after}, in ${stopped.join(', ')}.`;
  return `${name} ${ended}${after}${reasonOf(report)}.`;
}

function reasonOf({ reason, message }: RunReport): string {
  const said = [reason, oneLine(message, 200)].filter((part) => part !== '').join(': ');
  return said === '' ? '' : ` (${said.replace(/\.$/, '')})`;
}

/** `1 task`, `2 tasks`. */
export function many(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
