import { z } from 'zod';
import { defineTool, Ref, Repo, short, shortId } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { CommitRow, commitOf, compared, defaultBranchOf, rowOf } from './read.ts';
import { CommitPullsAnswer, HeadsAnswer } from './schema.ts';

export const findCommit = defineTool({
  name: 'github_find_commit',
  title: 'Find a commit',
  description: `
The full id behind an id (short ones too), tag or branch, whether the default branch holds it, the branches that stand at
it, and the pull requests that brought it. GitHub also shows commits of forks under the name of a repository: one that
the default branch does not hold may be nobody's but a fork's.`,
  effect: 'read',
  input: z.object({ repository: Repo, ref: Ref }),
  output: z.object({
    ...CommitRow.shape,
    repository: z.string(),
    default_branch: z.string(),
    on_default_branch: z.boolean(),
    head_of: z.array(z.string()).describe('branches that stand at it'),
    pull_requests: z.array(
      z.object({ number: z.int(), title: z.string(), merged: z.boolean(), url: z.string() }),
    ),
    url: z.string().nullable(),
    summary: z.string(),
    next: z.string().nullable(),
  }),
  run: async ({ repository, ref }, { client }) => {
    const found = await commitOf(client, repository, ref);
    const at = { ...repositoryOf(repository), commit_sha: found.sha };
    const { library } = client;
    const branch = await defaultBranchOf(client, repository);
    const [{ status }, heads, pulls] = await Promise.all([
      compared(client, repository, branch, found.sha),
      library.read(HeadsAnswer, (octokit) => octokit.rest.repos.listBranchesForHeadCommit(at)),
      library.read(CommitPullsAnswer, (octokit) =>
        octokit.rest.repos.listPullRequestsAssociatedWithCommit({ ...at, per_page: 10 }),
      ),
    ]);
    const held = status === 'behind' || status === 'identical';
    return {
      ...rowOf(found),
      repository,
      default_branch: branch,
      on_default_branch: held,
      head_of: heads.slice(0, 20).map(({ name }) => name),
      pull_requests: pulls.slice(0, 10).map(({ number, title, merged_at, html_url }) => ({
        number,
        title: short(title),
        merged: Boolean(merged_at),
        url: html_url,
      })),
      url: found.html_url ?? null,
      summary: `${short(ref)} is ${shortId(found.sha)}, ${held ? `held by ${branch}` : `not held by ${branch}`}.`,
      next:
        held || heads.length > 0
          ? null
          : 'No branch of this repository stands at it: make sure that it is not a commit of a fork.',
    };
  },
});
