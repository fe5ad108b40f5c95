import { z } from 'zod';
import { prose } from '../../../src/kit/hygiene.ts';

export const PULL_STATES = ['open', 'draft', 'merged', 'closed'] as const;

export const PullRow = z.object({
  number: z.int(),
  title: prose('GitHub'),
  state: z.enum(PULL_STATES),
  author: z.string().nullable(),
  head: z.string().describe('owner:branch'),
  head_commit: z.string(),
  base: z.string(),
  labels: z.array(z.string()),
  created_at: z.string(),
  updated_at: z.string(),
  url: z.string(),
});
