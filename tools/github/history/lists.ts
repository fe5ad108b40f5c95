import { z } from 'zod';
import { defineTool, limitOf, Page, plural, Repo, short } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { BranchesAnswer, TagsAnswer } from './schema.ts';

const PAGES = 10;

const Prefix = z.string().min(1).max(200).optional().describe('names that begin so');

/** By names that begin so, from up to a thousand; else one page. */
async function chosen<T extends { name: string }>(
  prefix: string | undefined,
  limit: number,
  page: number,
  read: (page: number, size: number) => Promise<{ items: T[]; more: boolean }>,
): Promise<{ items: T[]; next: number | null; complete: boolean }> {
  if (prefix === undefined) {
    const { items, more } = await read(page, limit);
    return { items, next: more ? page + 1 : null, complete: page === 1 && !more };
  }
  const fitting: T[] = [];
  for (let number = 1; number <= PAGES; number += 1) {
    const { items, more } = await read(number, 100);
    fitting.push(...items.filter(({ name }) => name.startsWith(prefix)));
    if (!more) return { items: fitting.slice(0, limit), next: null, complete: fitting.length <= limit };
  }
  return { items: fitting.slice(0, limit), next: null, complete: false };
}

export const listTags = defineTool({
  name: 'github_list_tags',
  title: 'List tags',
  description: `
Tags with the commits that they stand for, in GitHub's order, which is not that of time. With prefix up to a thousand are
looked through; complete says whether those were all.`,
  effect: 'read',
  input: z.object({ repository: Repo, prefix: Prefix, limit: limitOf(30), page: Page }),
  output: z.object({
    repository: z.string(),
    tags: z.array(z.object({ name: z.string(), commit: z.string() })),
    complete: z.boolean(),
    next_page: z.int().nullable(),
    summary: z.string(),
  }),
  run: async ({ repository, prefix, limit, page }, { client }) => {
    const at = repositoryOf(repository);
    const { items, next, complete } = await chosen(prefix, limit, page, (number, size) =>
      client.library.page(TagsAnswer, (octokit) =>
        octokit.rest.repos.listTags({ ...at, per_page: size, page: number }),
      ),
    );
    return {
      repository,
      tags: items.map(({ name, commit }) => ({ name, commit: commit.sha })),
      complete,
      next_page: next,
      summary: `${plural(items.length, 'tag')} of ${repository}${prefix === undefined ? '' : ` that begin with ${short(prefix)}`}${complete ? '' : '; there are more'}.`,
    };
  },
});

export const listBranches = defineTool({
  name: 'github_list_branches',
  title: 'List branches',
  description: `
Branches with the commits that they stand at, and whether they are protected. With prefix up to a thousand are looked
through; complete says whether those were all.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    prefix: Prefix,
    protected: z.boolean().optional(),
    limit: limitOf(30),
    page: Page,
  }),
  output: z.object({
    repository: z.string(),
    branches: z.array(z.object({ name: z.string(), commit: z.string(), protected: z.boolean() })),
    complete: z.boolean(),
    next_page: z.int().nullable(),
    summary: z.string(),
  }),
  run: async ({ repository, prefix, protected: guarded, limit, page }, { client }) => {
    const at = { ...repositoryOf(repository), ...(guarded === undefined ? {} : { protected: guarded }) };
    const { items, next, complete } = await chosen(prefix, limit, page, (number, size) =>
      client.library.page(BranchesAnswer, (octokit) =>
        octokit.rest.repos.listBranches({ ...at, per_page: size, page: number }),
      ),
    );
    return {
      repository,
      branches: items.map(({ name, commit, protected: isProtected }) => ({
        name,
        commit: commit.sha,
        protected: isProtected,
      })),
      complete,
      next_page: next,
      summary: `${plural(items.length, 'branch').replace(/branchs/, 'branches')} of ${repository}${prefix === undefined ? '' : ` that begin with ${short(prefix)}`}${complete ? '' : '; there are more'}.`,
    };
  },
});
