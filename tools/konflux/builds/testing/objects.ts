import { LABEL } from '../../resources/common.ts';
import {
  type PipelineRun,
  PipelineRunSchema,
  type TaskRun,
  TaskRunSchema,
} from '../../resources/pipeline-run.ts';

export const NAMESPACE = 'demo-tenant';
export const SHA = '0123456789abcdef0123456789abcdef01234567';
export const DIGEST = `sha256:${'ab'.repeat(32)}`;
export const IMAGE = 'quay.io/demo-org/demo-backend';

/** `False/Failed: message`. */
export type Outcome = string;

function conditions(outcome: Outcome | undefined) {
  if (outcome === undefined) return [];
  const [, status = '', reason = '', message = ''] = /^([^/]+)\/([^:]+)(?:: ?(.*))?$/.exec(outcome) ?? [];
  return [{ type: 'Succeeded', status, reason, message }];
}

interface RunGiven {
  name?: string;
  type?: string;
  component?: string;
  application?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  created?: string;
  started?: string;
  ended?: string;
  outcome?: Outcome;
  specStatus?: string;
  results?: Record<string, string>;
  /** Names of tasks; `lint:When Expressions evaluated to false` among the skipped. */
  planned?: string[];
  skipped?: string[];
  children?: string[];
  uid?: string;
}

/** A run as the API has it; a build of demo-backend that has not begun when nothing is said. */
export function runObject(given: RunGiven = {}) {
  const name = given.name ?? 'demo-backend-on-push-1';
  const plan = given.planned?.map((task) => ({ name: task, taskRef: { name: task } }));
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: {
      name,
      namespace: NAMESPACE,
      ...(given.uid === undefined ? {} : { uid: given.uid }),
      creationTimestamp: given.created ?? '2026-01-15T10:00:00Z',
      labels: {
        [LABEL.runType]: given.type ?? 'build',
        [LABEL.component]: given.component ?? 'demo-backend',
        ...(given.application === '' ? {} : { [LABEL.application]: given.application ?? 'demo-app' }),
        ...given.labels,
      },
      ...(given.annotations === undefined ? {} : { annotations: given.annotations }),
    },
    spec: {
      pipelineRef: { name: 'build' },
      ...(given.specStatus === undefined ? {} : { status: given.specStatus }),
    },
    status: {
      conditions: conditions(given.outcome),
      ...(given.started === undefined ? {} : { startTime: given.started }),
      ...(given.ended === undefined ? {} : { completionTime: given.ended }),
      results: Object.entries(given.results ?? {}).map(([key, value]) => ({ name: key, value })),
      childReferences: (given.children ?? []).map((task) => ({
        apiVersion: 'tekton.dev/v1',
        kind: 'TaskRun',
        name: `${name}-${task}`,
        pipelineTaskName: task,
      })),
      skippedTasks: (given.skipped ?? []).map((text) => {
        const [task = '', reason = ''] = text.split(':');
        return { name: task, reason };
      }),
      ...(plan === undefined ? {} : { pipelineSpec: { tasks: plan } }),
    },
  };
}

interface TaskGiven {
  run?: string;
  task: string;
  started?: string;
  ended?: string;
  outcome?: Outcome;
  pod?: string;
  retries?: number;
  steps?: object[];
}

export function taskObject(given: TaskGiven) {
  const run = given.run ?? 'demo-backend-on-push-1';
  const name = `${run}-${given.task}`;
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: {
      name,
      namespace: NAMESPACE,
      creationTimestamp: given.started ?? '2026-01-15T10:00:00Z',
      labels: { [LABEL.taskOfRun]: run, [LABEL.taskName]: given.task },
    },
    spec: { taskRef: { name: given.task } },
    status: {
      conditions: conditions(given.outcome),
      podName: given.pod ?? `${name}-pod`,
      ...(given.started === undefined ? {} : { startTime: given.started }),
      ...(given.ended === undefined ? {} : { completionTime: given.ended }),
      steps: given.steps ?? [],
      ...(given.retries === undefined
        ? {}
        : { retriesStatus: Array.from({ length: given.retries }, () => ({})) }),
    },
  };
}

/** An ended step: its exit code, and what container and Tekton call its end. */
export function ended(
  name: string,
  exitCode = 0,
  reason = exitCode === 0 ? 'Completed' : 'Error',
  why?: string,
) {
  return {
    name,
    container: `step-${name}`,
    terminated: { exitCode, reason },
    ...(why === undefined ? {} : { terminationReason: why }),
  };
}

export function podObject(name: string, logs: Record<string, string | string[]>) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      containers: Object.keys(logs).map((container) => ({ name: container, image: 'example.com/task' })),
    },
    status: { phase: 'Running' },
    logs,
  };
}

export const runOf = (given: RunGiven = {}): PipelineRun => PipelineRunSchema.parse(runObject(given));
export const taskOf = (given: TaskGiven): TaskRun => TaskRunSchema.parse(taskObject(given));
