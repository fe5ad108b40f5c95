import { z } from 'zod';
import { formatDuration } from '../../../src/kit/duration.ts';
import { conditionOf, selector, type Where } from '../../kubernetes/client.ts';
import type { Kept, KonfluxClient } from '../client.ts';
import { LABEL } from '../resources/common.ts';
import { isOver, type PipelineRun } from '../resources/pipeline-run.ts';
import { SNAPSHOT } from '../resources/snapshot.ts';
import { newestFirst } from '../resources/timing.ts';
import { call } from '../tool.ts';
import { describeRun, type RunReport } from './classify.ts';
import { type Children, childrenOf } from './runs.ts';
import { Failure, failureOf, RunRow, runRow, TaskRow, taskRow } from './shapes.ts';

const MOST_TASKS = 50;

/** All that a run says of itself; of builds and of every other kind. */
export const RunStatus = z.object({
  ...RunRow.shape,
  namespace: z.string(),
  message: z.string().meta({ description: 'Of the run itself.' }),
  started_at: z.string().nullable(),
  queue: z.string().nullable(),
  requested_end: z
    .string()
    .optional()
    .meta({ description: 'spec.status: somebody asked for its end, e.g. Cancelled.' }),
  tasks: z.array(TaskRow),
  running: z.array(z.string()),
  waiting: z.array(z.string()).meta({ description: 'Tasks whose turn has not come.' }),
  skipped: z.array(z.object({ task: z.string(), reason: z.string() })),
  failure: Failure.nullable(),
  snapshot: z
    .string()
    .nullable()
    .meta({ description: 'Made from this build, or tested or released by this run.' }),
  archived: z.boolean().meta({ description: 'Pruned from the cluster; this is what KubeArchive kept.' }),
  tasks_from: z
    .enum(['cluster', 'archive', 'run'])
    .meta({ description: '`run`: the TaskRuns are gone, so states of single tasks are not known.' }),
  truncated: z.boolean(),
});

export interface Looked {
  run: PipelineRun;
  archived: boolean;
  report: RunReport;
  children: Children;
  snapshot: string | undefined;
  namespace: string;
}

/** A run with its TaskRuns and its Snapshot. */
export async function lookAt(client: KonfluxClient, kept: Kept<PipelineRun>, where: Where): Promise<Looked> {
  const run = kept.object;
  const [children, snapshot, namespace] = await Promise.all([
    childrenOf(client, kept, where),
    snapshotOf(client, run, where),
    client.cluster.namespace(where.namespace),
  ]);
  const report = describeRun(run, children.taskRuns);
  return { run, archived: kept.archived, report, children, snapshot, namespace };
}

/** The one that the run names; of a build the one that names it. */
async function snapshotOf(
  client: KonfluxClient,
  run: PipelineRun,
  where: Where,
): Promise<string | undefined> {
  const { labels, annotations, name } = run.metadata;
  const named = labels[LABEL.snapshot] ?? annotations[LABEL.snapshot];
  const succeeded = conditionOf(run.status.conditions, 'Succeeded')?.status === 'True';
  if (named !== undefined || labels[LABEL.runType] !== 'build' || !succeeded) return named;
  const { items } = await client.cluster.list(SNAPSHOT, {
    ...where,
    labels: selector({ [LABEL.buildRun]: name }),
  });
  return newestFirst(items)[0]?.metadata.name;
}

export function runStatus(looked: Looked, now: number): z.input<typeof RunStatus> {
  const { run, archived, report, children, snapshot, namespace } = looked;
  const row = runRow(run, report, now);
  const end = run.spec.status ?? '';
  // What went wrong or still goes on is shown first where not everything can be.
  const telling = report.tasks.filter(({ state }) => state !== 'succeeded' && state !== 'unknown');
  const shown = new Set([...new Set([...telling, ...report.tasks])].slice(0, MOST_TASKS));
  return {
    ...row,
    namespace,
    message: report.message,
    started_at: report.startedAt ?? null,
    queue: row.queue_s === null ? null : formatDuration(row.queue_s * 1000),
    ...(end === '' ? {} : { requested_end: end }),
    tasks: report.tasks.filter((task) => shown.has(task)).map((task) => taskRow(task, now)),
    running: report.tasks.filter(({ state }) => state === 'running').map(({ name }) => name),
    waiting: report.waiting,
    skipped: report.skipped.map(({ name, reason }) => ({ task: name, reason })),
    failure: report.failedTask === undefined ? null : failureOf(report.failedTask),
    snapshot: snapshot ?? null,
    archived,
    tasks_from: children.source,
    truncated: report.tasks.length > shown.size,
  };
}

/** What is left to look at after this answer. */
export function nextLook(
  { run, report, namespace, children }: Looked,
  tools: { status: string; logs: string },
): { next?: string } {
  const { name } = run.metadata;
  if (!isOver(report.state))
    return { next: `Look again in a minute: ${call(tools.status, { name, namespace })}` };
  if (report.state === 'succeeded') return {};
  if (children.source === 'run' && run.status.childReferences.length > 0)
    return { next: 'Its TaskRuns have been pruned: which of them failed cannot be told any more.' };
  return { next: call(tools.logs, { name, namespace }) };
}
