import { z } from 'zod';
import { oneLine } from '../../../src/kit/text.ts';
import { conditionOf } from '../../kubernetes/client.ts';
import { Name, Namespace } from '../inputs.ts';
import { classifyRelease, RELEASE_STATES } from '../releases/classify.ts';
import { PlanRow, planRow } from '../releases/plan-view.ts';
import { APPLICATION, type Application, type ComponentGroup } from '../resources/application.ts';
import { parentOf } from '../resources/common.ts';
import { COMPONENT } from '../resources/component.ts';
import { componentGroups, ownerOf, parentsOf } from '../resources/parent.ts';
import { RELEASE, RELEASE_PLAN } from '../resources/release.ts';
import { isOptional, SCENARIO } from '../resources/scenario.ts';
import { SNAPSHOT, type Snapshot } from '../resources/snapshot.ts';
import { isoOf, newestFirst } from '../resources/timing.ts';
import { snapshotVerdict } from '../snapshots/classify.ts';
import { SnapshotRow, snapshotRow } from '../snapshots/rows.ts';
import { inWords, plural } from '../snapshots/words.ts';
import { call, defineTool } from '../tool.ts';
import { namesOf } from './inventory.ts';

const KINDS = ['application', 'component_group'] as const;

const Row = z.object({
  name: z.string(),
  kind: z.enum(KINDS),
  display_name: z.string(),
  created_at: z.string().nullable(),
  components: z.int(),
  newest_snapshot: z.string().nullable(),
  newest_state: z.string().nullable(),
  newest_passed: z.string().nullable().meta({ description: 'The newest Snapshot that has passed.' }),
});

const list = defineTool({
  name: 'konflux_application_list',
  title: 'List applications',
  description: `
Applications of a namespace, and the newer component groups that take their place, each with how many components it has,
its newest Snapshot and the newest one that passed.`,
  effect: 'read',
  input: z.object({ namespace: Namespace, limit: z.int().min(1).max(40).default(25) }),
  output: z.object({
    namespace: z.string(),
    total: z.int(),
    applications: z.array(Row),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ namespace: given, limit }, { client, signal }) => {
    const namespace = await client.cluster.namespace(given);
    const where = { namespace, signal };
    const [applications, groups, components, snapshots] = await Promise.all([
      client.cluster.all(APPLICATION, where),
      componentGroups(client, where),
      client.cluster.all(COMPONENT, where),
      client.cluster.all(SNAPSHOT, where),
    ]);
    const own = components.items.map(({ spec }) => parentOf(spec)?.name);
    const rows = [
      ...applications.items.map((one) => ({
        one,
        kind: 'application' as const,
        display: one.spec.displayName,
        size: own.filter((name) => name === one.metadata.name).length,
      })),
      ...groups.map((one) => ({
        one,
        kind: 'component_group' as const,
        display: one.metadata.name,
        size: one.spec.components.length,
      })),
    ]
      .map((entry) => rowOf(entry, newestFirst(snapshots.items)))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      namespace,
      total: rows.length,
      applications: rows.slice(0, limit),
      truncated: rows.length > limit,
      summary:
        rows.length === 0
          ? `There is no application or component group in ${namespace}.`
          : `${plural(applications.items.length, 'application')} and ${plural(groups.length, 'component group')} in ${namespace}, with ${plural(components.items.length, 'component')}.`,
    };
  },
});

interface Entry {
  one: Application | ComponentGroup;
  kind: (typeof KINDS)[number];
  display: string;
  size: number;
}

function rowOf({ one, kind, display, size }: Entry, snapshots: readonly Snapshot[]): z.output<typeof Row> {
  const wanted = kind === 'application' ? 'application' : 'componentGroup';
  const own = snapshots.filter(({ spec }) => {
    const parent = parentOf(spec);
    return parent?.kind === wanted && parent.name === one.metadata.name;
  });
  const [newest] = own;
  const passed = own.find((snapshot) => snapshotVerdict(snapshot).state === 'passed');
  return {
    name: one.metadata.name,
    kind,
    display_name: oneLine(display, 80),
    created_at: isoOf(one.metadata.creationTimestamp),
    components: size,
    newest_snapshot: newest?.metadata.name ?? null,
    newest_state: newest === undefined ? null : snapshotVerdict(newest).state,
    newest_passed: passed?.metadata.name ?? null,
  };
}

