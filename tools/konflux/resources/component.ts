import { z } from 'zod';
import { Metadata, type ResourceType, resource } from '../../kubernetes/client.ts';
import { Conditions, parentShape, V1ALPHA1 } from './common.ts';

const Source = z.object({
  /** The older model: one branch. */
  git: z
    .object({
      url: z.string().default(''),
      revision: z.string().optional(),
      context: z.string().optional(),
    })
    .optional(),
  /** The newer model: one repository, several versions. */
  url: z.string().optional(),
  versions: z
    .array(
      z.object({
        name: z.string().default(''),
        revision: z.string().default(''),
        context: z.string().optional(),
      }),
    )
    .default([]),
});

export const ComponentSchema = z.object({
  metadata: Metadata,
  spec: z.object({
    ...parentShape,
    componentName: z.string().optional(),
    containerImage: z.string().optional(),
    source: Source.default({ versions: [] }),
    'build-nudges-ref': z.array(z.string()).default([]),
  }),
  status: z
    .object({
      conditions: Conditions,
      lastBuiltCommit: z.string().default(''),
      lastPromotedImage: z.string().default(''),
      message: z.string().default(''),
      'build-nudged-by': z.array(z.string()).default([]),
      versions: z
        .array(
          z.object({
            name: z.string().default(''),
            'onboarding-status': z.string().default(''),
            message: z.string().default(''),
          }),
        )
        .default([]),
    })
    .default({
      conditions: [],
      lastBuiltCommit: '',
      lastPromotedImage: '',
      message: '',
      'build-nudged-by': [],
      versions: [],
    }),
});
export type Component = z.output<typeof ComponentSchema>;

export const COMPONENT: ResourceType<Component> = resource(
  V1ALPHA1,
  'components',
  'Component',
  ComponentSchema,
);

/** Where its source is: the older model has one branch, the newer one version or more. */
export function sourceOf({ spec }: Component): { url: string; revision: string; context: string } {
  const { git, url = '', versions } = spec.source;
  if (git !== undefined) return { url: git.url, revision: git.revision ?? '', context: git.context ?? '' };
  return { url, revision: versions[0]?.revision ?? '', context: versions[0]?.context ?? '' };
}
