import { z } from 'zod';
import { FileContent } from './schema-places.ts';
import { Instant } from './time.ts';
import { outcome, timeline } from './timeline.ts';

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const numbered = <T extends z.ZodType>(value: T) => z.record(z.string().regex(/^[1-9]\d*$/), value);

const Branch = z.strictObject({
  files: z.record(z.string(), timeline(FileContent)).default({}),
  /** Where it stands; a commit of its own when absent. */
  head: timeline(Sha).optional(),
  protection: z
    .strictObject({
      approvals: z.int().default(0),
      checks: z.array(z.string()).default([]),
      /** By a ruleset, which everybody may read, instead of the older protection. */
      ruleset: z.boolean().default(true),
    })
    .optional(),
});

const Commit = z.strictObject({
  message: z.string(),
  author: z.string().default('somebody'),
  at: Instant,
  parents: z.array(Sha).default([]),
  files: z.array(z.string()).default([]),
});

const Review = z.strictObject({
  author: z.string(),
  state: z.enum(['APPROVED', 'CHANGES_REQUESTED', 'COMMENTED', 'DISMISSED']),
  at: Instant,
  commit: Sha.optional(),
  association: z.string().default('MEMBER'),
  body: z.string().default(''),
});

const Pull = z.strictObject({
  title: z.string(),
  body: z.string().default(''),
  author: z.string(),
  state: timeline(z.enum(['open', 'closed', 'merged'])).prefault('open'),
  draft: z.boolean().default(false),
  /** `owner/name`, where it comes from a fork. */
  fork: z.string().optional(),
  branch: z.string(),
  head: Sha,
  base: z.string().default('main'),
  created: Instant,
  merge_commit: Sha.optional(),
  files: z.array(z.string()).default([]),
  labels: z.array(z.string()).default([]),
  reviewers: z.array(z.string()).default([]),
  teams: z.array(z.string()).default([]),
  reviews: z.array(Review).default([]),
  comments: z.array(z.strictObject({ id: z.int(), author: z.string(), body: z.string() })).default([]),
  mergeable: timeline(z.boolean().nullable()).prefault(true),
  merge_state: timeline(z.string()).prefault('clean'),
});
export type Pull = z.infer<typeof Pull>;

const State = z.strictObject({ status: z.string(), conclusion: z.string().nullable().default(null) });

const Checks = z.strictObject({
  runs: z
    .array(
      z.strictObject({ name: z.string(), app: z.string().default('github-actions'), state: timeline(State) }),
    )
    .default([]),
  statuses: z.array(z.strictObject({ context: z.string(), state: timeline(z.string()) })).default([]),
});

const Job = z.strictObject({
  id: z.int(),
  name: z.string(),
  state: timeline(State),
  steps: z.array(z.strictObject({ name: z.string(), conclusion: z.string() })).default([]),
  log: z.string().optional(),
});

const Run = z.strictObject({
  workflow: z.string(),
  file: z.string(),
  number: z.int(),
  title: z.string().default(''),
  event: z.string().default('push'),
  branch: z.string(),
  commit: Sha,
  created: Instant,
  state: timeline(State),
  jobs: z.array(Job).default([]),
  /** What becomes of it when its failed jobs are run again. */
  reruns: z
    .array(outcome({ status: z.string(), conclusion: z.string().nullable().default(null) }))
    .default([]),
});

const Environment = z.strictObject({
  reviewers: z.array(z.string()).default([]),
  wait: z.int().default(0),
  branches: z.enum(['all', 'protected', 'chosen']).default('all'),
});

const Deployment = z.strictObject({
  environment: z.string(),
  commit: Sha,
  ref: z.string(),
  creator: z.string(),
  created: Instant,
  statuses: z.array(z.strictObject({ state: z.string(), at: Instant, description: z.string().default('') })),
});

const Release = z.strictObject({
  tag: z.string(),
  name: z.string().default(''),
  body: z.string().default(''),
  draft: z.boolean().default(false),
  prerelease: z.boolean().default(false),
  target: z.string().default('main'),
  created: Instant,
  assets: z
    .array(z.strictObject({ name: z.string(), size: z.int(), digest: z.string().optional() }))
    .default([]),
});
export type Release = z.infer<typeof Release>;

const Repository = z.strictObject({
  /** Labels of pull requests, by number. */
  pulls: z.record(z.string(), z.array(z.string())).default({}),
  default_branch: z.string().default('main'),
  branches: z.record(z.string(), Branch).default({}),
  commits: z.record(Sha, Commit).default({}),
  /** `annotated: false` for a tag that is a name alone. */
  tags: z
    .record(z.string(), z.strictObject({ commit: Sha, annotated: z.boolean().default(true) }))
    .default({}),
  pull_requests: numbered(Pull).default({}),
  checks: z.record(Sha, Checks).default({}),
  runs: numbered(Run).default({}),
  environments: z.record(z.string(), Environment).default({}),
  deployments: numbered(Deployment).default({}),
  releases: numbered(Release).default({}),
  first_id: z.int().default(1_000),
});
export type GithubRepository = z.infer<typeof Repository>;

export const Github = z.strictObject({
  /** Whose token the sandbox hands out. */
  token_user: z.string().default('sluice-bot'),
  /** The token is that of an app, which is nobody's. */
  app: z.boolean().default(false),
  repositories: z.record(z.string(), Repository).default({}),
});
