import { z } from 'zod';

export const PROW_STATES = [
  'scheduling',
  'triggered',
  'pending',
  'success',
  'failure',
  'aborted',
  'error',
] as const;

const Container = z.object({
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).nullish(),
});

/** A ProwJob custom resource, as Deck shows it. `url` and `completionTime` come later than the rest. */
export const ProwJobAnswer = z.object({
  metadata: z.object({ name: z.string() }).optional(),
  spec: z.object({
    job: z.string().min(1),
    pod_spec: z.object({ containers: z.array(Container).nullish() }).nullish(),
  }),
  status: z.object({
    state: z.enum(PROW_STATES),
    url: z.string().nullish(),
    build_id: z.string().nullish(),
    startTime: z.string().nullish(),
    completionTime: z.string().nullish(),
  }),
});

/** `/prowjobs.js`: only the jobs of the wanted name are looked at closer. */
export const ProwJobsAnswer = z.object({
  items: z.array(z.looseObject({ spec: z.looseObject({ job: z.string().optional() }) })),
});

export const ExecutionAnswer = z.object({ id: z.uuid() });
