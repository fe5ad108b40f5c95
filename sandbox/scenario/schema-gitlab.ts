import { z } from 'zod';
import { FileContent } from './schema-places.ts';
import { Instant } from './time.ts';
import { outcome, timeline } from './timeline.ts';

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
  description: timeline(z.string()).default([{ value: '' }]),
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

/** What becomes of a merge request that somebody opens. Every part of a step that is there happens. */
const MergeRequestOutcome = outcome({
  /** Of its newest pipeline; the first one starts it. */
  pipeline: JobStatus.optional(),
  add_labels: z.array(z.string()).default([]),
  remove_labels: z.array(z.string()).default([]),
  approved_by: z.array(z.string()).default([]),
  note: z.strictObject({ author: z.string(), body: z.string() }).optional(),
  /** A merge is a merge also in the project's git repository, where it has one. */
  state: z.enum(['merged', 'closed']).optional(),
  /** Who merges or closes it. */
  by: z.string().optional(),
});
export type MergeRequestStep = z.infer<typeof MergeRequestOutcome>[number];

const Project = z.strictObject({
  id: z.int(),
  web_url: z.string(),
  /** Of the first merge request that a request opens; above all others when absent. */
  first_created_iid: z.int().optional(),
  merge_request_outcomes: z.array(MergeRequestOutcome).default([]),
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
    first_pipeline_id: z.int().default(880_001),
    projects: z.record(z.string(), Project),
  })
  .refine((gitlab) => gitlab.users.some((user) => user.username === gitlab.token_user), {
    path: ['token_user'],
    message: 'names nobody in users',
  });

export type Gitlab = z.infer<typeof Gitlab>;
