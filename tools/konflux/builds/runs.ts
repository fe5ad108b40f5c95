import { SluiceError } from '../../../src/kit/errors.ts';
import type { Cluster, Where } from '../../kubernetes/client.ts';
import { selector } from '../../kubernetes/client.ts';
import type { Kept, KonfluxClient } from '../client.ts';
import { APPLICATION, COMPONENT_GROUP } from '../resources/application.ts';
import { LABEL, parentOf } from '../resources/common.ts';
import { COMPONENT } from '../resources/component.ts';
import {
  PIPELINE_RUN,
  type PipelineRun,
  type RunState,
  resultOf,
  runStateOf,
  TASK_RUN,
  type TaskRun,
} from '../resources/pipeline-run.ts';
import { newestFirst } from '../resources/timing.ts';

export const RUN_TYPES = [
  'build',
  'test',
  'tenant',
  'managed',
  'final',
  'tenant-collectors',
  'managed-collectors',
] as const;

export interface RunFilter {
  type?: string | undefined;
  component?: string | undefined;
  /** An Application or a ComponentGroup. */
  application?: string | undefined;
  /** A commit, or the first seven or more digits of it. */
  commit?: string | undefined;
  /** `failed` takes in what timed out. */
  state?: RunState | undefined;
  /** Only what was created after this moment. */
  createdAfter?: string | undefined;
}

export interface Runs {
  runs: PipelineRun[];
  /** They come from KubeArchive: the cluster has none of them any more. */
  archived: boolean;
}

/** Runs that fit, newest first. An application or component that is not there is `not_found`, never an empty list. */
export async function findRuns(client: KonfluxClient, filter: RunFilter, where: Where): Promise<Runs> {
  const found = await runsIn(client, client.cluster, filter, where);
  if (found.length > 0) return { runs: found, archived: false };
  await demandSubject(client, filter, where);
  // What has been pruned is looked up where it was asked for by name; a whole namespace would be history.
  const named = filter.component !== undefined || filter.commit !== undefined;
  if (client.archive === undefined || !named || isLive(filter)) return { runs: [], archived: false };
  const namespace = await client.cluster.namespace(where.namespace);
  const kept = await runsIn(client, client.archive, filter, { ...where, namespace });
  return { runs: kept, archived: kept.length > 0 };
}

function isLive({ state, createdAfter }: RunFilter): boolean {
  return state === 'running' || state === 'pending' || createdAfter !== undefined;
}

async function runsIn(
  client: KonfluxClient,
  cluster: Cluster,
  filter: RunFilter,
  where: Where,
): Promise<PipelineRun[]> {
  const labels = selector({ [LABEL.runType]: filter.type, [LABEL.component]: filter.component });
  const [{ items }, belongs] = await Promise.all([
    cluster.all(PIPELINE_RUN, { ...where, labels }),
    membership(client, filter.application, where),
  ]);
  return newestFirst(items.filter((run) => belongs(run) && fits(run, filter)));
}

function fits(run: PipelineRun, { commit, state, createdAfter }: RunFilter): boolean {
  return (
    (commit === undefined || commitOf(run)?.toLowerCase().startsWith(commit.toLowerCase()) === true) &&
    (state === undefined || inState(runStateOf(run.status.conditions), state)) &&
    (createdAfter === undefined || isNewer(run, createdAfter))
  );
}

export function inState(state: RunState, wanted: RunState): boolean {
  return state === wanted || (wanted === 'failed' && state === 'timeout');
}

export function isNewer({ metadata }: PipelineRun, moment: string): boolean {
  return Date.parse(metadata.creationTimestamp) > Date.parse(moment);
}

/** By the labels of the run, else by what its component belongs to: newer runs carry the component alone. */
async function membership(
  client: KonfluxClient,
  parent: string | undefined,
  where: Where,
): Promise<(run: PipelineRun) => boolean> {
  if (parent === undefined) return () => true;
  const [components, group] = await Promise.all([
    client.cluster.all(COMPONENT, where),
    client.cluster.find(COMPONENT_GROUP, parent, where),
  ]);
  const members = new Set([
    ...components.items
      .filter(({ spec }) => parentOf(spec)?.name === parent)
      .map(({ metadata }) => metadata.name),
    ...(group?.spec.components ?? []).map(({ name }) => name),
  ]);
  return ({ metadata: { labels } }) => {
    const said = [labels[LABEL.application], labels[LABEL.componentGroup]].filter((name) => name);
    return said.length > 0 ? said.includes(parent) : members.has(labels[LABEL.component] ?? '');
  };
}

async function demandSubject(client: KonfluxClient, filter: RunFilter, where: Where): Promise<void> {
  const { application, component } = filter;
  const namespace = await client.cluster.namespace(where.namespace);
  const [parents, owner] = await Promise.all([
    application === undefined
      ? undefined
      : Promise.all([
          client.cluster.find(APPLICATION, application, where),
          client.cluster.find(COMPONENT_GROUP, application, where),
        ]),
    component === undefined ? undefined : client.cluster.find(COMPONENT, component, where),
  ]);
  if (application !== undefined && parents?.every((parent) => parent === undefined))
    throw await client.missing(APPLICATION, application, namespace);
  if (component !== undefined && owner === undefined)
    throw await client.missing(COMPONENT, component, namespace);
}

