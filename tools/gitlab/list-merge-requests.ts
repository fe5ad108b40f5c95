import { z } from 'zod';
import { filePath } from '../../src/kit/url.ts';
import { given } from './api.ts';
import type { GitLabClient } from './client.ts';
import { counted, defineTool, PAGE, PAGE_OUTPUT, pageOutput, pageWish, ProjectInput } from './define.ts';
import { inGroups } from './in-groups.ts';
import { botLabels } from './merge-request-state.ts';
import { type DiffsAnswer, MergeRequestRows } from './schema.ts';

/** GitLab cannot list by path: each open merge request is asked for what it changes. */
const MOST_SEARCHED = 200;
/** GitLab stops listing the files of a merge request about here. */
const MOST_FILES = 1000;
const PATCH_CAP = 1200;

const Row = z.object({
  iid: z.int(),
  title: z.string(),
  state: z.enum(['opened', 'closed', 'merged', 'locked']),
  draft: z.boolean(),
  author: z.string().nullable(),
  source_branch: z.string(),
  target_branch: z.string(),
  labels: z.array(z.string()),
  updated_at: z.string().nullable(),
  url: z.string(),
});
type Row = z.output<typeof Row>;

const Filters = {
  project: ProjectInput,
  state: z.enum(['opened', 'closed', 'merged', 'all']).default('opened'),
  target_branch: z.string().min(1).max(255).optional(),
  source_branch: z.string().min(1).max(255).optional(),
  author: z.string().min(1).max(100).optional().meta({ description: 'Username.' }),
  labels: z.array(z.string().min(1).max(100)).max(10).optional().meta({ description: 'All of them.' }),
  search: z.string().min(1).max(200).optional().meta({ description: 'In title and description.' }),
};
type Filters = z.output<z.ZodObject<typeof Filters>>;

export const listMergeRequests = defineTool({
  name: 'gitlab_list_merge_requests',
  title: 'List merge requests',
  description: `
Merge requests of a project, the last updated first, by state, branch, author, labels or text. For those that change a
given file, such as another open release of the same target, see gitlab_find_merge_requests.`,
  effect: 'read',
  input: z.object({ ...Filters, ...PAGE }),
  output: z.object({
    project: z.string(),
    merge_requests: z.array(Row),
    ...PAGE_OUTPUT,
    summary: z.string(),
  }),
  run: async (input, { client }) => {
    const page = await client.api.page(
      'merge requests',
      MergeRequestRows,
      ({ MergeRequests }, wish) => MergeRequests.all({ ...filtersOf(input), ...wish }),
      pageWish(input),
    );
    const rows = distinct(page.items);
    const more = page.next === null ? '' : ' on this page';
    return {
      project: input.project,
      merge_requests: rows,
      ...pageOutput(page),
      summary: `${input.project} has ${counted(rows.length, 'merge request')} that fit${rows.length === 1 ? 's' : ''}${more}.`,
    };
  },
});

