import { z } from 'zod';
import { Condition, Metadata, resource } from '../resource.ts';
import { Count, list, OwnedMetadata, Words } from './common.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
export const TEMPLATE_HASH = 'pod-template-hash';

const Replicas = z
  .number()
  .nullish()
  .transform((replicas) => replicas ?? 1);

const Template = z
  .object({
    metadata: z
      .object({ labels: Words, annotations: Words })
      .nullish()
      .transform((metadata) => metadata ?? { labels: {}, annotations: {} }),
    spec: z
      .object({ containers: list(z.object({ name: z.string(), image: z.string().default('') })) })
      .prefault({}),
  })
  .prefault({ metadata: {} });

const Selector = z
  .object({
    matchLabels: Words,
    matchExpressions: list(z.object({ key: z.string(), operator: z.string(), values: list(z.string()) })),
  })
  .prefault({});
export type Selector = z.output<typeof Selector>;

const Deployment = z.object({
  metadata: Metadata,
  spec: z.object({
    replicas: Replicas,
    paused: z.boolean().default(false),
    selector: Selector,
    template: Template,
  }),
  status: z
    .object({
      observedGeneration: Count,
      replicas: Count,
      updatedReplicas: Count,
      readyReplicas: Count,
      availableReplicas: Count,
      unavailableReplicas: Count,
      conditions: list(Condition),
    })
    .prefault({}),
});
export type Deployment = z.output<typeof Deployment>;

export const DEPLOYMENT = resource('apps/v1', 'deployments', 'Deployment', Deployment);

const ReplicaSet = z.object({
  metadata: OwnedMetadata,
  spec: z.object({ replicas: Replicas, template: Template }),
  status: z.object({ replicas: Count, readyReplicas: Count }).prefault({}),
});
export type ReplicaSet = z.output<typeof ReplicaSet>;

export const REPLICA_SET = resource('apps/v1', 'replicasets', 'ReplicaSet', ReplicaSet);

/** What the subresource of a Deployment answers (autoscaling/v1). */
const Scale = z.object({ metadata: Metadata, spec: z.object({ replicas: Count }).prefault({}) });

export const SCALE = resource('apps/v1', 'deployments', 'Deployment', Scale);
