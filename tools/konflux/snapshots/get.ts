import { z } from 'zod';
import { oneLine } from '../../../src/kit/text.ts';
import { conditionOf } from '../../kubernetes/client.ts';
import { Name, Namespace } from '../inputs.ts';
import { SNAPSHOT_ANNOTATION, type Snapshot } from '../resources/snapshot.ts';
import { call, defineTool } from '../tool.ts';
import { promotability, snapshotVerdict } from './classify.ts';
import { getSnapshot } from './find.ts';
import { ComponentRow, componentRow, SnapshotRow, snapshotRow } from './rows.ts';
import { OUTCOMES } from './test-status.ts';
import { inWords, plural } from './words.ts';

export const SnapshotName = Name.meta({ description: 'The name of the Snapshot (not a commit).' });

const get = defineTool({
  name: 'konflux_snapshot_get',
  title: 'Get a Snapshot',
  description: `
One Snapshot: its components with image digest and revision, its test state by scenario, its conditions, and what
stands against promoting it. Also finds one that the cluster has pruned, when the archive is set up.`,
  effect: 'read',
  input: z.object({
    name: SnapshotName,
    namespace: Namespace,
    limit: z.int().min(1).max(60).default(20).meta({ description: 'Components at most.' }),
  }),
  output: z.object({
    namespace: z.string(),
    archived: z.boolean(),
    ...SnapshotRow.shape,
    display_name: z.string().optional(),
    build_run: z.string().nullable(),
    reasons: z.array(z.string()).meta({ description: 'What stands against promoting it.' }),
    auto_released: z
      .object({ status: z.string(), message: z.string() })
      .nullable()
      .meta({ description: 'True also where no Release was made: see konflux_snapshot_promotable.' }),
    should_release: z.boolean(),
    scenarios: z.array(z.object({ scenario: z.string(), outcome: z.enum(OUTCOMES), optional: z.boolean() })),
    conditions: z.array(
      z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }),
    ),
    components: z.array(ComponentRow),
    component_count: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
    next: z.string(),
  }),
  run: async ({ name, namespace: given, limit }, { client, signal }) => {
    const namespace = await client.cluster.namespace(given);
    const { object: snapshot, archived } = await getSnapshot(client, name, { namespace, signal });
    const { metadata, spec, status } = snapshot;
    const { scenarios } = snapshotVerdict(snapshot);
    return {
      namespace,
      archived,
      ...snapshotRow(snapshot),
      ...(spec.displayName === undefined ? {} : { display_name: spec.displayName }),
      build_run: metadata.labels['appstudio.openshift.io/build-pipelinerun'] ?? null,
      reasons: promotability(snapshot).reasons,
      auto_released: autoReleased(snapshot),
      should_release: metadata.annotations[SNAPSHOT_ANNOTATION.shouldRelease] !== 'false',
      scenarios: scenarios.map(({ scenario, outcome, optional }) => ({ scenario, outcome, optional })),
      conditions: status.conditions.map(({ type, status: value, reason, message }) => ({
        type,
        status: value,
        reason,
        message: oneLine(message, 200),
      })),
      components: spec.components.slice(0, limit).map(componentRow),
      component_count: spec.components.length,
      truncated: spec.components.length > limit,
      summary: summaryOf(snapshot, archived),
      next: call('konflux_snapshot_promotable', { name, namespace }),
    };
  },
});

export function autoReleased({ status }: Snapshot): { status: string; message: string } | null {
  const condition = conditionOf(status.conditions, 'AutoReleased');
  return condition === undefined
    ? null
    : { status: condition.status, message: oneLine(condition.message, 200) };
}

function summaryOf(snapshot: Snapshot, archived: boolean): string {
  const row = snapshotRow(snapshot);
  const { reasons } = promotability(snapshot);
  const of = row.application ?? row.component_group;
  const count = snapshot.spec.components.length;
  const parts = [
    `${row.name} ${inWords(row.state)}${archived ? ' and is known from the archive alone' : ''}:`,
    `${plural(count, 'component')}${of === null ? '' : ` of ${of}`}.`,
    reasons.length === 0 ? 'It may be promoted.' : `It may not be promoted: ${reasons.join(' ')}`,
  ];
  return parts.join(' ');
}

export const getTools = [get];
