import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { oneLine } from '../../../src/kit/text.ts';
import type { ToolContext } from '../../../src/kit/tool.ts';
import { conditionOf, follow } from '../../kubernetes/client.ts';
import type { KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import { LABEL } from '../resources/common.ts';
import { isOver, PIPELINE_RUN, type PipelineRun, runStateOf } from '../resources/pipeline-run.ts';
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
step with exit code. With its commit, Snapshot and release. With follow_seconds it watches the run until it is over or the
time is up, and then answers a resume_token. Of a build konflux_build_get also tells what it made.`,
  effect: 'read',
  input: z.object({
    name: Name,
    namespace: Namespace,
    follow_seconds: z.int().min(1).max(50).optional().meta({ description: 'Watch it as long as this.' }),
    resume_token: z.string().max(2_000).optional().meta({ description: 'From the answer before.' }),
  }),
  output: z.object({
    ...RunStatus.shape,
    scenario: z.string().optional(),
    release: z.string().optional(),
    resume_token: z.string().optional().meta({ description: 'It goes on: follow it further with this.' }),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ name, namespace, follow_seconds, resume_token }, context) => {
    const { client, signal, now } = context;
    const where = { namespace, signal };
    const token = await followed(context, { name, namespace, follow_seconds, resume_token });
    const looked = await lookAt(client, await client.get(PIPELINE_RUN, name, where), where);
    const { run, report, archived } = looked;
    const scenario = run.metadata.labels[LABEL.scenario];
    const { release } = belongingsOf(run);
    return {
      ...runStatus(looked, now),
      ...(scenario === undefined ? {} : { scenario }),
      ...(release === undefined ? {} : { release }),
      ...(token === undefined ? {} : { resume_token: token }),
      summary: `${runSentence(run, report, now)}${archived ? ' It has been pruned; this is from KubeArchive.' : ''}`,
      ...nextLook(looked, { status: 'konflux_pipeline_status', logs: 'konflux_pipeline_logs' }),
    };
  },
});

interface Following {
  name: string;
  namespace: string | undefined;
  follow_seconds: number | undefined;
  resume_token: string | undefined;
}

/** Watches the run; undefined when it is over, was not to be followed, or has been pruned. */
async function followed(
  { client, signal, progress }: ToolContext<KonfluxClient>,
  { name, namespace, follow_seconds, resume_token }: Following,
): Promise<string | undefined> {
  if (follow_seconds === undefined) return undefined;
  let said = '';
  try {
    const { finished, resumeToken } = await follow(client.cluster, PIPELINE_RUN, name, {
      namespace,
      resumeToken: resume_token,
      deadlineMs: follow_seconds * 1_000,
      signal,
      finished: (run) => isOver(runStateOf(run.status.conditions)),
      onChange: (run) => {
        const { message = '' } = conditionOf(run.status.conditions, 'Succeeded') ?? {};
        const text = `${name}: ${runStateOf(run.status.conditions)}${message === '' ? '' : ` (${oneLine(message, 160)})`}`;
        if (text !== said) progress(text);
        said = text;
      },
    });
    return finished ? undefined : resumeToken;
  } catch (error) {
    // Pruned: the archive answers below, or says that it has nothing.
    if (error instanceof SluiceError && error.code === 'not_found') return undefined;
    throw error;
  }
}

export const pipelineReadTools = [listRuns, getStatus];
