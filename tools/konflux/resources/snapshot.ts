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

export const SNAPSHOT: ResourceType<Snapshot> = resource(V1ALPHA1, 'snapshots', 'Snapshot', SnapshotSchema);
