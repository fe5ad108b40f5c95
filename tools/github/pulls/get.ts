import { z } from 'zod';
import { proseLines } from '../../../src/kit/hygiene.ts';
import { Counts, checksOf, countOf, VERDICTS, verdictOf } from '../checks/checks.ts';
import { defineTool, linesOf, PullNumber, plural, Repo, short } from '../define.ts';
import { pullOf, reviewsOf } from './read.ts';
import { RequirementsShape, requirementsOf } from './requirements.ts';
import { rowOf, stateOf } from './row.ts';
import type { PullAnswer } from './schema.ts';
import { PullRow } from './shape.ts';
import { type Standing, standingOf } from './standing.ts';

const BODY_CAP = 1_500;

export const getPullRequest = defineTool({
  name: 'github_get_pull_request',
  title: 'Get a pull request',
  description: `
One pull request: state (open, draft, merged, closed), branches, checks of its head with one verdict, who approved or
asks for changes, which reviewers are still to answer, what the target branch requires, and in blockers what stands
between it and a merge. mergeable is null while GitHub works it out. Merging itself is left to people or to GitHub.`,
  effect: 'read',
  input: z.object({ repository: Repo, number: PullNumber }),
  output: z.object({
    ...PullRow.shape,
    repository: z.string(),
    body: proseLines('GitHub'),
    body_truncated: z.boolean(),
    merge_commit: z.string().nullable(),
    merged_at: z.string().nullable(),
    changed_files: z.int().nullable(),
    mergeable: z.boolean().nullable(),
    merge_state: z
      .string()
      .nullable()
      .describe("GitHub's word: clean, blocked, behind, dirty, unstable, unknown"),
    checks: z.object({ verdict: z.enum(VERDICTS), counts: Counts, missing: z.array(z.string()) }),
    reviews: z.object({
      approved_by: z.array(z.string()),
      changes_requested_by: z.array(z.string()),
      approved_older_commit: z.array(z.string()),
      waiting_for: z.array(z.string()).describe('asked and silent; a team as @name'),
      missing_approvals: z.int().nullable().describe('null: what is required cannot be seen'),
    }),
    required: RequirementsShape,
    blockers: z.array(z.string()),
    summary: z.string(),
    next: z.string().nullable(),
  }),
  run: async ({ repository, number }, { client }) => {
    const pull = await pullOf(client, repository, number);
    const [reviews, found, required] = await Promise.all([
      reviewsOf(client, repository, number),
      checksOf(client, repository, pull.head.sha),
      requirementsOf(client, repository, pull.base.ref),
    ]);
    const standing = standingOf(reviews, pull.head.sha);
    const { verdict, missing } = verdictOf(found.checks, required.checks ?? []);
    const missingApprovals =
      required.approvals === null ? null : Math.max(0, required.approvals - standing.counting);
    const waiting = [
      ...(pull.requested_reviewers ?? []).map(({ login }) => login),
      ...(pull.requested_teams ?? []).map(({ slug }) => `@${slug}`),
    ];
    const blockers = blockersOf(pull, { standing, verdict, missing, missingApprovals });
    const row = rowOf(pull);
    const { lines, truncated } = linesOf(pull.body, BODY_CAP);
    return {
      ...row,
      repository,
      body: lines,
      body_truncated: truncated,
      merge_commit: pull.merged ? (pull.merge_commit_sha ?? null) : null,
      merged_at: pull.merged_at ?? null,
      changed_files: pull.changed_files ?? null,
      mergeable: pull.mergeable ?? null,
      merge_state: pull.mergeable_state ?? null,
      checks: { verdict, counts: countOf(found.checks), missing },
      reviews: {
        approved_by: standing.approved_by,
        changes_requested_by: standing.changes_requested_by,
        approved_older_commit: standing.approved_older_commit,
        waiting_for: waiting,
        missing_approvals: missingApprovals,
      },
      required,
      blockers,
      summary: sentenceOf(pull, row.state, verdict, standing, blockers),
      next: nextOf(pull, waiting),
    };
  },
});

interface Seen {
  standing: Standing;
  verdict: (typeof VERDICTS)[number];
  missing: string[];
  missingApprovals: number | null;
}

function blockersOf(pull: PullAnswer, { standing, verdict, missing, missingApprovals }: Seen): string[] {
  if (pull.state === 'closed') return [];
  const { changes_requested_by } = standing;
  const unsure = pull.mergeable === null || pull.mergeable === undefined;
  const seen = [
    pull.draft === true ? 'it is a draft' : '',
    pull.mergeable === false ? 'it conflicts with its target branch' : '',
    unsure ? 'GitHub has not worked out yet whether it can be merged' : '',
    pull.mergeable_state === 'behind' ? 'it is behind its target branch' : '',
    verdict === 'failed' ? 'checks failed' : '',
    verdict === 'pending' ? 'checks are not finished' : '',
    missing.length > 0 ? `required checks have not reported: ${missing.join(', ')}` : '',
    changes_requested_by.length > 0 ? `changes are asked for by ${changes_requested_by.join(', ')}` : '',
    (missingApprovals ?? 0) > 0 ? `${plural(missingApprovals ?? 0, 'approval')} missing` : '',
  ].filter((line) => line !== '');
  const hidden = pull.mergeable_state === 'blocked' && (missingApprovals === null || seen.length === 0);
  const all = hidden ? [...seen, 'a rule of the target branch that cannot be seen from here'] : seen;
  return all.map((line) => short(line));
}

function sentenceOf(
  pull: PullAnswer,
  state: string,
  verdict: string,
  { approved_by }: Standing,
  blockers: string[],
): string {
  const start = `#${pull.number} into ${pull.base.ref} is ${state}`;
  if (pull.state === 'closed') return `${start}.`;
  const approved = approved_by.length > 0 ? `approved by ${approved_by.join(', ')}` : 'approved by nobody';
  const rest = blockers.length > 0 ? ` In its way: ${blockers.join('; ')}.` : ' Nothing is seen in its way.';
  return `${start}, checks ${verdict}, ${approved}.${rest}`;
}

function nextOf(pull: PullAnswer, waiting: string[]): string | null {
  if (stateOf(pull) === 'merged' || pull.state === 'closed') return null;
  if (pull.mergeable === null || pull.mergeable === undefined)
    return 'Ask again in some seconds: GitHub works out whether it can be merged.';
  return waiting.length > 0 ? `Waiting for ${waiting.join(', ')}.` : null;
}
