import { conditionOf } from '../../kubernetes/client.ts';
import { LABEL } from '../resources/common.ts';
import {
  isOver,
  type PipelineRun,
  type RunState,
  runStateOf,
  type TaskRun,
} from '../resources/pipeline-run.ts';

export interface StepReport {
  name: string;
  container: string;
  state: 'waiting' | 'running' | 'ended';
  exitCode: number | undefined;
  reason: string;
}

export interface TaskReport {
  name: string;
  taskRun: string;
  pod: string | undefined;
  /** `unknown`: its TaskRun has been pruned and the run alone does not say. */
  state: RunState | 'unknown';
  reason: string;
  message: string;
  startedAt: string | undefined;
  completedAt: string | undefined;
  durationSeconds: number | undefined;
  /** Attempts before the last one. */
  retries: number;
  /** It failed, and its pipeline goes on all the same. */
  ignored: boolean;
  steps: StepReport[];
}

export interface FailedTask {
  name: string;
  taskRun: string;
  pod: string | undefined;
  step: string | undefined;
  container: string | undefined;
  exitCode: number | undefined;
  reason: string;
  message: string;
}

export interface SkippedTask {
  name: string;
  reason: string;
}

export interface RunReport {
  state: RunState;
  reason: string;
  message: string;
  startedAt: string | undefined;
  completedAt: string | undefined;
  /** From its creation to its start. */
  queueSeconds: number | undefined;
  /** Undefined while it runs. */
  durationSeconds: number | undefined;
  tasks: TaskReport[];
  failedTask: FailedTask | undefined;
  skipped: SkippedTask[];
  /** Tasks that have neither begun nor been skipped. */
  waiting: string[];
}

/** What a run says of itself, by its conditions and those of its TaskRuns; no text is read for meaning. */
export function describeRun(run: PipelineRun, taskRuns: readonly TaskRun[]): RunReport {
  const { status } = run;
  const state = runStateOf(status.conditions);
  const condition = conditionOf(status.conditions, 'Succeeded');
  const tasks = tasksOf(run, taskRuns);
  const skipped = status.skippedTasks.map(({ name, reason }) => ({ name, reason }));
  const known = new Set([...tasks, ...skipped].map(({ name }) => name));
  const planned = [...(status.pipelineSpec?.tasks ?? []), ...(status.pipelineSpec?.finally ?? [])];
  return {
    state,
    reason: condition?.reason ?? '',
    message: condition?.message ?? '',
    startedAt: status.startTime,
    completedAt: status.completionTime,
    queueSeconds: secondsBetween(run.metadata.creationTimestamp, status.startTime),
    durationSeconds: secondsBetween(status.startTime, status.completionTime),
    tasks,
    failedTask: failedTaskOf(state, tasks),
    skipped,
    waiting: isOver(state) ? [] : planned.map(({ name }) => name).filter((name) => !known.has(name)),
  };
}

