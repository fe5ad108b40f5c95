import { z } from 'zod';
import { Metadata, type ResourceType, resource } from '../../kubernetes/client.ts';
import { Conditions, parentShape, V1ALPHA1 } from './common.ts';

export const SnapshotSchema = z.object({
  metadata: Metadata,
  spec: z.object({
    ...parentShape,
    displayName: z.string().optional(),
    components: z
      .array(
        z.object({
          name: z.string(),
          containerImage: z.string().default(''),
          version: z.string().optional(),
          source: z
            .object({
              git: z
                .object({
                  url: z.string().default(''),
                  revision: z.string().default(''),
                  context: z.string().optional(),
                })
                .optional(),
            })
            .optional(),
        }),
      )
      .default([]),
  }),
  status: z.object({ conditions: Conditions }).default({ conditions: [] }),
});
export type Snapshot = z.output<typeof SnapshotSchema>;

/** Annotations of a Snapshot alone (integration-service). */
export const SNAPSHOT_ANNOTATION = {
  /** The branch that was pushed; a merge queue pushes to a branch of its own. */
  sourceBranch: 'pac.test.appstudio.openshift.io/source-branch',
  /** Of the build, in milliseconds since 1970. */
  buildStart: 'test.appstudio.openshift.io/pipelinerunstarttime',
  shouldRelease: 'test.appstudio.openshift.io/result-should-release',
  ignoreSupersession: 'test.appstudio.openshift.io/ignore-supersession',
} as const;

export const SNAPSHOT: ResourceType<Snapshot> = resource(V1ALPHA1, 'snapshots', 'Snapshot', SnapshotSchema);
