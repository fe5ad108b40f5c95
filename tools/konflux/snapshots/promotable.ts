import { z } from 'zod';
import { Namespace } from '../inputs.ts';
import { classifyRelease, RELEASE_STATES } from '../releases/classify.ts';
import { RELEASE, type Release } from '../resources/release.ts';
import { SNAPSHOT, type Snapshot } from '../resources/snapshot.ts';
import { isoOf, newestFirst } from '../resources/timing.ts';
import { call, defineTool } from '../tool.ts';
import { promotability, SNAPSHOT_STATES, snapshotVerdict } from './classify.ts';
import { getSnapshot } from './find.ts';
import { autoReleased, SnapshotName } from './get.ts';
import { type Supersession, supersession } from './supersession.ts';

const ReleaseRow = z.object({
  name: z.string(),
  plan: z.string(),
  state: z.enum(RELEASE_STATES),
  created_at: z.string().nullable(),
});

const promotable = defineTool({
  name: 'konflux_snapshot_promotable',
  title: 'May a Snapshot be promoted?',
  description: `
Whether a Snapshot may be released, with every reason against it: tests (optional ones do not count), event, group,
auto-release label. And whether it was released, by the Releases that name it: the condition AutoReleased is True also
where none was made. Says too when a newer build has superseded it.`,
  effect: 'read',
  input: z.object({ name: SnapshotName, namespace: Namespace }),
  output: z.object({
    namespace: z.string(),
    snapshot: z.string(),
    promotable: z.boolean(),
    reasons: z.array(z.string()),
    state: z.enum(SNAPSHOT_STATES),
    released: z.boolean().meta({ description: 'A Release of it has succeeded.' }),
    releases: z.array(ReleaseRow).meta({ description: 'Newest first, ten at most.' }),
    release_count: z.int(),
    auto_released: z.object({ status: z.string(), message: z.string() }).nullable(),
    superseded: z.boolean(),
    superseded_by: z.string().nullable(),
    archived: z.boolean(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ name, namespace: given }, { client, signal }) => {
    const namespace = await client.cluster.namespace(given);
    const where = { namespace, signal };
    const [{ object: snapshot, archived }, snapshots, allReleases] = await Promise.all([
      getSnapshot(client, name, where),
      client.cluster.all(SNAPSHOT, where),
      client.cluster.all(RELEASE, where),
    ]);
    const releases = newestFirst(allReleases.items.filter(({ spec }) => spec.snapshot === name));
    const rows = releases.map(rowOf);
    const { state } = snapshotVerdict(snapshot);
    const reasons = [...(archived ? [PRUNED] : []), ...promotability(snapshot).reasons];
    const passedOver = supersession(snapshot, snapshots.items);
    const auto = autoReleased(snapshot);
    return {
      namespace,
      snapshot: name,
      promotable: reasons.length === 0,
      reasons,
      state,
      released: rows.some((row) => row.state === 'succeeded'),
      releases: rows.slice(0, 10),
      release_count: rows.length,
      auto_released: auto,
      superseded: passedOver.superseded,
      superseded_by: passedOver.by ?? null,
      archived,
      summary: [
        reasons.length === 0
          ? `${name} may be promoted.`
          : `${name} may not be promoted: ${reasons.join(' ')}`,
        releasedText(rows, auto?.status === 'True', passedOver),
      ].join(' '),
      ...nextOf(snapshot, namespace, state),
    };
  },
});

const PRUNED = 'It has been pruned from the cluster: a release of it would fail its validation.';

function rowOf(release: Release): z.output<typeof ReleaseRow> {
  return {
    name: release.metadata.name,
    plan: release.spec.releasePlan,
    state: classifyRelease(release).state,
    created_at: isoOf(release.metadata.creationTimestamp),
  };
}

function releasedText(
  rows: readonly z.output<typeof ReleaseRow>[],
  marked: boolean,
  { superseded, by }: Supersession,
): string {
  const done = rows.find(({ state }) => state === 'succeeded');
  if (done !== undefined) return `It was released: ${done.name} by plan ${done.plan}.`;
  const [newest] = rows;
  if (newest !== undefined)
    return `It has not been released: its newest Release ${newest.name} is ${newest.state}.`;
  const although = marked ? ', though its condition AutoReleased is True' : '';
  const why = superseded ? `: superseded by ${by ?? 'a newer Snapshot'}` : '';
  return `There is no Release of it${although}${why}.`;
}

function nextOf({ metadata: { name } }: Snapshot, namespace: string, state: string): { next?: string } {
  if (state === 'passed') return {};
  return { next: call('konflux_snapshot_tests', { name, namespace }) };
}

export const promotableTools = [promotable];
