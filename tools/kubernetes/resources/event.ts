import { z } from 'zod';
import { Metadata, resource } from '../resource.ts';

const Moment = z.string().nullish();

/** A core/v1 Event; the newer API counts in `series`. */
const KubeEvent = z.object({
  metadata: Metadata,
  involvedObject: z.object({ kind: z.string().default(''), name: z.string().default('') }).prefault({}),
  type: z.string().default('Normal'),
  reason: z.string().default(''),
  message: z.string().default(''),
  count: z.number().nullish(),
  series: z.object({ count: z.number().nullish(), lastObservedTime: Moment }).nullish(),
  eventTime: Moment,
  firstTimestamp: Moment,
  lastTimestamp: Moment,
});
export type KubeEvent = z.output<typeof KubeEvent>;

export const EVENT = resource('v1', 'events', 'Event', KubeEvent);