const get = defineTool({
  name: 'konflux_application_get',
  title: 'Get an application',
  description: `
One application or component group: its components, integration tests, release plans, newest Snapshots and Releases.`,
  effect: 'read',
  input: z.object({
    name: Name.meta({ description: 'Of the application or the component group.' }),
    kind: z
      .enum(['application', 'componentGroup'])
      .optional()
      .meta({ description: 'Where both have that name.' }),
    namespace: Namespace,
  }),
  output: z.object({
    namespace: z.string(),
    name: z.string(),
    kind: z.enum(KINDS),
    display_name: z.string(),
    created_at: z.string().nullable(),
    problem: z.string().optional().meta({ description: 'Where its controller is not content with it.' }),
    components: z.array(z.string()),
    component_count: z.int(),
    tests: z.array(z.object({ name: z.string(), optional: z.boolean() })),
    release_plans: z.array(PlanRow),
    snapshots: z.array(SnapshotRow),
    releases: z.array(
      z.object({
        name: z.string(),
        plan: z.string(),
        snapshot: z.string(),
        state: z.enum(RELEASE_STATES),
        created_at: z.string().nullable(),
      }),
    ),
    truncated: z.boolean(),
    summary: z.string(),
    next: z.string(),
  }),
  run: async ({ name, kind, namespace: given }, { client, signal }) => {
    const namespace = await client.cluster.namespace(given);
    const where = { namespace, signal };
    const [owner, components, scenarios, plans, snapshots, releases] = await Promise.all([
      ownerOf(client, name, where, kind),
      client.cluster.all(COMPONENT, where),
      client.cluster.all(SCENARIO, where),
      client.cluster.all(RELEASE_PLAN, where),
      client.cluster.all(SNAPSHOT, where),
      client.cluster.all(RELEASE, where),
    ]);
    const belongs = ({ spec }: { spec: Parameters<typeof parentOf>[0] }) => {
      const parent = parentOf(spec);
      return parent?.kind === owner.kind && parent.name === name;
    };
    const groups = owner.kind === 'componentGroup' ? [owner.object] : [];
    const members = components.items
      .filter((one) => parentsOf(one, groups).some((p) => p.kind === owner.kind && p.name === name))
      .map(({ metadata }) => metadata.name)
      .sort();
    const tests = scenarios.items.filter(belongs);
    const ownPlans = plans.items.filter(belongs);
    const planNames = namesOf(ownPlans);
    const ownSnapshots = newestFirst(snapshots.items.filter(belongs));
    const ownReleases = newestFirst(releases.items.filter(({ spec }) => planNames.has(spec.releasePlan)));
    const [newest] = ownSnapshots;
    return {
      namespace,
      name,
      kind: owner.kind === 'application' ? ('application' as const) : ('component_group' as const),
      display_name: oneLine(owner.kind === 'application' ? owner.object.spec.displayName : name, 80),
      created_at: isoOf(owner.object.metadata.creationTimestamp),
      ...problemOf(owner.object),
      components: members.slice(0, MOST.components),
      component_count: members.length,
      tests: tests
        .slice(0, MOST.tests)
        .map((one) => ({ name: one.metadata.name, optional: isOptional(one) })),
      release_plans: ownPlans.slice(0, MOST.plans).map(planRow),
      snapshots: ownSnapshots.slice(0, MOST.snapshots).map(snapshotRow),
      releases: ownReleases.slice(0, MOST.releases).map((release) => ({
        name: release.metadata.name,
        plan: release.spec.releasePlan,
        snapshot: release.spec.snapshot,
        state: classifyRelease(release).state,
        created_at: isoOf(release.metadata.creationTimestamp),
      })),
      truncated:
        members.length > MOST.components ||
        tests.length > MOST.tests ||
        ownPlans.length > MOST.plans ||
        ownSnapshots.length > MOST.snapshots ||
        ownReleases.length > MOST.releases,
      summary:
        `${name} has ${plural(members.length, 'component')}, ${plural(tests.length, 'integration test')} and ${plural(ownPlans.length, 'release plan')}. ` +
        (newest === undefined
          ? 'It has no Snapshot.'
          : `Its newest Snapshot ${newest.metadata.name} ${inWords(snapshotVerdict(newest).state)}.`),
      next: call('konflux_overview', { application: name, namespace }),
    };
  },
});

const MOST = { components: 30, tests: 15, plans: 6, snapshots: 5, releases: 5 };

function problemOf({ status }: Application | ComponentGroup): { problem?: string } {
  const bad =
    conditionOf(status.conditions, 'Created') ??
    status.conditions.find((condition) => condition.status === 'False');
  return bad?.status === 'False' ? { problem: oneLine(`${bad.reason}: ${bad.message}`, 200) } : {};
}

export const applicationTools = [list, get];
