import { z } from 'zod';

const Pipeline = z.object({
  id: z.int(),
  /** Of a merge request from a fork: the fork. */
  project_id: z.int().nullish(),
  status: z.string().nullish(),
  ref: z.string().nullish(),
  sha: z.string().nullish(),
  source: z.string().nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
  web_url: z.string().nullish(),
});
export const PipelinesAnswer = z.array(Pipeline);

export const PipelineAnswer = Pipeline.extend({
  status: z.string(),
  finished_at: z.string().nullish(),
  duration: z.number().nullish(),
  yaml_errors: z.string().nullish(),
});
export type PipelineAnswer = z.output<typeof PipelineAnswer>;

export const JobAnswer = z.object({
  id: z.int(),
  name: z.string(),
  stage: z.string(),
  status: z.string().min(1),
  allow_failure: z.boolean().nullish(),
  failure_reason: z.string().nullish(),
  started_at: z.string().nullish(),
  finished_at: z.string().nullish(),
  duration: z.number().nullish(),
  web_url: z.string().nullish(),
  pipeline: z.object({ id: z.int() }).nullish(),
});
export const JobsAnswer = z.array(JobAnswer);
export type JobAnswer = z.output<typeof JobAnswer>;
