import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { prose } from '../../../src/kit/hygiene.ts';
import type { GitHubClient } from '../client.ts';
import { short } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import {
  type CommitAnswer,
  CommitWithFilesAnswer,
  CompareAnswer,
  RefAnswer,
  RepositoryAnswer,
  TagObjectAnswer,
} from './schema.ts';

const COMPARE_PAGES = 10;

export const CommitRow = z.object({
  commit: z.string(),
  author: z.string().nullable(),
  date: z.string().nullable(),
  subject: prose('GitHub'),
  merge: z.boolean(),
});

export function rowOf(answer: CommitAnswer): z.output<typeof CommitRow> {
  return {
    commit: answer.sha,
    author: answer.author?.login ?? answer.commit.author?.name ?? null,
    date: answer.commit.committer?.date ?? null,
    subject: short(answer.commit.message.split('\n')[0]),
    merge: answer.parents.length > 1,
  };
}

export async function commitOf(client: GitHubClient, repository: string, ref: string) {
  const at = { ...repositoryOf(repository), ref };
  return await namingRef(
    repository,
    ref,
    client.library.read(CommitWithFilesAnswer, (octokit) => octokit.rest.repos.getCommit(at)),
  );
}

/** Says of a refusal which ref is not there. GitHub says 422 of an id that it does not know. */
export async function namingRef<T>(repository: string, ref: string, reading: Promise<T>): Promise<T> {
  return await reading.catch((thrown: unknown) => {
    const { status } = thrown instanceof SluiceError ? thrown : {};
    if (status !== 404 && status !== 422) throw thrown;
    throw new SluiceError('not_found', {
      cause: `github: ${repository} has no commit, tag or branch ${ref}, or the token may not see it.`,
      remedy: 'Check the id or name; a commit that was only made locally has to be pushed first.',
      status,
    });
  });
}

/** What `head` has beyond `base`, oldest first; `complete` is false where there is more than we read. */
export async function compared(client: GitHubClient, repository: string, base: string, head: string) {
  const at = { ...repositoryOf(repository), basehead: `${base}...${head}`, per_page: 100 };
  const commits: CommitAnswer[] = [];
  let first: CompareAnswer | undefined;
  for (let page = 1; page <= COMPARE_PAGES; page += 1) {
    const { items, more } = await namingRef(
      repository,
      `${base} or ${head}`,
      client.library.page(CompareAnswer, (octokit) =>
        octokit.rest.repos.compareCommitsWithBasehead({ ...at, page }),
      ),
    );
    first ??= items;
    commits.push(...items.commits);
    if (!more || commits.length >= items.total_commits) break;
  }
  if (first === undefined) throw new Error('a comparison has a first page');
  return { ...first, commits, complete: commits.length >= first.total_commits };
}

export async function defaultBranchOf(client: GitHubClient, repository: string): Promise<string> {
  const at = repositoryOf(repository);
  const found = await client.library.read(RepositoryAnswer, (octokit) => octokit.rest.repos.get(at));
  return found.default_branch;
}

/** The commit that a tag stands for, through however many tag objects; undefined when there is no such tag. */
export async function tagged(
  client: GitHubClient,
  repository: string,
  tag: string,
): Promise<{ commit: string; annotated: boolean } | undefined> {
  const at = repositoryOf(repository);
  const found = await client.library.find(RefAnswer, (octokit) =>
    octokit.rest.git.getRef({ ...at, ref: `tags/${tag}` }),
  );
  let object = found?.object;
  for (let depth = 0; object?.type === 'tag' && depth < 5; depth += 1) {
    const { sha } = object;
    const read = await client.library.read(TagObjectAnswer, (octokit) =>
      octokit.rest.git.getTag({ ...at, tag_sha: sha }),
    );
    object = read.object;
  }
  if (object === undefined) return undefined;
  return { commit: object.sha, annotated: found?.object.type === 'tag' };
}
