import { z } from 'zod';
import { Namespace } from '../inputs.ts';
import type { Snapshot } from '../resources/snapshot.ts';
import { isoOf } from '../resources/timing.ts';
import { defineTool } from '../tool.ts';
import { SNAPSHOT_STATES, snapshotVerdict } from './classify.ts';
import { getSnapshot } from './find.ts';
import { SnapshotName } from './get.ts';
import { ComponentRow, componentRow, parentFields, parentFieldsShape } from './rows.ts';
import { plural } from './words.ts';

const Side = z.object({
  name: z.string(),
  created_at: z.string().nullable(),
  state: z.enum(SNAPSHOT_STATES),
  ...parentFieldsShape,
  archived: z.boolean(),
});

const Changed = z.object({
  name: z.string(),
  version: z.string().optional(),
  digest_from: z.string().nullable(),
  digest_to: z.string().nullable(),
  revision_from: z.string().nullable(),
  revision_to: z.string().nullable(),
  git_url: z.string().nullable(),
  image_from: z.string().optional().meta({ description: 'Only where the repository changed.' }),
  image_to: z.string().optional(),
});

interface Difference {
  added: ComponentRow[];
  removed: ComponentRow[];
  changed: z.output<typeof Changed>[];
  unchanged: number;
}

const compare = defineTool({
  name: 'konflux_snapshot_compare',
  title: 'Compare two Snapshots',
  description: `
What differs between two Snapshots: components added, removed and changed, with image digest and git revision from and
to. The revisions are what to give a changelog or a comparison of commits.`,
  effect: 'read',
  input: z.object({
    from: SnapshotName,
    to: SnapshotName,
    namespace: Namespace,
    limit: z.int().min(1).max(40).default(20).meta({ description: 'Of each list at most.' }),
  }),
  output: z.object({
    namespace: z.string(),
    from: Side,
    to: Side,
    same: z.boolean(),
    added: z.array(ComponentRow),
    removed: z.array(ComponentRow),
    changed: z.array(Changed),
    unchanged: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ from, to, namespace: given, limit }, { client, signal }) => {
    const namespace = await client.cluster.namespace(given);
    const [before, after] = await Promise.all([
      getSnapshot(client, from, { namespace, signal }),
      getSnapshot(client, to, { namespace, signal }),
    ]);
    const { added, removed, changed, unchanged } = differenceOf(before.object, after.object);
    return {
      namespace,
      from: sideOf(before),
      to: sideOf(after),
      same: added.length + removed.length + changed.length === 0,
      added: added.slice(0, limit),
      removed: removed.slice(0, limit),
      changed: changed.slice(0, limit),
      unchanged,
      truncated: [added, removed, changed].some((part) => part.length > limit),
      summary: summaryOf(before.object, after.object, { added, removed, changed, unchanged }),
    };
  },
});

/** By name and version; a component may be there in several versions. */
export function differenceOf(before: Snapshot, after: Snapshot): Difference {
  const old = rowsOf(before);
  const now = rowsOf(after);
  const both = [...now].flatMap(([key, to]) => {
    const from = old.get(key);
    return from === undefined ? [] : [{ from, to }];
  });
  const changed = both.filter(
    ({ from, to }) => from.digest !== to.digest || from.image !== to.image || from.revision !== to.revision,
  );
  return {
    added: [...now].flatMap(([key, row]) => (old.has(key) ? [] : [row])),
    removed: [...old].flatMap(([key, row]) => (now.has(key) ? [] : [row])),
    changed: changed.map(({ from, to }) => changedRow(from, to)),
    unchanged: both.length - changed.length,
  };
}

function rowsOf({ spec }: Snapshot): Map<string, ComponentRow> {
  return new Map(spec.components.map(componentRow).map((row) => [`${row.name}@${row.version ?? ''}`, row]));
}

function changedRow(from: ComponentRow, to: ComponentRow): z.output<typeof Changed> {
  return {
    name: to.name,
    ...(to.version === undefined ? {} : { version: to.version }),
    digest_from: from.digest,
    digest_to: to.digest,
    revision_from: from.revision,
    revision_to: to.revision,
    git_url: to.git_url,
    ...(from.image === to.image ? {} : { image_from: from.image, image_to: to.image }),
  };
}

function sideOf({ object, archived }: { object: Snapshot; archived: boolean }): z.output<typeof Side> {
  return {
    name: object.metadata.name,
    created_at: isoOf(object.metadata.creationTimestamp),
    state: snapshotVerdict(object).state,
    ...parentFields(object.spec),
    archived,
  };
}

function summaryOf(
  before: Snapshot,
  after: Snapshot,
  { added, removed, changed, unchanged }: Difference,
): string {
  const names = (rows: readonly { name: string }[]) => {
    const more = rows.length > 5 ? ` and ${rows.length - 5} more` : '';
    return `${rows
      .slice(0, 5)
      .map(({ name }) => name)
      .join(', ')}${more}`;
  };
  const parts = [
    changed.length === 0 ? [] : [`${changed.length} changed (${names(changed)})`],
    added.length === 0 ? [] : [`${added.length} added (${names(added)})`],
    removed.length === 0 ? [] : [`${removed.length} removed (${names(removed)})`],
  ].flat();
  const from = before.metadata.name;
  const to = after.metadata.name;
  if (parts.length === 0) return `${from} and ${to} hold the same ${plural(unchanged, 'component')}.`;
  const older = Date.parse(after.metadata.creationTimestamp) < Date.parse(before.metadata.creationTimestamp);
  return `From ${from} to ${to}: ${parts.join(', ')}, ${unchanged} unchanged.${older ? ` ${to} is the older one.` : ''}`;
}

export const compareTools = [compare];
