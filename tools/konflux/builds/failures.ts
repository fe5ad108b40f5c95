import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { oneLine } from '../../../src/kit/text.ts';
import type { KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import { LABEL } from '../resources/common.ts';
import { type PipelineRun, runStateOf } from '../resources/pipeline-run.ts';
import { call, defineTool } from '../tool.ts';
import { countRuns, describeRun, type RunReport } from './classify.ts';
import { causesOf, type Unwell } from './failure-causes.ts';
import { chooseSteps } from './log-choice.ts';
import { totalsSentence } from './pipelines.ts';
import { childrenOfAll, findRuns, RUN_TYPES } from './runs.ts';
import { Failure, failureOf, limitOf, Moment, Totals } from './shapes.ts';
import { capped, type LogWhere, readStepLog } from './step-log.ts';

const EXCERPT_LINES = 12;
const MESSAGE = 160;
const EXCERPT_BYTES = 600;
const MOST_CAUSES = 5;
/** Their names go into one request. */
const MOST_EXAMINED = 50;

const listFailures = defineTool({
  name: 'konflux_pipeline_failures',
  title: 'Recent failures of pipelines',
  description: `
Runs that failed, timed out or were cancelled lately, newest first, with failed task, step, exit code, reason and message,
and grouped by cause: how many runs, which, and the end of the newest one's log. By type, application or component group,
component, or created after a moment. It also counts all runs by state.`,
  effect: 'read',
  input: z.object({
    type: z.enum(RUN_TYPES).optional(),
    application: Name.optional().meta({ description: 'An Application or a ComponentGroup.' }),
    component: Name.optional(),
    created_after: Moment.optional(),
    limit: limitOf(30, 10),
    namespace: Namespace,
  }),
  output: z.object({
    namespace: z.string(),
    causes: z.array(
      z.object({
        cause: z.string(),
        count: z.int().meta({ description: 'Of the newest fifty that did not end well.' }),
        runs: z.array(z.string()).meta({ description: 'The newest five.' }),
        message: z.string(),
        log: z.array(z.string()).meta({ description: "The end of the newest run's failed step." }),
        note: z.string().optional(),
      }),
    ),
    runs: z.array(
      z.object({
        name: z.string(),
        type: z.string().nullable(),
        component: z.string().nullable(),
        state: z.enum(['failed', 'timeout', 'cancelled']),
        created_at: z.string(),
        reason: z.string(),
        message: z.string().optional().meta({ description: 'Of the run, where no task is to blame.' }),
        failure: Failure.omit({ pod: true }).nullable(),
      }),
    ),
    total: z.int(),
    totals: Totals.meta({ description: 'Of all runs that fit, in every state.' }),
    truncated: z.boolean(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ limit, namespace, created_after, ...filter }, { client, signal }) => {
    const where = { namespace, signal };
    const { runs, archived } = await findRuns(client, { ...filter, createdAfter: created_after }, where);
    const states = runs.map(({ status }) => runStateOf(status.conditions));
    const unwell = runs.filter((_, index) => ENDED_UNWELL.includes(states[index] ?? ''));
    const examined = unwell.slice(0, MOST_EXAMINED);
    const children = await childrenOfAll(client, { runs: examined, archived }, where);
    const reports = examined.map((run) => ({
      run,
      report: describeRun(run, children.get(run.metadata.name) ?? []),
    }));
    const space = await client.cluster.namespace(namespace);
    const place = { namespace: space, signal, tailLines: EXCERPT_LINES, archived };
    const groups = causesOf(reports).slice(0, MOST_CAUSES);
    const shown = reports.slice(0, limit);
    const causes = await Promise.all(
      groups.map(async ({ cause, members }) => {
        const [newest] = members;
        const message = newest.report.failedTask?.message ?? newest.report.message;
        const excerpt = await excerptOf(client, newest, place);
        const names = members.slice(0, 5).map(({ run }) => run.metadata.name);
        return { cause, count: members.length, runs: names, message: oneLine(message, MESSAGE), ...excerpt };
      }),
    );
    const totals = countRuns(states);
    return {
      namespace: space,
      causes,
      runs: shown.map(({ run, report }) => failureRow(run, report)),
      total: unwell.length,
      totals,
      truncated: unwell.length > shown.length,
      summary: summaryOf(runs.length, totals, space, causes),
      ...nextOf(reports, space),
    };
  },
});

const ENDED_UNWELL: readonly string[] = ['failed', 'timeout', 'cancelled'];

function failureRow({ metadata }: PipelineRun, report: RunReport) {
  const { labels } = metadata;
  const failed = report.failedTask;
  return {
    name: metadata.name,
    type: labels[LABEL.runType] ?? null,
    component: labels[LABEL.component] ?? null,
    state: report.state === 'timeout' || report.state === 'cancelled' ? report.state : ('failed' as const),
    created_at: metadata.creationTimestamp,
    reason: report.reason,
    ...(failed === undefined ? { message: oneLine(report.message, MESSAGE) } : {}),
    failure:
      failed === undefined ? null : { ...failureOf(failed), message: oneLine(failed.message, MESSAGE) },
  };
}

/** The excerpt helps; without it the cause is still told. */
async function excerptOf(
  client: KonfluxClient,
  { run, report }: Unwell,
  where: LogWhere,
): Promise<{ log: string[]; note?: string }> {
  const [step] = report.failedTask === undefined ? [] : chooseSteps(run.metadata.name, report, {}).steps;
  if (step === undefined) return { log: [] };
  try {
    const [log] = capped([await readStepLog(client, step, where)], EXCERPT_BYTES);
    return { log: log?.lines ?? [], ...(log?.note === undefined ? {} : { note: log.note }) };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { log: [], note: `The log could not be read (${error.code}).` };
  }
}

function summaryOf(
  total: number,
  totals: ReturnType<typeof countRuns>,
  namespace: string,
  causes: readonly { cause: string; count: number }[],
): string {
  const all = totalsSentence(total, totals, namespace);
  const [most] = causes.toSorted((a, b) => b.count - a.count);
  if (most === undefined) return `${all} None of those that the cluster still has failed or was cancelled.`;
  if (causes.length === 1) return `${all} The cause: ${most.cause}.`;
  const which = most.count === 1 ? 'The newest cause' : `The most frequent cause (${most.count} runs)`;
  return `${all} ${which}: ${most.cause}.`;
}

function nextOf([newest]: readonly Unwell[], namespace: string): { next?: string } {
  if (newest?.report.failedTask === undefined) return {};
  return { next: call('konflux_pipeline_logs', { name: newest.run.metadata.name, namespace }) };
}

export const failureTools = [listFailures];
