import { z } from 'zod';
import type { Where } from '../../kubernetes/client.ts';
import type { Kept, KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import { PIPELINE_RUN, type PipelineRun, RUN_STATES } from '../resources/pipeline-run.ts';
import { defineTool } from '../tool.ts';
import { describeRun } from './classify.ts';
import { chooseSteps, type LogChoice } from './log-choice.ts';
import { childrenOf, chooseBuild } from './runs.ts';
import { Commit, Failure, failureOf, many, runSentence } from './shapes.ts';
import { capped, readStepLog } from './step-log.ts';

/** Of all steps together. */
export const MOST_BYTES = 8 * 1024;

export const StepLogRow = z.object({
  task: z.string(),
  step: z.string(),
  pod: z.string().nullable(),
  lines: z.array(z.string()),
  truncated: z.boolean().meta({ description: 'Earlier lines were left out.' }),
  source: z.enum(['cluster', 'archive', 'none']),
  note: z.string().optional(),
});

export const TailLines = z
  .int()
  .min(1)
  .max(500)
  .default(100)
  .meta({ description: 'Of each step; all in all the last 8 KB are shown.' });

const asked = {
  task: z.string().max(253).optional().meta({ description: 'All steps of this task.' }),
  step: z.string().max(253).optional().meta({ description: 'With task: this step alone.' }),
  tail_lines: TailLines,
  namespace: Namespace,
};

const RunLogs = z.object({
  name: z.string(),
  namespace: z.string(),
  state: z.enum(RUN_STATES),
  failure: Failure.nullable(),
  logs: z.array(StepLogRow),
  truncated: z.boolean(),
  archived: z.boolean(),
  summary: z.string(),
  next: z.string().optional(),
});

async function runLogs(
  client: KonfluxClient,
  kept: Kept<PipelineRun>,
  choice: LogChoice & { tailLines: number },
  where: Where,
  now: number,
): Promise<z.input<typeof RunLogs>> {
  const run = kept.object;
  const { name } = run.metadata;
  const namespace = await client.cluster.namespace(where.namespace);
  const { taskRuns, source } = await childrenOf(client, kept, where);
  const report = describeRun(run, taskRuns);
  const { steps, leftOut } = chooseSteps(name, report, choice);
  const place = {
    namespace,
    signal: where.signal,
    tailLines: choice.tailLines,
    archived: kept.archived || source === 'archive',
  };
  const read = await Promise.all(steps.map((step) => readStepLog(client, step, place)));
  const logs = capped(read, MOST_BYTES);
  const notes = logs.flatMap(({ note }) => (note === undefined ? [] : [note]));
  const lines = logs.reduce((sum, log) => sum + log.lines.length, 0);
  return {
    name,
    namespace,
    state: report.state,
    failure: report.failedTask === undefined ? null : failureOf(report.failedTask),
    logs,
    truncated: leftOut > 0 || logs.some((log) => log.truncated),
    archived: kept.archived,
    summary: `${runSentence(run, report, now)} ${logSentence(lines, [...new Set(notes)], steps.length, source)}`,
    ...(leftOut === 0
      ? {}
      : { next: `${many(leftOut, 'earlier step')} not shown: give \`task\` to read those of one task.` }),
  };
}

function logSentence(lines: number, notes: readonly string[], steps: number, source: string): string {
  if (lines > 0) return `The last ${many(lines, 'line')} of ${steps === 1 ? 'its log' : `${steps} steps`}.`;
  if (notes.length > 0) return notes.slice(0, 2).join(' ');
  return source === 'run'
    ? 'Its TaskRuns have been pruned, and the logs with them.'
    : 'No step of it has begun, so there is no log.';
}

const buildLogs = defineTool({
  name: 'konflux_build_logs',
  title: 'Logs of a build',
  description: `
The end of the log of a build: of a failed one the step that failed, else the last steps of all; or of the task that you
name. Give the build's name, or a component for its newest build. Cleaned and cut to the last 8 KB; it says so. A pod
that is gone is looked for in KubeArchive.`,
  effect: 'read',
  input: z.object({
    name: Name.optional().meta({ description: 'The build run; or give component and/or commit.' }),
    component: Name.optional().meta({ description: 'The newest build of it.' }),
    commit: Commit.optional(),
    ...asked,
  }),
  output: RunLogs,
  run: async ({ name, component, commit, namespace, tail_lines, ...choice }, { client, signal, now }) => {
    const where = { namespace, signal };
    const kept = await chooseBuild(client, { name, component, commit }, where);
    return await runLogs(client, kept, { ...choice, tailLines: tail_lines }, where, now);
  },
});

const pipelineLogs = defineTool({
  name: 'konflux_pipeline_logs',
  title: 'Logs of a pipeline run',
  description: `
The end of the log of a pipeline run of any type: of a failed one the step that failed, else the last steps of all; or of
the task that you name. Cleaned and cut to the last 8 KB; it says so. A pod that is gone is looked for in KubeArchive.`,
  effect: 'read',
  input: z.object({ name: Name, ...asked }),
  output: RunLogs,
  run: async ({ name, namespace, tail_lines, ...choice }, { client, signal, now }) => {
    const where = { namespace, signal };
    const kept = await client.get(PIPELINE_RUN, name, where);
    return await runLogs(client, kept, { ...choice, tailLines: tail_lines }, where, now);
  },
});

export const runLogTools = [buildLogs, pipelineLogs];