/** Whole seconds between two moments; undefined where one is missing or is no time. */
export function secondsBetween(from: string | undefined, to: string | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

export interface RunTotals {
  pending: number;
  running: number;
  succeeded: number;
  /** Those that timed out are among them. */
  failed: number;
  timed_out: number;
  cancelled: number;
}

export function countRuns(states: Iterable<RunState>): RunTotals {
  const totals = { pending: 0, running: 0, succeeded: 0, failed: 0, timed_out: 0, cancelled: 0 };
  for (const state of states) {
    totals[state === 'timeout' ? 'failed' : state] += 1;
    if (state === 'timeout') totals.timed_out += 1;
  }
  return totals;
}

function tasksOf(run: PipelineRun, taskRuns: readonly TaskRun[]): TaskReport[] {
  const byName = new Map(taskRuns.map((taskRun) => [taskRun.metadata.name, taskRun]));
  const children = run.status.childReferences.map(({ name, pipelineTaskName }) => {
    const taskRun = byName.get(name);
    byName.delete(name);
    const task = pipelineTaskName || taskRun?.metadata.labels[LABEL.taskName] || name;
    return taskRun === undefined ? prunedTask(task, name) : describeTask(taskRun, task);
  });
  // The run's own list may lag behind.
  const rest = [...byName.values()].map((taskRun) => describeTask(taskRun));
  return [...children, ...rest].sort((a, b) => byTime(a.startedAt, b.startedAt));
}

/** What has no time comes last. */
function byTime(a: string | undefined, b: string | undefined): number {
  const [one, other] = [Date.parse(a ?? ''), Date.parse(b ?? '')];
  if (Number.isNaN(one) || Number.isNaN(other))
    return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
  return one - other;
}

function prunedTask(name: string, taskRun: string): TaskReport {
  return {
    name,
    taskRun,
    pod: undefined,
    state: 'unknown',
    reason: '',
    message: '',
    startedAt: undefined,
    completedAt: undefined,
    durationSeconds: undefined,
    retries: 0,
    ignored: false,
    steps: [],
  };
}

/** What a TaskRun says of itself; `name` is that of its task in the pipeline. */
export function describeTask({ metadata, status }: TaskRun, name?: string): TaskReport {
  const condition = conditionOf(status.conditions, 'Succeeded');
  return {
    name: name ?? metadata.labels[LABEL.taskName] ?? metadata.name,
    taskRun: metadata.name,
    pod: status.podName === '' ? undefined : status.podName,
    state: runStateOf(status.conditions),
    reason: condition?.reason ?? '',
    message: condition?.message ?? '',
    startedAt: status.startTime,
    completedAt: status.completionTime,
    durationSeconds: secondsBetween(status.startTime, status.completionTime),
    retries: status.retriesStatus.length,
    ignored: condition?.status === 'False' && condition.reason === 'FailureIgnored',
    steps: status.steps.map(stepReport),
  };
}

type Step = TaskRun['status']['steps'][number];

function stepReport(step: Step): StepReport {
  const { name, terminated, waiting, running } = step;
  return {
    name,
    container: step.container || `step-${name}`,
    state: terminated !== undefined ? 'ended' : running !== undefined ? 'running' : 'waiting',
    exitCode: terminated?.exitCode,
    // Of an ended step Tekton's own word says more than the container's "Error".
    reason: endReason(step) ?? waiting?.reason ?? '',
  };
}

function endReason({ terminated, terminationReason = '' }: Step): string | undefined {
  if (terminated === undefined) return undefined;
  const better = NOT_THE_CAUSE.includes(terminationReason) || ['', 'Error'].includes(terminated.reason);
  return better && terminationReason !== '' ? terminationReason : terminated.reason;
}

/** The task that a run ended for: the first one to fail; of a run that ran out of time what it was stopped in. */
function failedTaskOf(state: RunState, tasks: readonly TaskReport[]): FailedTask | undefined {
  const ended = (...states: TaskReport['state'][]) =>
    tasks
      .filter((task) => states.includes(task.state) && !task.ignored)
      .sort((a, b) => byTime(a.completedAt, b.completedAt))[0];
  if (state === 'succeeded') return undefined;
  const task = ended('failed', 'timeout') ?? (state === 'timeout' ? ended('cancelled') : undefined);
  if (task === undefined) return undefined;
  const step = failedStepOf(task.steps);
  return {
    name: task.name,
    taskRun: task.taskRun,
    pod: task.pod,
    step: step?.name,
    container: step?.container,
    exitCode: step?.exitCode,
    // The container knows of an OOMKilled what the task calls Failed.
    reason: step !== undefined && SPEAKING.includes(step.reason) ? step.reason : task.reason,
    message: task.message,
  };
}

const SPEAKING = ['OOMKilled', 'ErrImagePull', 'ImagePullBackOff', 'CreateContainerConfigError', 'Evicted'];
/** A step that never ran for another one's failure, and one whose failure does not count. */
const NOT_THE_CAUSE = ['Skipped', 'Continued'];
const STARTING = ['', 'PodInitializing', 'ContainerCreating'];

function failedStepOf(steps: readonly StepReport[]): StepReport | undefined {
  return (
    steps.find(
      ({ exitCode, reason }) => exitCode !== undefined && exitCode !== 0 && !NOT_THE_CAUSE.includes(reason),
    ) ??
    steps.find(({ state, reason }) => state === 'waiting' && !STARTING.includes(reason)) ??
    steps.find(({ state }) => state === 'running')
  );
}
