import { z } from 'zod';
import type { GitHubClient } from '../client.ts';
import { defineTool, limitOf, Page, plural, RefName, Repo } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { filesOf, headLabel } from './read.ts';
import { rowOf } from './row.ts';
import { type ListedPull, PullsAnswer } from './schema.ts';
import { PullRow } from './shape.ts';

const PAGE_SIZE = 50;
/** Each one costs a request of its own. */
const MOST_WITH_FILES = 40;

export const listPullRequests = defineTool({
  name: 'github_list_pull_requests',
  title: 'List pull requests',
  description: `
Pull requests of a repository, last changed first, by state, target, source branch, author, label, or a path that they
touch: a file, or a folder with a slash at its end. Use path before you propose a change, to see whether somebody has.
complete false means that not all were looked through: go on with next_page, or narrow the filters.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    state: z.enum(['open', 'closed', 'all']).default('open'),
    base: RefName.optional().describe('target branch'),
    head: z.string().min(1).max(280).optional().describe('branch, or owner:branch of a fork'),
    author: z.string().min(1).max(100).optional().describe('login'),
    label: z.string().min(1).max(100).optional(),
    path: z.string().min(1).max(1_000).optional(),
    limit: limitOf(15, PAGE_SIZE),
    page: Page,
  }),
  output: z.object({
    repository: z.string(),
    pull_requests: z.array(PullRow),
    looked_at: z.int(),
    complete: z.boolean(),
    next_page: z.int().nullable(),
    summary: z.string(),
  }),
  run: async (input, { client }) => {
    const { repository, state, base, head, limit, page } = input;
    const size = input.path === undefined ? limit : Math.min(limit, MOST_WITH_FILES);
    const { items, more } = await client.library.page(PullsAnswer, (octokit) =>
      octokit.rest.pulls.list({
        ...repositoryOf(repository),
        state,
        sort: 'updated',
        direction: 'desc',
        per_page: size,
        page,
        ...(base === undefined ? {} : { base }),
        ...(head === undefined ? {} : { head: headLabel(repository, head) }),
      }),
    );
    const fitting = await touching(client, repository, items.filter(fits(input)), input.path);
    return {
      repository,
      pull_requests: fitting.map(rowOf),
      looked_at: items.length,
      complete: page === 1 && !more,
      next_page: more ? page + 1 : null,
      summary: `${plural(fitting.length, 'pull request')} of ${repository}${describe(input)}${more ? '; there are more to look through' : ''}.`,
    };
  },
});

interface Filters {
  state: string;
  base?: string | undefined;
  head?: string | undefined;
  author?: string | undefined;
  label?: string | undefined;
  path?: string | undefined;
}

function fits({ author, label }: Filters) {
  return (pull: ListedPull) =>
    (author === undefined || pull.user?.login.toLowerCase() === author.toLowerCase()) &&
    (label === undefined || pull.labels.some(({ name }) => name.toLowerCase() === label.toLowerCase()));
}

async function touching(
  client: GitHubClient,
  repository: string,
  pulls: ListedPull[],
  path: string | undefined,
): Promise<ListedPull[]> {
  if (path === undefined) return pulls;
  const found: ListedPull[] = [];
  for (const pull of pulls) {
    const files = await filesOf(client, repository, pull.number);
    if (files.some((file) => (path.endsWith('/') ? file.startsWith(path) : file === path))) found.push(pull);
  }
  return found;
}

function describe({ state, base, head, author, label, path }: Filters): string {
  const said = [
    state === 'all' ? '' : state,
    base === undefined ? '' : `into ${base}`,
    head === undefined ? '' : `from ${head}`,
    author === undefined ? '' : `by ${author}`,
    label === undefined ? '' : `labelled ${label}`,
    path === undefined ? '' : `touching ${path}`,
  ].filter((part) => part !== '');
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
}
