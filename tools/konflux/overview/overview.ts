import { z } from 'zod';
import type { ResourceType, Where } from '../../kubernetes/client.ts';
import { countRuns } from '../builds/classify.ts';
import { childrenOfAll } from '../builds/runs.ts';
import { Totals } from '../builds/shapes.ts';
import type { KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import { type Admissions, admissionsIn } from '../releases/admission-read.ts';
import { APPLICATION, COMPONENT_GROUP } from '../resources/application.ts';
import { COMPONENT } from '../resources/component.ts';
import { demandNames } from '../resources/parent.ts';
import { PIPELINE_RUN, type PipelineRun, runStateOf } from '../resources/pipeline-run.ts';
import { RELEASE, RELEASE_PLAN, type ReleasePlan } from '../resources/release.ts';
import { SCENARIO } from '../resources/scenario.ts';
import { SNAPSHOT } from '../resources/snapshot.ts';
import { newestFirst } from '../resources/timing.ts';
import { SnapshotRow, snapshotRow } from '../snapshots/rows.ts';
import { countsText, plural } from '../snapshots/words.ts';
import { call, defineTool } from '../tool.ts';
import {
  BlockedRow,
  blockedRows,
  FailedRow,
  failedRow,
  ReleaseRow,
  RunningRow,
  releaseRows,
  runningRow,
} from './attention.ts';
import { type Inventory, inventory, only } from './inventory.ts';

const Count = z.int().nullable();
const Counts = z
  .object({
    applications: Count,
    component_groups: Count,
    components: Count,
    snapshots: Count,
    scenarios: Count,
    releases: Count,
    release_plans: Count,
    pipeline_runs: Count,
  })
  .meta({ description: 'Null for what we may not read.' });

const Output = z.object({
  namespace: z.string(),
  application: z.string().nullable(),
  counts: Counts,
  pipelines: Totals,
  running: z.array(RunningRow),
  failed: z.array(FailedRow).meta({ description: 'Newest first; what timed out is among them.' }),
  releases: z.array(ReleaseRow).meta({ description: 'In progress, then failed; newest first.' }),
  blocked_plans: z.array(BlockedRow),
  snapshots: z.array(SnapshotRow.omit({ failed_scenarios: true, pull_request: true, type: true })),
  unavailable: z
    .array(z.object({ kind: z.string(), code: z.string(), cause: z.string() }))
    .meta({ description: 'What we may not read.' }),
  truncated: z.boolean(),
  summary: z.string(),
  next: z.string().optional(),
});

const SHOWN = { running: 5, failed: 5, releases: 6, blocked: 6, snapshots: 5 };

const overview = defineTool({
  name: 'konflux_overview',
  title: 'Konflux at a glance',
  description: `
How a namespace, or one application of it, stands: counts by kind, pipelines that run and that failed with the reason
and the step, Releases in progress or failed, plans that are blocked, the newest Snapshots with their test state. The
first thing to ask; what it names has a tool of its own for the details.`,
  effect: 'read',
  input: z.object({
    namespace: Namespace,
    application: Name.optional().meta({ description: 'Or the component group.' }),
  }),
  output: Output,
  run: async ({ namespace: given, application }, { client, signal, now }) => {
    const namespace = await client.cluster.namespace(given);
    const where = { namespace, signal };
    const whole = await inventory(client, where);
    const all = application === undefined ? whole : only(whole, application);
    if (application !== undefined && all.applications.length + all.groups.length === 0)
      await demandNames(client, { application }, where);
    const { running, failed } = sorted(all.runs);
    const shownFailed = failed.slice(0, SHOWN.failed);
    const [children, admissions] = await Promise.all([
      childrenOfAll(client, { runs: shownFailed, archived: false }, where),
      admissionsOf(client, all.plans, where),
    ]);
    const failures = shownFailed.map((run) =>
      failedRow(run, children.get(run.metadata.name) ?? [], all.runs, now),
    );
    const releases = releaseRows(all.releases);
    const blocked = blockedRows(all.plans, admissions);
    const snapshots = newestFirst(all.snapshots);
    const unavailable = [...all.unavailable, ...closed(admissions)];
    return {
      namespace,
      application: application ?? null,
      counts: countsOf(all),
      pipelines: countRuns(all.runs.map(({ status }) => runStateOf(status.conditions))),
      running: running.slice(0, SHOWN.running).map((run) => runningRow(run, now)),
      failed: failures,
      releases: releases.slice(0, SHOWN.releases),
      blocked_plans: blocked.slice(0, SHOWN.blocked),
      snapshots: snapshots.slice(0, SHOWN.snapshots).map(snapshotRow),
      unavailable,
      truncated:
        running.length > SHOWN.running ||
        failed.length > SHOWN.failed ||
        releases.length > SHOWN.releases ||
        blocked.length > SHOWN.blocked ||
        snapshots.length > SHOWN.snapshots,
      summary: summaryOf(application ?? namespace, all, { releases, blocked, unavailable }),
      ...nextOf(namespace, failures, releases),
    };
  },
});

function sorted(runs: readonly PipelineRun[]): { running: PipelineRun[]; failed: PipelineRun[] } {
  const newest = newestFirst(runs);
  const inStates = (...states: string[]) =>
    newest.filter(({ status }) => states.includes(runStateOf(status.conditions)));
  return { running: inStates('running', 'pending'), failed: inStates('failed', 'timeout') };
}

/** The admissions of every managed namespace that the plans name, one list for each. */
async function admissionsOf(
  client: KonfluxClient,
  plans: readonly ReleasePlan[],
  { signal }: Where,
): Promise<Map<string, Admissions>> {
  const targets = [...new Set(plans.flatMap(({ spec }) => (spec.target ? [spec.target] : [])))];
  const found = await Promise.all(
    targets.slice(0, MOST_TARGETS).map(async (target) => {
      return [target, await admissionsIn(client, target, signal)] as const;
    }),
  );
  return new Map(found);
}

const MOST_TARGETS = 8;

function closed(admissions: ReadonlyMap<string, Admissions>) {
  return [...admissions].flatMap(([namespace, there]) =>
    there.access === 'forbidden'
      ? [{ kind: `ReleasePlanAdmission in ${namespace}`, code: 'forbidden', cause: there.why }]
      : [],
  );
}

function countsOf(all: Inventory): z.output<typeof Counts> {
  const closed = new Set(all.unavailable.map(({ kind }) => kind));
  const count = (type: ResourceType<unknown>, objects: readonly unknown[]) =>
    closed.has(type.kind) ? null : objects.length;
  return {
    applications: count(APPLICATION, all.applications),
    component_groups: count(COMPONENT_GROUP, all.groups),
    components: count(COMPONENT, all.components),
    snapshots: count(SNAPSHOT, all.snapshots),
    scenarios: count(SCENARIO, all.scenarios),
    releases: count(RELEASE, all.releases),
    release_plans: count(RELEASE_PLAN, all.plans),
    pipeline_runs: count(PIPELINE_RUN, all.runs),
  };
}

function summaryOf(
  what: string,
  all: Inventory,
  found: { releases: { state: string }[]; blocked: unknown[]; unavailable: { kind: string }[] },
): string {
  const { pending, running, failed, cancelled, succeeded } = countRuns(
    all.runs.map(({ status }) => runStateOf(status.conditions)),
  );
  const runs = countsText({ running, pending, failed, cancelled, succeeded });
  const open = found.releases.filter(({ state }) => state === 'pending' || state === 'progressing').length;
  const releases = countsText({ 'in progress': open, failed: found.releases.length - open });
  const [newest] = newestFirst(all.snapshots);
  return [
    `${what}: ${parents(all)}.`,
    all.runs.length === 0 ? 'No pipeline runs are left.' : `Pipelines: ${runs}.`,
    ...(releases === '' ? [] : [`Releases: ${releases}.`]),
    ...(found.blocked.length === 0 ? [] : [`Blocked release plans: ${found.blocked.length}.`]),
    ...(newest === undefined
      ? []
      : [`Newest Snapshot: ${newest.metadata.name} (${snapshotRow(newest).state}).`]),
    ...(found.unavailable.length === 0
      ? []
      : [`Not readable: ${found.unavailable.map(({ kind }) => kind).join(', ')}.`]),
  ].join(' ');
}

function parents({ applications, groups, components }: Inventory): string {
  const parts = [
    ...(applications.length === 0 ? [] : [plural(applications.length, 'application')]),
    ...(groups.length === 0 ? [] : [plural(groups.length, 'component group')]),
    plural(components.length, 'component'),
  ];
  return parts.join(', ');
}

/** What nobody has made good yet goes first. */
function nextOf(
  namespace: string,
  failed: readonly z.output<typeof FailedRow>[],
  releases: readonly z.output<typeof ReleaseRow>[],
): { next?: string } {
  const release = releases.find(({ recovered }) => !recovered);
  if (release !== undefined) return { next: call('konflux_release_get', { name: release.name, namespace }) };
  const run = failed.find(({ recovered }) => !recovered);
  return run === undefined ? {} : { next: call('konflux_pipeline_status', { name: run.name, namespace }) };
}

export const overviewTopTools = [overview];
