import { z } from 'zod';
import { Metadata, resource } from '../resource.ts';
import { list } from './common.ts';

const Service = z.object({
  metadata: Metadata,
  spec: z
    .object({
      type: z.string().default('ClusterIP'),
      ports: list(
        z.object({ name: z.string().optional(), port: z.number(), protocol: z.string().default('TCP') }),
      ),
    })
    .prefault({}),
});
export type Service = z.output<typeof Service>;

export const SERVICE = resource('v1', 'services', 'Service', Service);

const Ingress = z.object({
  metadata: Metadata,
  spec: z
    .object({
      rules: list(z.object({ host: z.string().optional() })),
      tls: list(z.object({ hosts: list(z.string()) })),
    })
    .prefault({}),
});
export type Ingress = z.output<typeof Ingress>;

export const INGRESS = resource('networking.k8s.io/v1', 'ingresses', 'Ingress', Ingress);

/** OpenShift's. */
const Route = z.object({
  metadata: Metadata,
  spec: z
    .object({ host: z.string().default(''), path: z.string().default(''), tls: z.unknown().optional() })
    .prefault({}),
});
export type Route = z.output<typeof Route>;

export const ROUTE = resource('route.openshift.io/v1', 'routes', 'Route', Route);