export interface Children {
  taskRuns: TaskRun[];
  /** `run`: they have been pruned, and only what the run says of them is left. */
  source: 'cluster' | 'archive' | 'run';
}

/** The TaskRuns of a run, in one request; from the archive where the cluster has pruned them. */
export async function childrenOf(
  client: KonfluxClient,
  { object: run, archived }: Kept<PipelineRun>,
  where: Where,
): Promise<Children> {
  const labels = selector({ [LABEL.taskOfRun]: run.metadata.name });
  const namespace = run.metadata.namespace ?? (await client.cluster.namespace(where.namespace));
  const here = { ...where, namespace, labels };
  if (!archived) {
    const { items } = await client.cluster.all(TASK_RUN, here);
    if (items.length > 0 || run.status.childReferences.length === 0)
      return { taskRuns: items, source: 'cluster' };
  }
  const kept = await client.archive?.all(TASK_RUN, here);
  if (kept !== undefined && kept.items.length > 0) return { taskRuns: kept.items, source: 'archive' };
  return { taskRuns: [], source: 'run' };
}

/** The TaskRuns of several runs by run: one request, and one more to the archive for what has been pruned. */
export async function childrenOfAll(
  client: KonfluxClient,
  { runs, archived }: Runs,
  where: Where,
): Promise<Map<string, TaskRun[]>> {
  const byRun = new Map<string, TaskRun[]>();
  const collect = async (cluster: Cluster, of: readonly PipelineRun[]) => {
    if (of.length === 0) return;
    const labels = `${LABEL.taskOfRun} in (${of.map(({ metadata }) => metadata.name).join(',')})`;
    const namespace = await client.cluster.namespace(where.namespace);
    const { items } = await cluster.all(TASK_RUN, { ...where, namespace, labels });
    for (const taskRun of items) {
      const run = taskRun.metadata.labels[LABEL.taskOfRun] ?? '';
      byRun.set(run, [...(byRun.get(run) ?? []), taskRun]);
    }
  };
  if (!archived) await collect(client.cluster, runs);
  const pruned = runs.filter(
    ({ metadata, status }) => status.childReferences.length > 0 && !byRun.has(metadata.name),
  );
  if (client.archive !== undefined) await collect(client.archive, pruned);
  return byRun;
}

export interface BuildChoice {
  name?: string | undefined;
  component?: string | undefined;
  commit?: string | undefined;
}

/** A build by its name, or the newest one of a component or commit. */
export async function chooseBuild(
  client: KonfluxClient,
  { name, component, commit }: BuildChoice,
  where: Where,
): Promise<Kept<PipelineRun>> {
  if ((name === undefined) === (component === undefined && commit === undefined)) {
    throw new SluiceError('invalid_input', {
      cause: 'A build is meant either by its name or by its component or commit.',
      remedy: 'Give `name`, or `component` and/or `commit` for the newest build of it.',
    });
  }
  if (name !== undefined) return demandBuild(await client.get(PIPELINE_RUN, name, where));
  const { runs, archived } = await findRuns(client, { type: 'build', component, commit }, where);
  const [newest] = runs;
  if (newest !== undefined) return { object: newest, archived };
  const namespace = await client.cluster.namespace(where.namespace);
  const looked = client.archive === undefined ? 'in the cluster' : 'in the cluster or in KubeArchive';
  const subject = [component, commit && `commit ${commit}`].filter((part) => part).join(' at ');
  throw new SluiceError('not_found', {
    cause: `There is no build of ${subject} in ${namespace} ${looked}.`,
    remedy:
      'Finished runs are pruned: konflux_build_list shows what is left; konflux_build_trigger asks for a new one.',
  });
}

function demandBuild(kept: Kept<PipelineRun>): Kept<PipelineRun> {
  const { labels, name } = kept.object.metadata;
  const type = labels[LABEL.runType];
  if (type === undefined || type === 'build') return kept;
  throw new SluiceError('invalid_input', {
    cause: `${name} is a ${type} run, no build.`,
    remedy: `Use konflux_pipeline_status or konflux_pipeline_logs with { name: "${name}" }.`,
  });
}

export function commitOf({ metadata, status }: PipelineRun): string | undefined {
  const { labels, annotations } = metadata;
  return (
    labels[LABEL.sha] ??
    labels[LABEL.snapshotSha] ??
    annotations[LABEL.sha] ??
    annotations['build.appstudio.redhat.com/commit_sha'] ??
    resultOf(status.results, 'CHAINS-GIT_COMMIT')
  );
}

/** Pipelines as Code names the merged request of a push too, so the event goes first. */
export function isPullRequest({ metadata: { labels } }: PipelineRun): boolean {
  const event = (labels[LABEL.eventType] ?? labels[LABEL.snapshotEvent] ?? '').toLowerCase();
  if (event === 'push' || event === 'incoming') return false;
  if (['pull_request', 'merge request', 'merge_request'].includes(event)) return true;
  return (labels[LABEL.pullRequest] ?? labels[LABEL.snapshotPullRequest] ?? '') !== '';
}
