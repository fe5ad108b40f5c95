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
  allow_failure: z.boolean().default(false),
  failure_reason: z.string().optional(),
  log: z.string().default(''),
  /** What becomes of each new try of it. */
  on_retry: outcome({ status: JobStatus }).default([
    { after: 0, status: 'running' },
    { after: 300_000, status: 'success' },
  ]),
});

const Pipeline = z.strictObject({
  id: z.int(),
  created: Instant,
  status: timeline(JobStatus),
  jobs: z.array(Job).default([]),
  bridges: z.array(Job).default([]),
  /** Of a pipeline that belongs to no merge request. */
  ref: z.string().optional(),
  sha: z.string().optional(),
  source: z.string().optional(),
  yaml_errors: z.string().optional(),
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
  has_conflicts: timeline(z.boolean()).default([{ value: false }]),
  /** As GitLab names it; else worked out. */
  detailed_merge_status: timeline(z.string()).optional(),
  notes: z
    .array(
      z.strictObject({
        author: z.string(),
        created: Instant,
        body: z.string(),
        system: z.boolean().default(false),
        /** Notes with the same one stand in one discussion. */
        discussion: z.string().optional(),
        resolved: z.boolean().optional(),
        file: z.string().optional(),
        line: z.int().optional(),
      }),
    )
    .default([]),
  approved_by: z.array(z.string()).default([]),
  approvals_required: z.int().default(1),
  approval_rules: z
    .array(
      z.strictObject({
        name: z.string(),
        required: z.int().default(1),
        eligible: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  /** Of its source branch when it was opened; else made up. */
  sha: z.string().optional(),
  pipelines: z.array(Pipeline).default([]),
});

export type MergeRequest = z.infer<typeof MergeRequest>;
export type Pipeline = z.infer<typeof Pipeline>;
export type Job = z.infer<typeof Job>;

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
  default_branch: z.string().default('main'),
  protected_branches: z.array(z.string()).default([]),
  /** Heads of branches, where they matter; else made up. */
  heads: z.record(z.string(), z.string().regex(/^[0-9a-f]{40}$/)).default({}),
  /** The path of the project that this one is a fork of. */
  forked_from: z.string().optional(),
  /** One line of history, the oldest first. */
  commits: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[0-9a-f]{40}$/),
        title: z.string(),
        author: z.string().default('A. Author'),
        created: Instant,
      }),
    )
    .default([]),
  tags: z.record(z.string(), z.string().regex(/^[0-9a-f]{40}$/)).default({}),
  pipelines: z.array(Pipeline).default([]),
  environments: z
    .array(
      z.strictObject({
        id: z.int(),
        name: z.string(),
        state: z.string().default('available'),
        tier: z.string().optional(),
      }),
    )
    .default([]),
  deployments: z
    .array(
      z.strictObject({
        id: z.int(),
        environment: z.string(),
        status: z.string(),
        ref: z.string(),
        sha: z.string(),
        created: Instant,
        user: z.string(),
      }),
    )
    .default([]),
  freeze_periods: z
    .array(
      z.strictObject({
        id: z.int(),
        start: z.string(),
        end: z.string(),
        time_zone: z.string().default('UTC'),
      }),
    )
    .default([]),
  releases: z
    .record(
      z.string(),
      z.strictObject({ name: z.string(), description: z.string().default(''), released: Instant }),
    )
    .default({}),
});

export type Project = z.infer<typeof Project>;

export const Gitlab = z
  .strictObject({
    users: z.array(
      z.strictObject({
        id: z.int(),
        username: z.string(),
        name: z.string(),
        email: z.string().optional(),
        /** No person: the account of a token, or of a service. */
        bot: z.boolean().default(false),
        /** Their own, so that a test can act as them. */
        token: z.string().optional(),
      }),
    ),
    /** Whether the list of approvals says when: GitLab before 18 does not. */
    approval_times: z.boolean().default(true),
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
