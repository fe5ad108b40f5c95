import { z } from 'zod';
import { Metadata, resource } from '../kubernetes/client.ts';

const API = 'cloud.redhat.com/v1alpha1';

const Reservation = z.object({
  metadata: Metadata,
  spec: z.object({
    duration: z.string().default(''),
    pool: z.string().default('default'),
    requester: z.string().default(''),
    team: z.string().default(''),
  }),
  status: z
    .object({
      state: z.string().default(''),
      namespace: z.string().default(''),
      pool: z.string().default(''),
      expiration: z.string().nullish(),
    })
    .prefault({}),
});
export type Reservation = z.output<typeof Reservation>;

export const RESERVATION = resource(API, 'namespacereservations', 'NamespaceReservation', Reservation, {
  clusterWide: true,
});

const Pool = z.object({
  metadata: Metadata,
  spec: z.object({
    size: z.number().default(0),
    sizeLimit: z.number().nullish(),
    description: z.string().default(''),
  }),
  status: z
    .object({
      ready: z.number().default(0),
      creating: z.number().default(0),
      reserved: z.number().default(0),
    })
    .prefault({}),
});
export type Pool = z.output<typeof Pool>;

export const POOL = resource(API, 'namespacepools', 'NamespacePool', Pool, { clusterWide: true });
