import { z } from 'zod';
import { Name, Namespace } from '../inputs.ts';
import { LABEL } from '../resources/common.ts';
import { PIPELINE_RUN, type PipelineRun } from '../resources/pipeline-run.ts';
import { call, defineTool } from '../tool.ts';
import { countRuns, describeRun, type RunTotals } from './classify.ts';
import { findRuns, RUN_TYPES } from './runs.ts';
import { limitOf, many, RunRow, runRow, runSentence, StateFilter, Totals } from './shapes.ts';
import { lookAt, nextLook, RunStatus, runStatus } from './status.ts';

const listRuns = defineTool({
  name: 'konflux_pipeline_list',
  title: 'List pipeline runs',
  description: `
Pipeline runs of every type (build, test, tenant, managed, final, collectors), newest first, with state, times, component,
commit, Snapshot and release, and how many are in each state. By type, state (e.g. running), application or component
group, and component. Managed runs are in the managed namespace.`,
  effect: 'read',
  input: z.object({
    type: z.enum(RUN_TYPES).optional(),
    state: StateFilter,
    application: Name.optional().meta({ description: 'An Application or a ComponentGroup.' }),
    component: Name.optional(),
    limit: limitOf(50, 15),
    namespace: Namespace,
  }),
  output: z.object({
    namespace: z.string(),
    runs: z.array(
      z.object({ ...RunRow.shape, snapshot: z.string().optional(), release: z.string().optional() }),
    ),
    total: z.int(),
    totals: Totals,
    truncated: z.boolean(),
    archived: z.boolean(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ limit, namespace, ...filter }, { client, signal, now }) => {
    const { runs, archived } = await findRuns(client, filter, { namespace, signal });
    const reports = runs.map((run) => ({ run, report: describeRun(run, []) }));
    const shown = reports.slice(0, limit);
    const space = await client.cluster.namespace(namespace);
    const totals = countRuns(reports.map(({ report }) => report.state));
    return {
      namespace: space,
      runs: shown.map(({ run, report }) => ({ ...runRow(run, report, now), ...belongingsOf(run) })),
      total: runs.length,
      totals,
      truncated: runs.length > shown.length,
      archived,
      summary: `${totalsSentence(runs.length, totals, space)}${archived ? ' They come from KubeArchive.' : ''}`,
      ...(totals.failed > 0 && filter.state !== 'running'
        ? { next: call('konflux_pipeline_failures', { namespace: space }) }
        : {}),
    };
  },
});

export function totalsSentence(total: number, totals: RunTotals, namespace: string): string {
  if (total === 0) return `No pipeline run in ${namespace} fits.`;
  const parts = [
    [totals.running, 'running'],
    [totals.pending, 'not started'],
    [totals.failed, totals.timed_out === 0 ? 'failed' : `failed (${totals.timed_out} by time-out)`],
    [totals.cancelled, 'cancelled'],
    [totals.succeeded, 'succeeded'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${many(total, 'pipeline run')} in ${namespace}: ${said.join(', ')}.`;
}

function belongingsOf({ metadata: { labels, annotations } }: PipelineRun) {
  const snapshot = labels[LABEL.snapshot] ?? annotations[LABEL.snapshot];
  const release = labels[LABEL.releaseName];
  const space = labels[LABEL.releaseNamespace];
  return {
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(release === undefined ? {} : { release: space === undefined ? release : `${space}/${release}` }),
  };
}

const getStatus = defineTool({
  name: 'konflux_pipeline_status',
  title: 'Status of a pipeline run',
  description: `
One pipeline run of any type: state by its condition, reason and message, each task with its state, time and retries,
which task runs now, which were skipped and why, time in the queue and in all, and of a failed one the failed task and
step with exit code. With its commit, Snapshot and release. Of a build konflux_build_get also tells what it made.`,
  effect: 'read',
  input: z.object({ name: Name, namespace: Namespace }),
  output: z.object({
    ...RunStatus.shape,
    scenario: z.string().optional(),
    release: z.string().optional(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ name, namespace }, { client, signal, now }) => {
    const where = { namespace, signal };
    const looked = await lookAt(client, await client.get(PIPELINE_RUN, name, where), where);
    const { run, report, archived } = looked;
    const scenario = run.metadata.labels[LABEL.scenario];
    const { release } = belongingsOf(run);
    return {
      ...runStatus(looked, now),
      ...(scenario === undefined ? {} : { scenario }),
      ...(release === undefined ? {} : { release }),
      summary: `${runSentence(run, report, now)}${archived ? ' It has been pruned; this is from KubeArchive.' : ''}`,
      ...nextLook(looked, { status: 'konflux_pipeline_status', logs: 'konflux_pipeline_logs' }),
    };
  },
});

export const pipelineReadTools = [listRuns, getStatus];
