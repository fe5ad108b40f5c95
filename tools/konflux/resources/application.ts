import { z } from 'zod';
import { Metadata, type ResourceType, resource } from '../../kubernetes/client.ts';
import { Conditions, V1ALPHA1, V1BETA2 } from './common.ts';

export const ApplicationSchema = z.object({
  metadata: Metadata,
  spec: z
    .object({ displayName: z.string().default(''), description: z.string().optional() })
    .default({ displayName: '' }),
  status: z.object({ conditions: Conditions }).default({ conditions: [] }),
});
export type Application = z.output<typeof ApplicationSchema>;

export const APPLICATION: ResourceType<Application> = resource(
  V1ALPHA1,
  'applications',
  'Application',
  ApplicationSchema,
);

/** The newer parent of components; takes the place of an Application. */
export const ComponentGroupSchema = z.object({
  metadata: Metadata,
  spec: z
    .object({
      components: z
        .array(
          z.object({
            name: z.string(),
            kind: z.string().default('component'),
            componentVersion: z.object({ name: z.string().default('') }).optional(),
          }),
        )
        .default([]),
      /** A scenario, and those that have to run before it. */
      testGraph: z.record(z.string(), z.array(z.object({ name: z.string() }))).optional(),
    })
    .default({ components: [] }),
  status: z
    .object({
      conditions: Conditions,
      globalCandidateList: z
        .array(
          z.object({
            name: z.string().default(''),
            version: z.string().optional(),
            lastPromotedImage: z.string().default(''),
            lastPromotedCommit: z.string().default(''),
            lastPromotedBuildTime: z.string().optional(),
          }),
        )
        .default([]),
    })
    .default({ conditions: [], globalCandidateList: [] }),
});
export type ComponentGroup = z.output<typeof ComponentGroupSchema>;

export const COMPONENT_GROUP: ResourceType<ComponentGroup> = resource(
  V1BETA2,
  'componentgroups',
  'ComponentGroup',
  ComponentGroupSchema,
);
