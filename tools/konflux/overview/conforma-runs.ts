import { SluiceError } from '../../../src/kit/errors.ts';
import { oneLine } from '../../../src/kit/text.ts';
import type { Where } from '../../kubernetes/client.ts';
import { childrenOfAll } from '../builds/runs.ts';
import type { KonfluxClient } from '../client.ts';
import { classifyRelease } from '../releases/classify.ts';
import { LABEL } from '../resources/common.ts';
import { PIPELINE_RUN, type PipelineRun, type TaskRun } from '../resources/pipeline-run.ts';
import { RELEASE } from '../resources/release.ts';
import { newestFirst } from '../resources/timing.ts';
import { getSnapshot } from '../snapshots/find.ts';
import { type TestOutput, testOutputOf } from '../snapshots/test-output.ts';
import { testRuns } from '../snapshots/test-runs.ts';
import { type ConformaReport, lastReport } from './conforma-report.ts';

export interface Subject {
  snapshot?: string | undefined;
  release?: string | undefined;
  run?: string | undefined;
}

/** One check by Conforma: the task of a run, and what it said in short. */
export interface Check {
  run: PipelineRun;
  taskRun: TaskRun;
  namespace: string;
  archived: boolean;
  output: TestOutput | undefined;
}

const CHECKS = /^verify-(conforma|enterprise-contract)/;

/**
 * The checks of a Snapshot's tests, of a Release's managed pipeline, or of a run. Of a scenario that ran
 * several times only the newest run counts.
 */
export async function checksOf(client: KonfluxClient, subject: Subject, where: Where): Promise<Check[]> {
  const { runs: all, archived, namespace } = await runsOf(client, subject, where);
  const runs = newestOfEach(all).slice(0, MOST_RUNS);
  const place = { namespace, signal: where.signal };
  const children = await childrenOfAll(client, { runs, archived }, place);
  return runs.flatMap((run) =>
    (children.get(run.metadata.name) ?? []).filter(isCheck).map((taskRun) => ({
      run,
      taskRun,
      namespace,
      archived,
      output: testOutputOf(taskRun),
    })),
  );
}

/** They come newest first. */
function newestOfEach(runs: readonly PipelineRun[]): PipelineRun[] {
  const seen = new Set<string>();
  return runs.filter(({ metadata }) => {
    const key = metadata.labels[LABEL.scenario] ?? metadata.name;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function isCheck({ metadata, spec }: TaskRun): boolean {
  const names = [metadata.labels[LABEL.taskName], metadata.labels['tekton.dev/task'], spec.taskRef?.name];
  return names.some((name) => name !== undefined && CHECKS.test(name));
}

const MOST_RUNS = 12;

async function runsOf(client: KonfluxClient, { snapshot, release, run }: Subject, where: Where) {
  const namespace = await client.cluster.namespace(where.namespace);
  if (snapshot !== undefined) {
    // A commit or a mistyped name is refused, instead of an answer that nothing was checked.
    const [, found] = await Promise.all([
      getSnapshot(client, snapshot, where),
      testRuns(client, { snapshot }, where),
    ]);
    return { ...found, namespace };
  }
  const name = release === undefined ? (run ?? '') : await managedRun(client, release, where);
  const [last = '', first] = name.split('/').reverse();
  const there = first ?? namespace;
  const { object, archived } = await client.get(PIPELINE_RUN, last, {
    namespace: there,
    signal: where.signal,
  });
  return { runs: newestFirst([object]), archived, namespace: there };
}

async function managedRun(client: KonfluxClient, name: string, where: Where): Promise<string> {
  const { object } = await client.get(RELEASE, name, where);
  const { state, message, phases } = classifyRelease(object);
  const run = ['managed', 'tenant', 'final']
    .map((phase) => phases.find((view) => view.phase === phase)?.pipelineRun)
    .find((candidate) => candidate !== undefined && candidate !== '');
  if (run !== undefined) return run;
  throw new SluiceError('precondition', {
    cause: `The Release ${name} has no pipeline run, so nothing was checked: it is ${state}${message === '' ? '' : ` (${oneLine(message, 200)})`}.`,
    remedy: 'Look at it with konflux_release_get.',
  });
}

export type Details =
  | { report: ConformaReport }
  /** Why there is no report to read violations from. */
  | { why: string };

const MOST_BYTES = 24 * 1024 * 1024;
const MOST_STEPS = 5;

/** The report that the task printed. A pod that is gone is no error: the counts of its result remain. */
export async function reportOf(
  client: KonfluxClient,
  { taskRun, namespace, archived }: Check,
  signal: AbortSignal | undefined,
): Promise<Details> {
  const { podName: pod, steps } = taskRun.status;
  if (pod === '') return { why: 'The task has no pod, so there is no log to read the report from.' };
  const containers = steps
    .map(({ name, container }) => ({ name, container: container || `step-${name}` }))
    .toSorted((a, b) => rank(a.name) - rank(b.name))
    .slice(0, MOST_STEPS);
  for (const { container } of containers) {
    const text = await logOf(client, pod, { container, namespace, signal }, archived);
    if (text === undefined)
      return { why: `The pod ${pod} is gone, and with it the log that holds the report.` };
    const report = lastReport(text);
    if (report !== undefined) return { report };
  }
  return { why: `No step of ${pod} printed a report that can be read.` };
}

/** The step that prints the report goes first. */
function rank(step: string): number {
  if (step === 'report-json') return 0;
  return step.includes('report') ? 1 : 2;
}

async function logOf(
  client: KonfluxClient,
  pod: string,
  options: Where & { container: string },
  archived: boolean,
): Promise<string | undefined> {
  for (const cluster of archived ? [client.archive] : [client.cluster, client.archive]) {
    try {
      const text = await cluster?.logs(pod, { ...options, limitBytes: MOST_BYTES });
      if (text !== undefined) return text;
    } catch (error) {
      if (!(error instanceof SluiceError) || error.status !== 404) throw error;
    }
  }
  return undefined;
}
