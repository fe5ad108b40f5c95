import { z } from 'zod';
import { defineTool, limitOf, plural, Ref, Repo, short, shortId } from '../define.ts';
import { Counts, checksOf, countOf, VERDICTS, verdictOf } from './checks.ts';

const ORDER = ['failed', 'pending', 'passed', 'skipped'];

export const listChecks = defineTool({
  name: 'github_list_checks',
  title: 'Checks of a commit',
  description: `
Check runs and commit statuses of a commit, tag or branch, failing first, and one verdict: failed, pending, passed, or
none where nothing has reported. Neutral and skipped count as passed, an unknown conclusion as failed. Name checks in
required that must have reported: as long as one is missing the verdict is pending. For a gate give the commit id.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    ref: Ref,
    required: z.array(z.string().min(1).max(200)).max(100).default([]).describe('names of checks'),
    limit: limitOf(40),
  }),
  output: z.object({
    repository: z.string(),
    commit: z.string(),
    verdict: z.enum(VERDICTS),
    counts: Counts,
    missing: z.array(z.string()).describe('required, but not reported'),
    checks: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(['check_run', 'status']),
        state: z.enum(['passed', 'failed', 'pending', 'skipped']),
        conclusion: z.string(),
        app: z.string().nullable(),
        url: z.string().nullable(),
      }),
    ),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ repository, ref, required, limit }, { client }) => {
    const { commit, checks } = await checksOf(client, repository, ref);
    const { verdict, missing } = verdictOf(checks, required);
    const counts = countOf(checks);
    const sorted = checks.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
    const failing = checks.filter(({ state }) => state === 'failed').map(({ name }) => name);
    return {
      repository,
      commit,
      verdict,
      counts,
      missing,
      checks: sorted.slice(0, limit).map((check) => ({ ...check, name: short(check.name) })),
      truncated: sorted.length > limit,
      summary:
        `${plural(checks.length, 'check')} of ${repository} at ${shortId(commit)}: ${verdict}.` +
        (failing.length > 0 ? ` Failed: ${short(failing.slice(0, 5).join(', '))}.` : '') +
        (missing.length > 0 ? ` Not reported: ${short(missing.slice(0, 5).join(', '))}.` : ''),
    };
  },
});
