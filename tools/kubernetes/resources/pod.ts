import { z } from 'zod';
import { Condition, resource } from '../resource.ts';
import { Count, list, OwnedMetadata } from './common.ts';

const Ended = z.object({
  reason: z.string().default(''),
  message: z.string().default(''),
  exitCode: z.number().optional(),
  finishedAt: z.string().nullish(),
});
export type Ended = z.output<typeof Ended>;

const ContainerState = z
  .object({
    waiting: z.object({ reason: z.string().default(''), message: z.string().default('') }).optional(),
    running: z.object({ startedAt: z.string().nullish() }).optional(),
    terminated: Ended.optional(),
  })
  .default({});

const ContainerStatus = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  restartCount: Count,
  image: z.string().default(''),
  imageID: z.string().default(''),
  state: ContainerState,
  lastState: ContainerState,
});
export type ContainerStatus = z.output<typeof ContainerStatus>;

const Container = z.object({
  name: z.string(),
  image: z.string().default(''),
  /** `Always` of an init container: it runs beside the others. */
  restartPolicy: z.string().optional(),
});

const Pod = z.object({
  metadata: OwnedMetadata,
  spec: z
    .object({ containers: list(Container), initContainers: list(Container) })
    .default({ containers: [], initContainers: [] }),
  status: z
    .object({
      phase: z.string().default(''),
      reason: z.string().default(''),
      message: z.string().default(''),
      conditions: list(Condition),
      containerStatuses: list(ContainerStatus),
      initContainerStatuses: list(ContainerStatus),
    })
    .prefault({}),
});
export type Pod = z.output<typeof Pod>;

export const POD = resource('v1', 'pods', 'Pod', Pod);
