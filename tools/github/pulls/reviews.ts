import { z } from 'zod';
import { prose } from '../../../src/kit/hygiene.ts';
import { defineTool, limitOf, PullNumber, plural, Repo, short } from '../define.ts';
import { pullOf, reviewsOf } from './read.ts';
import { standingOf } from './standing.ts';

export const listReviews = defineTool({
  name: 'github_list_reviews',
  title: 'Reviews of a pull request',
  description: `
Every review of a pull request, newest first, with what was said, and where they leave it: the last word of each
reviewer counts. An approval of a commit that is not the head any more is marked.`,
  effect: 'read',
  input: z.object({ repository: Repo, number: PullNumber, limit: limitOf(12) }),
  output: z.object({
    repository: z.string(),
    number: z.int(),
    head_commit: z.string(),
    approved_by: z.array(z.string()),
    approved_older_commit: z.array(z.string()),
    changes_requested_by: z.array(z.string()),
    waiting_for: z.array(z.string()),
    reviews: z.array(
      z.object({
        reviewer: z.string().nullable(),
        state: z.string(),
        on_head: z.boolean(),
        at: z.string().nullable(),
        body: prose('GitHub'),
        url: z.string().nullable(),
      }),
    ),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ repository, number, limit }, { client }) => {
    const [pull, reviews] = await Promise.all([
      pullOf(client, repository, number),
      reviewsOf(client, repository, number),
    ]);
    const { approved_by, approved_older_commit, changes_requested_by } = standingOf(reviews, pull.head.sha);
    const waiting = [
      ...(pull.requested_reviewers ?? []).map(({ login }) => login),
      ...(pull.requested_teams ?? []).map(({ slug }) => `@${slug}`),
    ];
    return {
      repository,
      number,
      head_commit: pull.head.sha,
      approved_by,
      approved_older_commit,
      changes_requested_by,
      waiting_for: waiting,
      reviews: reviews
        .toReversed()
        .slice(0, limit)
        .map((review) => ({
          reviewer: review.user?.login ?? null,
          state: review.state.toLowerCase(),
          on_head: review.commit_id === pull.head.sha,
          at: review.submitted_at ?? null,
          body: short(review.body, 300),
          url: review.html_url ?? null,
        })),
      truncated: reviews.length > limit,
      summary: `${plural(reviews.length, 'review')} of #${number}: approved by ${approved_by.join(', ') || 'nobody'}${changes_requested_by.length > 0 ? `, changes asked for by ${changes_requested_by.join(', ')}` : ''}.`,
    };
  },
});
