import { z } from 'zod';
import { toolsOf } from '../../src/kit/tool.ts';
import type { KubernetesClient, Place } from './environments.ts';

export const defineTool = toolsOf<KubernetesClient>();

export const Name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'a Kubernetes name');

/** Where every tool looks. */
export const PLACE_INPUT = {
  environment: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'As the settings name it, e.g. stage; or give cluster and namespace.' }),
  cluster: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'As the settings name it; needed where there are several.' }),
  namespace: Name.max(63).optional(),
};

/** What every answer begins with. */
export const PLACE_OUTPUT = {
  environment: z.string().nullable(),
  cluster: z.string(),
  namespace: z.string(),
};

export function placeOutput({ environment, cluster, namespace }: Place) {
  return { environment: environment ?? null, cluster: cluster.name, namespace };
}

/** The arguments that mean the same place again. */
export function placeArgs({ environment, cluster, namespace }: Place): Record<string, string> {
  return environment === undefined ? { cluster: cluster.name, namespace } : { environment };
}

/** How a person calls it. */
export function placeName({ environment, namespace }: Place): string {
  return environment === undefined ? namespace : `${environment} (${namespace})`;
}

/** A tool call as an agent can make it, for `next`. */
export function call(tool: string, args: object): string {
  return `${tool} ${JSON.stringify(args)}`;
}
