import { z } from 'zod';

/** A kind as the API names it: fully qualified, because `applications` alone exists in several groups. */
export interface ResourceType<T> {
  /** `group/version`, or `v1`. */
  apiVersion: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  schema: z.ZodType<T>;
}

const Labels = z.record(z.string(), z.string()).default({});

/** Metadata that we read (ObjectMeta of apimachinery). */
export const Metadata = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().default(''),
  resourceVersion: z.string().default(''),
  generation: z.number().optional(),
  creationTimestamp: z.string().default(''),
  deletionTimestamp: z.string().optional(),
  labels: Labels,
  annotations: Labels,
  ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
});
export type Metadata = z.output<typeof Metadata>;

/** metav1.Condition, and the older shapes that lack some of it. */
export const Condition = z.object({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastTransitionTime: z.string().optional(),
});
export type Condition = z.output<typeof Condition>;

export interface KubeObject {
  metadata: Metadata;
}

/** A resource type; its schema is an object with `metadata: Metadata`. Objects in lists have no kind of their own. */
export function resource<T extends KubeObject>(
  apiVersion: string,
  plural: string,
  kind: string,
  schema: z.ZodType<T>,
  options: { clusterWide?: boolean } = {},
): ResourceType<T> {
  return { apiVersion, plural, kind, namespaced: options.clusterWide !== true, schema };
}

export function conditionOf(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** `releases.appstudio.redhat.com`, as errors of the API name it. */
export function qualified({ apiVersion, plural }: ResourceType<unknown>): string {
  const group = apiVersion.split('/').length === 2 ? (apiVersion.split('/')[0] ?? '') : '';
  return group === '' ? plural : `${plural}.${group}`;
}
