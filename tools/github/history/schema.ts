import { z } from 'zod';
import { Login, Sha } from '../answers.ts';

export const CommitAnswer = z.object({
  sha: Sha,
  html_url: z.string().nullish(),
  commit: z.object({
    message: z.string(),
    author: z.object({ name: z.string().nullish(), date: z.string().nullish() }).nullish(),
    committer: z.object({ name: z.string().nullish(), date: z.string().nullish() }).nullish(),
    verification: z.object({ verified: z.boolean(), reason: z.string() }).nullish(),
  }),
  author: Login.nullish(),
  parents: z.array(z.object({ sha: z.string() })).default([]),
});
export type CommitAnswer = z.output<typeof CommitAnswer>;

const File = z.object({
  filename: z.string(),
  status: z.string(),
  additions: z.int().default(0),
  deletions: z.int().default(0),
});

export const CommitWithFilesAnswer = CommitAnswer.extend({
  files: z.array(File).nullish(),
  stats: z.object({ additions: z.int(), deletions: z.int() }).nullish(),
});

export const CompareAnswer = z.object({
  status: z.enum(['ahead', 'behind', 'diverged', 'identical']),
  ahead_by: z.int(),
  behind_by: z.int(),
  total_commits: z.int(),
  html_url: z.string().nullish(),
  base_commit: z.object({ sha: Sha }),
  merge_base_commit: z.object({ sha: Sha }).nullish(),
  commits: z.array(CommitAnswer),
  files: z.array(z.object({ filename: z.string() })).nullish(),
});
export type CompareAnswer = z.output<typeof CompareAnswer>;

export const TagsAnswer = z.array(z.object({ name: z.string(), commit: z.object({ sha: Sha }) }));
export const BranchesAnswer = z.array(
  z.object({ name: z.string(), commit: z.object({ sha: Sha }), protected: z.boolean().default(false) }),
);
export const RepositoryAnswer = z.object({ default_branch: z.string() });
export const CommitPullsAnswer = z.array(
  z.object({ number: z.int(), title: z.string(), merged_at: z.string().nullish(), html_url: z.string() }),
);
export const HeadsAnswer = z.array(z.object({ name: z.string() }));
export const RefAnswer = z.object({ ref: z.string(), object: z.object({ type: z.string(), sha: Sha }) });
export const TagObjectAnswer = z.object({ sha: Sha, object: z.object({ type: z.string(), sha: Sha }) });
