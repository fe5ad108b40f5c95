import { z } from 'zod';
import { Sha } from '../answers.ts';
import type { GitHubClient } from '../client.ts';
import { namingRef } from '../history/read.ts';
import { repositoryOf } from '../repository.ts';

const StatusAnswer = z.object({
  sha: Sha,
  statuses: z.array(z.object({ context: z.string(), state: z.string(), target_url: z.string().nullish() })),
});

const CheckRunsAnswer = z.object({
  check_runs: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      conclusion: z.string().nullish(),
      html_url: z.string().nullish(),
      details_url: z.string().nullish(),
      app: z.object({ slug: z.string().nullish() }).nullish(),
    }),
  ),
});

export const VERDICTS = ['passed', 'failed', 'pending', 'none'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Check {
  name: string;
  kind: 'check_run' | 'status';
  state: 'passed' | 'failed' | 'pending' | 'skipped';
  /** In GitHub's word. */
  conclusion: string;
  app: string | null;
  url: string | null;
}

const PAGES = 10;
const GOOD: Record<string, Check['state']> = { success: 'passed', neutral: 'skipped', skipped: 'skipped' };

/** Check runs and commit statuses of one commit. A branch is resolved once, so that both speak of the same. */
export async function checksOf(client: GitHubClient, repository: string, ref: string) {
  const at = repositoryOf(repository);
  const { library } = client;
  const statuses = new Map<string, Check>();
  let commit = '';
  for (let page = 1; page <= PAGES; page += 1) {
    const { items, more } = await namingRef(
      repository,
      ref,
      library.page(StatusAnswer, (octokit) =>
        octokit.rest.repos.getCombinedStatusForRef({ ...at, ref: commit || ref, per_page: 100, page }),
      ),
    );
    commit = items.sha;
    for (const status of items.statuses) statuses.set(status.context, ofStatus(status));
    if (!more) break;
  }
  const runs: Check[] = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const { items, more } = await library.page(CheckRunsAnswer, (octokit) =>
      octokit.rest.checks.listForRef({ ...at, ref: commit, filter: 'latest', per_page: 100, page }),
    );
    runs.push(...items.check_runs.map(ofRun));
    if (!more) break;
  }
  return { commit, checks: [...runs, ...statuses.values()] };
}

/**
 * Failed beats pending beats passed. Nothing there at all is `none`, not a pass: GitHub's own summary of no
 * statuses would say pending.
 */
export function verdictOf(checks: readonly Check[], required: readonly string[] = []) {
  const names = new Set(checks.map(({ name }) => name));
  const missing = required.filter((name) => !names.has(name));
  return { verdict: judge(checks, missing), missing };
}

function judge(checks: readonly Check[], missing: readonly string[]): Verdict {
  if (checks.some(({ state }) => state === 'failed')) return 'failed';
  if (checks.some(({ state }) => state === 'pending')) return 'pending';
  if (missing.length > 0) return 'pending';
  return checks.length === 0 ? 'none' : 'passed';
}

/** A finished run whose conclusion nobody knows has not passed. */
function ofRun(run: z.output<typeof CheckRunsAnswer>['check_runs'][number]): Check {
  const finished = run.status === 'completed';
  return {
    name: run.name,
    kind: 'check_run',
    state: finished ? (GOOD[run.conclusion ?? ''] ?? 'failed') : 'pending',
    conclusion: finished ? (run.conclusion ?? 'unknown') : run.status,
    app: run.app?.slug ?? null,
    url: run.html_url ?? run.details_url ?? null,
  };
}

function ofStatus(status: z.output<typeof StatusAnswer>['statuses'][number]): Check {
  const { context, state, target_url } = status;
  return {
    name: context,
    kind: 'status',
    state: state === 'success' ? 'passed' : state === 'pending' ? 'pending' : 'failed',
    conclusion: state,
    app: null,
    url: target_url ?? null,
  };
}

export function countOf(checks: readonly Check[]) {
  const number = (state: Check['state']) => checks.filter((check) => check.state === state).length;
  return {
    passed: number('passed'),
    failed: number('failed'),
    pending: number('pending'),
    skipped: number('skipped'),
  };
}

export const Counts = z.object({
  passed: z.int(),
  failed: z.int(),
  pending: z.int(),
  skipped: z.int(),
});
