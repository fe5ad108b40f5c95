import { createHash } from 'node:crypto';
import { z } from 'zod';
import { prose } from '../../../src/kit/hygiene.ts';
import { ISSUE_LIMIT } from './issues.ts';

/** An issue as the tools answer it. */
export const IssueShape = z.object({
  issue: prose('the record'),
  blocker: z.boolean(),
  resolved: z.boolean(),
  resolution: prose('the record').nullable(),
  related_tasks: z.array(z.string()),
  reported_at: z.string().nullable(),
  resolved_at: z.string().nullable(),
});

/** Text of an issue or its resolution, as a tool takes it. */
export const IssueText = z
  .string()
  .regex(/\S/, 'not blank')
  .refine((text) => [...text].length <= ISSUE_LIMIT, `at most ${ISSUE_LIMIT} characters`);

export function issueDigest(text: string): string {
  return createHash('sha256').update(text.trim().toLowerCase()).digest('hex').slice(0, 12);
}
