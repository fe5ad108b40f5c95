import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { oneLine } from '../../../src/kit/text.ts';
import type { Where } from '../../kubernetes/client.ts';
import type { KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import { PIPELINE_RUN, RUN_STATES, TASK_RUN } from '../resources/pipeline-run.ts';
import { defineTool } from '../tool.ts';
import { describeRun, describeTask, type TaskReport } from './classify.ts';
import { stepsOf, tasksNamed } from './log-choice.ts';
import { MOST_BYTES, StepLogRow, TailLines } from './logs.ts';
import { childrenOf } from './runs.ts';
import { many } from './shapes.ts';
import { capped, readStepLog } from './step-log.ts';

interface Given {
  run?: string | undefined;
  task?: string | undefined;
  task_run?: string | undefined;
}

interface Meant {
  task: TaskReport;
  archived: boolean;
}

async function meant(client: KonfluxClient, given: Given, where: Where): Promise<Meant> {
  const { run, task, task_run: taskRun } = given;
  if (taskRun !== undefined && run === undefined && task === undefined) {
    const { object, archived } = await client.get(TASK_RUN, taskRun, where);
    return { task: describeTask(object), archived };
  }
  if (run === undefined || task === undefined || taskRun !== undefined) {
    throw new SluiceError('invalid_input', {
      cause: 'A task is meant either by its run and its name, or by the name of its TaskRun.',
      remedy: 'Give `run` and `task`, or `task_run` alone.',
    });
  }
  const kept = await client.get(PIPELINE_RUN, run, where);
  const { taskRuns, source } = await childrenOf(client, kept, where);
  const [found, ...others] = tasksNamed(run, describeRun(kept.object, taskRuns), task);
  if (found === undefined || others.length > 0) {
    const names = [found, ...others].map((one) => one?.taskRun).join(', ');
    throw new SluiceError('invalid_input', {
      cause: `${run} has several TaskRuns of the task ${task}.`,
      remedy: `Give one of them as \`task_run\`: ${names}.`,
    });
  }
  return { task: found, archived: kept.archived || source === 'archive' };
}

const taskLogs = defineTool({
  name: 'konflux_task_logs',
  title: 'Logs of a task',
  description: `
The end of the log of one task, step by step, by run and task or by the name of its TaskRun; \`step\` for one step alone.
With the task's state and the exit code of each step. Cleaned and cut to the last 8 KB; it says so.`,
  effect: 'read',
  input: z.object({
    run: Name.optional(),
    task: z.string().max(253).optional().meta({ description: 'Its name in the pipeline.' }),
    task_run: Name.optional(),
    step: z.string().max(253).optional(),
    tail_lines: TailLines,
    namespace: Namespace,
  }),
  output: z.object({
    task: z.string(),
    task_run: z.string(),
    namespace: z.string(),
    state: z.enum([...RUN_STATES, 'unknown']),
    reason: z.string(),
    message: z.string(),
    retries: z.int(),
    steps: z.array(
      z.object({
        step: z.string(),
        state: z.enum(['waiting', 'running', 'ended']),
        exit_code: z.int().nullable(),
        reason: z.string(),
      }),
    ),
    logs: z.array(StepLogRow),
    truncated: z.boolean(),
    archived: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ step, tail_lines, namespace, ...given }, { client, signal }) => {
    const where = { namespace, signal };
    const { task, archived } = await meant(client, given, where);
    const space = await client.cluster.namespace(namespace);
    const place = { namespace: space, signal, tailLines: tail_lines, archived };
    const steps = stepsOf(task, step);
    const logs = capped(await Promise.all(steps.map((one) => readStepLog(client, one, place))), MOST_BYTES);
    const notes = new Set(logs.flatMap(({ note }) => (note === undefined ? [] : [note])));
    const lines = logs.reduce((sum, log) => sum + log.lines.length, 0);
    return {
      task: task.name,
      task_run: task.taskRun,
      namespace: space,
      state: task.state,
      reason: task.reason,
      message: oneLine(task.message),
      retries: task.retries,
      steps: task.steps.map(({ name, state, exitCode, reason }) => ({
        step: name,
        state,
        exit_code: exitCode ?? null,
        reason,
      })),
      logs,
      truncated: logs.some((log) => log.truncated),
      archived,
      summary: `Task ${task.name} is ${task.state}${task.reason === '' ? '' : ` (${task.reason})`}. ${
        lines > 0 ? `The last ${many(lines, 'line')} of its log.` : [...notes].slice(0, 2).join(' ')
      }`.trim(),
    };
  },
});

export const taskLogTools = [taskLogs];
