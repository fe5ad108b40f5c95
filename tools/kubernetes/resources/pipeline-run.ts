import { z } from 'zod';
import { Condition, conditionOf, Metadata, type ResourceType, resource } from '../resource.ts';

const TEKTON = 'tekton.dev/v1';
const Conditions = z.array(Condition).default([]);

const Result = z.object({
  name: z.string(),
  value: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.string())]),
});

export const PipelineRunSchema = z.object({
  metadata: Metadata,
  spec: z
    .object({
      status: z.string().optional(),
      params: z.array(z.object({ name: z.string(), value: z.unknown() })).default([]),
      pipelineRef: z.object({ name: z.string().optional(), resolver: z.string().optional() }).optional(),
    })
    .default({ params: [] }),
  status: z
    .object({
      conditions: Conditions,
      startTime: z.string().optional(),
      completionTime: z.string().optional(),
      results: z.array(Result).default([]),
      childReferences: z
        .array(
          z.object({
            apiVersion: z.string().optional(),
            kind: z.string().default('TaskRun'),
            name: z.string(),
            pipelineTaskName: z.string().default(''),
          }),
        )
        .default([]),
      skippedTasks: z.array(z.object({ name: z.string(), reason: z.string().default('') })).default([]),
      pipelineSpec: z
        .object({
          tasks: z.array(z.object({ name: z.string() })).default([]),
          finally: z.array(z.object({ name: z.string() })).default([]),
        })
        .optional(),
    })
    .default({ conditions: [], results: [], childReferences: [], skippedTasks: [] }),
});
export type PipelineRun = z.output<typeof PipelineRunSchema>;

export const PIPELINE_RUN: ResourceType<PipelineRun> = resource(
  TEKTON,
  'pipelineruns',
  'PipelineRun',
  PipelineRunSchema,
);

export const TaskRunSchema = z.object({
  metadata: Metadata,
  spec: z.object({ taskRef: z.object({ name: z.string().optional() }).optional() }).default({}),
  status: z
    .object({
      conditions: Conditions,
      startTime: z.string().optional(),
      completionTime: z.string().optional(),
      podName: z.string().default(''),
      results: z.array(Result).default([]),
      steps: z
        .array(
          z.object({
            name: z.string().default(''),
            container: z.string().default(''),
            terminated: z
              .object({
                exitCode: z.number(),
                reason: z.string().default(''),
                message: z.string().optional(),
                finishedAt: z.string().optional(),
              })
              .optional(),
            /** Why a step of Tekton ended: a step that another one's failure kept from running has exit code 1 too. */
            terminationReason: z.string().optional(),
            running: z.object({ startedAt: z.string().optional() }).optional(),
            waiting: z.object({ reason: z.string().default(''), message: z.string().default('') }).optional(),
          }),
        )
        .default([]),
      /** One entry for each attempt before the last one. */
      retriesStatus: z.array(z.unknown()).default([]),
    })
    .default({ conditions: [], podName: '', results: [], steps: [], retriesStatus: [] }),
});
export type TaskRun = z.output<typeof TaskRunSchema>;

export const TASK_RUN: ResourceType<TaskRun> = resource(TEKTON, 'taskruns', 'TaskRun', TaskRunSchema);

export const RUN_STATES = ['pending', 'running', 'succeeded', 'failed', 'cancelled', 'timeout'] as const;
export type RunState = (typeof RUN_STATES)[number];

const CANCELLED = ['Cancelled', 'TaskRunCancelled', 'StoppedRunFinally', 'CancelledRunFinally'];
const TIMED_OUT = ['PipelineRunTimeout', 'TaskRunTimeout'];
const NOT_BEGUN = ['PipelineRunPending', 'TaskRunPending'];

/** By status first, reason second: new reasons appear with each version of Tekton. */
export function runStateOf(conditions: readonly Condition[]): RunState {
  const succeeded = conditionOf(conditions, 'Succeeded');
  if (succeeded === undefined) return 'pending';
  if (succeeded.status === 'True') return 'succeeded';
  if (succeeded.status === 'Unknown') return NOT_BEGUN.includes(succeeded.reason) ? 'pending' : 'running';
  if (CANCELLED.includes(succeeded.reason)) return 'cancelled';
  return TIMED_OUT.includes(succeeded.reason) ? 'timeout' : 'failed';
}

export function isOver(state: RunState): boolean {
  return state !== 'pending' && state !== 'running';
}

/** A result by name, as text; undefined when the run has none of that name. */
export function resultOf(results: readonly z.output<typeof Result>[], name: string): string | undefined {
  const value = results.find((result) => result.name === name)?.value;
  return typeof value === 'string' ? value.trim() : undefined;
}
