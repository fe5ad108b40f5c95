import { z } from 'zod';
import type { JobAnswer } from './schema-pipelines.ts';

export const JobRow = z.object({
  id: z.int(),
  name: z.string(),
  stage: z.string(),
  status: z.string(),
  allowed_to_fail: z.boolean(),
  why: z.string().nullable(),
  url: z.string().nullable(),
});

export function jobRow(job: JobAnswer): z.output<typeof JobRow> {
  return {
    id: job.id,
    name: job.name,
    stage: job.stage,
    status: job.status,
    allowed_to_fail: job.allow_failure === true,
    why: job.failure_reason ?? null,
    url: job.web_url ?? null,
  };
}