export const findMergeRequests = defineTool({
  name: 'gitlab_find_merge_requests',
  title: 'Find merge requests that change a file',
  description: `
Open merge requests that change a given file, with their patch of it: whether somebody is already changing the same target.
exists is null, not false, when there were too many to look at, or one too large to be listed: then nothing is known.`,
  effect: 'read',
  input: z.object({
    project: ProjectInput,
    touching_file: z.string().min(1).max(500).meta({ description: 'Path in the repository.' }),
    target_branch: z.string().min(1).max(255).optional(),
    except: z.array(z.int().min(1)).max(20).default([]).meta({ description: 'Numbers to leave out.' }),
    limit: z.int().min(1).max(20).default(5),
  }),
  output: z.object({
    project: z.string(),
    touching_file: z.string(),
    exists: z.boolean().nullable().meta({ description: 'null: not known.' }),
    merge_requests: z.array(Row.extend({ patch: z.string().nullable() })),
    searched: z.int(),
    complete: z.boolean(),
    undecided: z.array(z.int()).meta({ description: 'Too large to be listed by GitLab.' }),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async (input, { client, progress }) => {
    const { project, touching_file: file, limit, except } = input;
    filePath(file);
    const { open, complete } = await openOnes(client, input);
    const wanted = open.filter(({ iid }) => !except.includes(iid));
    progress(`${wanted.length} open merge requests to look at`);
    const looked = await inGroups(wanted, async (row) => ({
      row,
      diffs: await client.diffs(project, row.iid),
    }));
    const found = looked.flatMap(({ row, diffs }) => {
      const change = diffs.find(({ new_path, old_path }) => new_path === file || old_path === file);
      return change === undefined ? [] : [{ ...row, patch: patchOf(change) }];
    });
    const hits = new Set(found.map(({ iid }) => iid));
    const undecided = looked
      .filter(({ row, diffs }) => !hits.has(row.iid) && diffs.length >= MOST_FILES)
      .map(({ row }) => row.iid);
    const known = complete && undecided.length === 0;
    const exists = found.length > 0 ? true : known ? false : null;
    return {
      project,
      touching_file: file,
      exists,
      merge_requests: found.slice(0, limit),
      searched: wanted.length,
      complete: known,
      undecided: undecided.slice(0, 20),
      truncated: found.length > limit,
      summary: sentence(file, project, exists, found),
    };
  },
});

async function openOnes(client: GitLabClient, { project, target_branch }: Pick<Filters, 'project' | 'target_branch'>) {
  const open: Row[] = [];
  for (let page = 1; open.length < MOST_SEARCHED; ) {
    const { items, next } = await client.api.page(
      'merge requests',
      MergeRequestRows,
      ({ MergeRequests }, wish) =>
        MergeRequests.all({ ...filtersOf({ project, state: 'opened', target_branch }), ...wish }),
      { page, perPage: 100 },
    );
    open.push(...distinct(items));
    if (next === null) return { open: unique(open), complete: true };
    page = next;
  }
  return { open: unique(open), complete: false };
}

function filtersOf({ project, state, labels, search, ...other }: Partial<Filters> & { project: string }) {
  return {
    projectId: project,
    orderBy: 'updated_at' as const,
    ...(state === undefined || state === 'all' ? {} : { state }),
    ...given({
      targetBranch: other.target_branch,
      sourceBranch: other.source_branch,
      authorUsername: other.author,
      labels: labels?.join(','),
      search,
    }),
  };
}

function distinct(items: z.output<typeof MergeRequestRows>): Row[] {
  return unique(
    items.map((item) => ({
      iid: item.iid,
      title: item.title,
      state: item.state,
      draft: item.draft === true,
      author: item.author?.username ?? null,
      source_branch: item.source_branch,
      target_branch: item.target_branch,
      labels: item.labels.length > 8 ? botLabels(item.labels) : item.labels,
      updated_at: item.updated_at ?? null,
      url: item.web_url,
    })),
  );
}

/** A list that moves while it is read shows one thing on two pages. */
function unique(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [row.iid, row])).values()];
}

function patchOf({ diff, too_large }: z.output<typeof DiffsAnswer>[number]): string | null {
  if (too_large === true || !diff) return null;
  return diff.length <= PATCH_CAP ? diff : `${diff.slice(0, PATCH_CAP)}…`;
}

function sentence(file: string, project: string, exists: boolean | null, found: readonly Row[]): string {
  if (exists === null) {
    return `It is not known whether an open merge request of ${project} changes ${file}: not all could be looked at.`;
  }
  if (!exists) return `No open merge request of ${project} changes ${file}.`;
  const names = found.slice(0, 5).map(({ iid }) => `!${iid}`);
  return `${found.length === 1 ? 'One open merge request' : `${found.length} open merge requests`} of ${project} ${found.length === 1 ? 'changes' : 'change'} ${file}: ${names.join(', ')}.`;
}
