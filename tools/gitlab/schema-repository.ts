import { z } from 'zod';

const Commit = z.object({
  id: z.string(),
  title: z.string(),
  author_name: z.string().nullish(),
  author_email: z.string().nullish(),
  committed_date: z.string().nullish(),
  created_at: z.string().nullish(),
});

export const CommitAnswer = Commit.extend({
  message: z.string().nullish(),
  parent_ids: z.array(z.string()).nullish(),
  web_url: z.string().nullish(),
  stats: z.object({ additions: z.int(), deletions: z.int(), total: z.int() }).nullish(),
  /** Whether its newest pipeline succeeded. */
  status: z.string().nullish(),
});

export const BranchAnswer = z.object({
  name: z.string(),
  default: z.boolean().nullish(),
  protected: z.boolean(),
  merged: z.boolean().nullish(),
  web_url: z.string().nullish(),
  commit: Commit,
});
export type BranchAnswer = z.output<typeof BranchAnswer>;
export const BranchesAnswer = z.array(BranchAnswer);

export const TagAnswer = z.object({ name: z.string(), commit: z.object({ id: z.string() }) });

export const FileAnswer = z.object({
  file_path: z.string(),
  size: z.int(),
  encoding: z.string(),
  content: z.string(),
  blob_id: z.string(),
  commit_id: z.string(),
  last_commit_id: z.string(),
});

export const CompareAnswer = z.object({
  commits: z.array(Commit),
  diffs: z.array(
    z.object({
      new_path: z.string(),
      old_path: z.string(),
      new_file: z.boolean().nullish(),
      renamed_file: z.boolean().nullish(),
      deleted_file: z.boolean().nullish(),
    }),
  ),
  compare_timeout: z.boolean().nullish(),
  compare_same_ref: z.boolean().nullish(),
});
