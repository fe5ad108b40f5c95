import { z } from 'zod';
import { Duration, Instant } from './time.ts';
import { outcome } from './timeline.ts';

const BuildPlan = z.strictObject({
  number: z.int(),
  queue: Duration.default(0),
  duration: Duration,
  result: z.enum(['SUCCESS', 'FAILURE', 'ABORTED', 'UNSTABLE']),
});

export type BuildPlan = z.infer<typeof BuildPlan>;

const Build = z.strictObject({
  ...BuildPlan.shape,
  created: Instant,
  parameters: z.record(z.string(), z.string()),
});

const JenkinsJob = z.strictObject({
  builds: z.array(Build).default([]),
  /** What the first, second, … posted build becomes; past the end the last one repeats with the next number. */
  next: z.array(BuildPlan).min(1),
});

export const Jenkins = z.strictObject({
  first_queue_id: z.int(),
  jobs: z.record(z.string(), JenkinsJob),
});

export const ProwState = z.enum([
  'scheduling',
  'triggered',
  'pending',
  'success',
  'failure',
  'aborted',
  'error',
]);

export type ProwState = z.infer<typeof ProwState>;

const Run = z.strictObject({
  id: z.uuid(),
  build_id: z.string(),
  url: z.string(),
  outcome: outcome({ state: ProwState }),
});

export type Run = z.infer<typeof Run>;

const ProwJob = z.strictObject({
  runs: z
    .array(
      z.strictObject({ ...Run.shape, created: Instant, envs: z.record(z.string(), z.string()).default({}) }),
    )
    .default([]),
  next: z.array(Run).min(1),
});

export const Prow = z.strictObject({ jobs: z.record(z.string(), ProwJob) });
