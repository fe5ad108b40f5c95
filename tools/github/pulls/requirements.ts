import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { GitHubClient } from '../client.ts';
import { repositoryOf } from '../repository.ts';
import { BranchAnswer, RequiredReviewsAnswer, RulesAnswer } from './schema.ts';

export interface Requirements {
  /** null: the token may not see it. */
  approvals: number | null;
  /** Names of checks; null: the token may not see them all. */
  checks: string[] | null;
}

/** What a branch asks for before a merge, by rulesets and by protection; the stricter one counts. */
export async function requirementsOf(
  client: GitHubClient,
  repository: string,
  branch: string,
): Promise<Requirements> {
  const at = { ...repositoryOf(repository), branch };
  const { library } = client;
  const [rules, found] = await Promise.all([
    visible(
      library.read(RulesAnswer, (octokit) => octokit.rest.repos.getBranchRules({ ...at, per_page: 100 })),
    ),
    visible(library.read(BranchAnswer, (octokit) => octokit.rest.repos.getBranch(at))),
  ]);
  // Rulesets make a branch protected too; only the older kind has an entry of its own.
  const guarded = found?.protection?.enabled ?? found?.protected;
  const own =
    guarded === true
      ? await visible(
          library.read(RequiredReviewsAnswer, (octokit) =>
            octokit.rest.repos.getPullRequestReviewProtection(at),
          ),
        )
      : undefined;
  const byRules = (rules ?? []).map(({ parameters }) => parameters?.required_approving_review_count ?? 0);
  const seen = rules !== undefined && found !== undefined;
  const contexts = (rules ?? []).flatMap(({ parameters }) =>
    (parameters?.required_status_checks ?? []).map(({ context }) => context),
  );
  return {
    approvals:
      seen && (guarded !== true || own !== undefined)
        ? Math.max(0, ...byRules, own?.required_approving_review_count ?? 0)
        : null,
    checks: seen
      ? [...new Set([...contexts, ...(found.protection?.required_status_checks?.contexts ?? [])])]
      : null,
  };
}

/** undefined where the token may not look: settings of a branch are not for everybody. */
async function visible<T>(reading: Promise<T>): Promise<T | undefined> {
  return await reading.catch((thrown: unknown) => {
    if (thrown instanceof SluiceError && (thrown.status === 403 || thrown.status === 404)) return undefined;
    throw thrown;
  });
}

export const RequirementsShape = z.object({
  approvals: z.int().nullable().describe('null: not visible with this token'),
  checks: z.array(z.string()).nullable().describe('null: not visible with this token'),
});
