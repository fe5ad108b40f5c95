import { z } from 'zod';
import { Login, Sha } from '../answers.ts';

const End = z.object({
  ref: z.string(),
  sha: Sha,
  /** `owner:branch`; the owner is gone with the account. */
  label: z.string().nullish(),
  repo: z.object({ full_name: z.string() }).nullish(),
});

const Common = {
  number: z.int(),
  title: z.string(),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().nullish(),
  merged_at: z.string().nullish(),
  closed_at: z.string().nullish(),
  user: Login.nullish(),
  body: z.string().nullish(),
  labels: z.array(z.object({ name: z.string() })).default([]),
  html_url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  head: End,
  base: End,
  merge_commit_sha: z.string().nullish(),
  requested_reviewers: z.array(Login).nullish(),
  requested_teams: z.array(z.object({ slug: z.string() })).nullish(),
};

export const PullAnswer = z.object({
  ...Common,
  merged: z.boolean().default(false),
  /** null while GitHub is still working it out. */
  mergeable: z.boolean().nullish(),
  mergeable_state: z.string().nullish(),
  changed_files: z.int().nullish(),
  additions: z.int().nullish(),
  deletions: z.int().nullish(),
});
export type PullAnswer = z.output<typeof PullAnswer>;

export const ListedPull = z.object(Common);
export type ListedPull = z.output<typeof ListedPull>;
export const PullsAnswer = z.array(ListedPull);

export const PullFilesAnswer = z.array(
  z.object({ filename: z.string(), previous_filename: z.string().nullish() }),
);

export const ReviewsAnswer = z.array(
  z.object({
    id: z.int(),
    user: Login.nullish(),
    state: z.string(),
    body: z.string().nullish(),
    commit_id: z.string().nullish(),
    submitted_at: z.string().nullish(),
    author_association: z.string().nullish(),
    html_url: z.string().nullish(),
  }),
);
export type Review = z.output<typeof ReviewsAnswer>[number];

export const CommentAnswer = z.object({
  id: z.int(),
  body: z.string().nullish(),
  html_url: z.string(),
  user: Login.nullish(),
  performed_via_github_app: z.object({ slug: z.string().nullish() }).nullish(),
});
export const CommentsAnswer = z.array(CommentAnswer);

export const RulesAnswer = z.array(
  z.object({
    type: z.string(),
    parameters: z
      .object({
        required_approving_review_count: z.int().nullish(),
        required_status_checks: z.array(z.object({ context: z.string() })).nullish(),
      })
      .nullish(),
  }),
);

export const BranchAnswer = z.object({
  name: z.string(),
  commit: z.object({ sha: Sha }),
  protected: z.boolean().default(false),
  protection: z
    .object({
      enabled: z.boolean().nullish(),
      required_status_checks: z.object({ contexts: z.array(z.string()).nullish() }).nullish(),
    })
    .nullish(),
});

export const RequiredReviewsAnswer = z.object({ required_approving_review_count: z.int().nullish() });
