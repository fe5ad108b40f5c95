import { z } from 'zod';
import { FileContent } from './schema-places.ts';
import { Instant } from './time.ts';
import { timeline } from './timeline.ts';

const JobStatus = z.enum([
  'created',
  'pending',
  'running',
  'success',
  'failed',
  'canceled',
  'skipped',
  'manual',
]);

const Job = z.strictObject({
  id: z.int(),
  name: z.string(),
  stage: z.string(),
  status: timeline(JobStatus),
});

const Pipeline = z.strictObject({
  id: z.int(),
  created: Instant,
  status: timeline(JobStatus),
  jobs: z.array(Job).default([]),
  bridges: z.array(Job).default([]),
});

export const MergeRequest = z.strictObject({
  title: timeline(z.string()),
  state: timeline(z.enum(['opened', 'merged', 'closed', 'locked'])),
  labels: timeline(z.array(z.string())).default([{ value: [] }]),
  author: z.string(),
  source_branch: z.string(),
  target_branch: z.string().default('main'),
  source_project_id: z.int(),
  web_url: z.string(),
  created: Instant,
  /** The files of the source branch that the merge request brings. */
  files: z.record(z.string(), timeline(FileContent)),
  notes: z.array(z.strictObject({ author: z.string(), created: Instant, body: z.string() })).default([]),
  approved_by: z.array(z.string()).default([]),
  pipelines: z.array(Pipeline).default([]),
});

export type MergeRequest = z.infer<typeof MergeRequest>;
export type Pipeline = z.infer<typeof Pipeline>;

const Project = z.strictObject({
  id: z.int(),
  web_url: z.string(),
  merge_requests: z.record(z.string().regex(/^[1-9]\d*$/), MergeRequest).default({}),
  /** Files that stand on a branch, whatever merge requests bring. */
  branches: z.record(z.string(), z.record(z.string(), timeline(FileContent))).default({}),
});

export type Project = z.infer<typeof Project>;

export const Gitlab = z
  .strictObject({
    users: z.array(
      z.strictObject({ id: z.int(), username: z.string(), name: z.string(), email: z.string().optional() }),
    ),
    /** Whose token the sandbox hands out. */
    token_user: z.string(),
    first_note_id: z.int().default(1),
    projects: z.record(z.string(), Project),
  })
  .refine((gitlab) => gitlab.users.some((user) => user.username === gitlab.token_user), {
    path: ['token_user'],
    message: 'names nobody in users',
  });

export type Gitlab = z.infer<typeof Gitlab>;
