import { z } from 'zod';
import { Name, Namespace } from '../inputs.ts';
import { LABEL } from '../resources/common.ts';
import { demandNames } from '../resources/parent.ts';
import type { Snapshot } from '../resources/snapshot.ts';
import { defineTool } from '../tool.ts';
import { eventOf, SNAPSHOT_STATES, snapshotVerdict } from './classify.ts';
import { findSnapshots, fits } from './find.ts';
import { SnapshotRow, snapshotRow } from './rows.ts';
import { countBy, countsText, plural } from './words.ts';

export const Commit = z
  .string()
  .regex(/^[0-9a-fA-F]{7,40}$/, 'a commit, or its first seven or more digits')
  .meta({ description: 'A full or shortened git SHA.' });

const Filter = z.object({
  component: Name.optional().meta({ description: 'Whose build it was made for.' }),
  event: z.enum(['push', 'pull_request']).optional(),
  passed: z.boolean().optional().meta({ description: 'true: passed; false: failed, invalid or cancelled.' }),
});

const list = defineTool({
  name: 'konflux_snapshot_list',
  title: 'List Snapshots',
  description: `
Snapshots of a namespace, newest first, each with its test state, commit, event and whether it may be promoted.
Filter by application (or component group), component, commit, event and state. To find the one to release, use
konflux_snapshot_find.`,
  effect: 'read',
  input: z.object({
    namespace: Namespace,
    application: Name.optional().meta({ description: 'Or the component group.' }),
    commit: Commit.optional(),
    ...Filter.shape,
    limit: z.int().min(1).max(25).default(15),
  }),
  output: z.object({
    namespace: z.string(),
    total: z.int().meta({ description: 'Snapshots in the namespace.' }),
    matching: z.int(),
    states: z.record(z.enum(SNAPSHOT_STATES), z.int()).meta({ description: 'Of those that match.' }),
    snapshots: z.array(SnapshotRow),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ namespace: given, application, commit, limit, ...filter }, { client, signal }) => {
    const namespace = await client.cluster.namespace(given);
    const all = await findSnapshots(client, { namespace, signal });
    const found = all.filter((one) => fits(one, { application, commit }) && passes(one, filter));
    if (found.length === 0)
      await demandNames(client, { application, component: filter.component }, { namespace, signal });
    const states = countBy(found, SNAPSHOT_STATES, (one) => snapshotVerdict(one).state);
    return {
      namespace,
      total: all.length,
      matching: found.length,
      states,
      snapshots: found.slice(0, limit).map(snapshotRow),
      truncated: found.length > limit,
      summary: summaryOf(namespace, all.length, found, countsText(states)),
    };
  },
});

function passes(snapshot: Snapshot, { component, event, passed }: z.output<typeof Filter>): boolean {
  const { state } = snapshotVerdict(snapshot);
  return (
    (component === undefined || isOf(snapshot, component)) &&
    (event === undefined || eventOf(snapshot) === event) &&
    (passed === undefined ||
      (passed ? state === 'passed' : ['failed', 'invalid', 'canceled'].includes(state)))
  );
}

/** Made for a build of the component; one without that label (made by hand, a group) when it holds it. */
export function isOf({ metadata, spec }: Snapshot, component: string): boolean {
  const label = metadata.labels[LABEL.component];
  return label === undefined ? spec.components.some(({ name }) => name === component) : label === component;
}

function summaryOf(namespace: string, total: number, found: readonly Snapshot[], states: string): string {
  const [newest] = found;
  if (newest === undefined)
    return total === 0
      ? `There are no Snapshots in ${namespace}.`
      : `None of the ${total} Snapshots in ${namespace} matches.`;
  const many = plural(total, 'Snapshot');
  return `${found.length === total ? many : `${found.length} of ${many}`} in ${namespace}: ${states}. The newest is ${newest.metadata.name} (${snapshotVerdict(newest).state}).`;
}

export const listTools = [list];
