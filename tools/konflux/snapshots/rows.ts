import { z } from 'zod';
import { LABEL, parentOf } from '../resources/common.ts';
import type { Snapshot } from '../resources/snapshot.ts';
import { isoOf } from '../resources/timing.ts';
import { EVENTS, eventOf, promotability, SNAPSHOT_STATES, snapshotVerdict } from './classify.ts';
import { digestOfImage } from './find.ts';
import { hasPassed } from './test-status.ts';

/** A Snapshot in a list. */
export const SnapshotRow = z.object({
  name: z.string(),
  created_at: z.string().nullable(),
  application: z.string().nullable(),
  component_group: z.string().nullable(),
  component: z.string().nullable().meta({ description: 'Whose build it was made for.' }),
  type: z.string().nullable().meta({ description: 'component, override or group.' }),
  event: z.enum(EVENTS),
  commit: z.string().nullable(),
  pull_request: z.string().nullable(),
  state: z.enum(SNAPSHOT_STATES),
  promotable: z.boolean(),
  failed_scenarios: z.array(z.string()).meta({ description: 'Required ones.' }),
});
export type SnapshotRow = z.output<typeof SnapshotRow>;

export function snapshotRow(snapshot: Snapshot): SnapshotRow {
  const { metadata, spec } = snapshot;
  const { state, scenarios } = snapshotVerdict(snapshot);
  return {
    name: metadata.name,
    created_at: isoOf(metadata.creationTimestamp),
    ...parentFields(spec),
    component: metadata.labels[LABEL.component] ?? null,
    type: metadata.labels[LABEL.testType] ?? null,
    event: eventOf(snapshot),
    commit: metadata.labels[LABEL.snapshotSha] ?? null,
    pull_request: metadata.labels[LABEL.snapshotPullRequest] ?? null,
    state,
    promotable: promotability(snapshot).promotable,
    failed_scenarios: scenarios
      .filter((one) => !one.optional && !hasPassed(one) && one.outcome !== 'running')
      .map(({ scenario }) => scenario),
  };
}

export const parentFieldsShape = {
  application: z.string().nullable(),
  component_group: z.string().nullable(),
};

export function parentFields(spec: Parameters<typeof parentOf>[0]): {
  application: string | null;
  component_group: string | null;
} {
  const parent = parentOf(spec);
  return {
    application: parent?.kind === 'application' ? parent.name : null,
    component_group: parent?.kind === 'componentGroup' ? parent.name : null,
  };
}

export const ComponentRow = z.object({
  name: z.string(),
  version: z.string().optional(),
  image: z.string().meta({ description: 'Repository, without the digest.' }),
  digest: z.string().nullable(),
  git_url: z.string().nullable(),
  revision: z.string().nullable(),
});
export type ComponentRow = z.output<typeof ComponentRow>;

export function componentRow(component: Snapshot['spec']['components'][number]): ComponentRow {
  const { name, version, containerImage, source } = component;
  return {
    name,
    ...(version === undefined ? {} : { version }),
    image: containerImage.split('@')[0] ?? '',
    digest: digestOfImage(containerImage) ?? null,
    git_url: source?.git?.url || null,
    revision: source?.git?.revision || null,
  };
}
