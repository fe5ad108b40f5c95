import { z } from 'zod';
import { Login } from '../answers.ts';

export const RunAnswer = z.object({
  id: z.int(),
  name: z.string().nullish(),
  display_title: z.string().nullish(),
  path: z.string().nullish(),
  run_number: z.int(),
  run_attempt: z.int().default(1),
  event: z.string(),
  status: z.string().nullish(),
  conclusion: z.string().nullish(),
  head_branch: z.string().nullish(),
  head_sha: z.string(),
  actor: Login.nullish(),
  html_url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type RunAnswer = z.output<typeof RunAnswer>;

export const RunsAnswer = z.object({ total_count: z.int(), workflow_runs: z.array(RunAnswer) });

export const JobAnswer = z.object({
  id: z.int(),
  run_id: z.int(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullish(),
  started_at: z.string().nullish(),
  completed_at: z.string().nullish(),
  html_url: z.string().nullish(),
  steps: z
    .array(
      z.object({
        name: z.string(),
        number: z.int(),
        status: z.string(),
        conclusion: z.string().nullish(),
      }),
    )
    .nullish(),
});
export type JobAnswer = z.output<typeof JobAnswer>;

export const JobsAnswer = z.object({ total_count: z.int(), jobs: z.array(JobAnswer) });

const FAILED = new Set(['failure', 'timed_out', 'cancelled', 'startup_failure', 'action_required', 'stale']);

export function hasFailed(conclusion: string | null | undefined): boolean {
  return FAILED.has(conclusion ?? '');
}

export const RunRow = z.object({
  id: z.int(),
  workflow: z.string(),
  title: z.string(),
  run_number: z.int(),
  attempt: z.int(),
  event: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  branch: z.string().nullable(),
  commit: z.string(),
  actor: z.string().nullable(),
  created_at: z.string(),
  url: z.string(),
});
