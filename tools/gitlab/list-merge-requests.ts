import { z } from 'zod';
import { prose } from '../../src/kit/hygiene.ts';
import { filePath } from '../../src/kit/url.ts';
import { given } from './api.ts';
import type { GitLabClient } from './client.ts';
import { counted, defineTool, PAGE, PAGE_OUTPUT, ProjectInput, pageOutput, pageWish } from './define.ts';
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
  title: prose('GitLab'),
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

const Input = z.object({
  project: ProjectInput,
  state: z.enum(['opened', 'closed', 'merged', 'all']).default('opened'),
  target_branch: z.string().min(1).max(255).optional(),
  source_branch: z.string().min(1).max(255).optional(),
  author: z.string().min(1).max(100).optional().meta({ description: 'Username.' }),
  labels: z.array(z.string().min(1).max(100)).max(10).optional().meta({ description: 'All of them.' }),
  search: z.string().min(1).max(200).optional().meta({ description: 'In title and description.' }),
  touching_file: z.string().min(1).max(500).optional().meta({
    description: 'Only those that change this path of the repository.',
  }),
  except: z.array(z.int().min(1)).max(20).default([]).meta({ description: 'Numbers to leave out.' }),
  ...PAGE,
});
type Input = z.output<typeof Input>;

const Output = z.object({
  project: z.string(),
  exists: z.boolean().nullable().meta({ description: 'Whether there is one; null: not known.' }),
  merge_requests: z.array(Row.extend({ patch: z.string().nullable() })),
  undecided: z
    .array(z.int())
    .meta({ description: 'Of touching_file: too large for GitLab to list their files.' }),
  ...PAGE_OUTPUT,
  summary: z.string(),
});

export const listMergeRequests = defineTool({
  name: 'gitlab_list_merge_requests',
  title: 'List merge requests',
  description: `
Merge requests of a project, the last updated first, by state, branches, author, labels or text. With touching_file only
those that change that path, with their patch of it: whether somebody is already changing the same target. exists is null,
not false, when there were too many to look at or one too large to be listed: then nothing is known.`,
  effect: 'read',
  input: Input,
  output: Output,
  run: async (input, { client, progress }) =>
    input.touching_file === undefined
      ? await listed(client, input)
      : await touching(client, input, input.touching_file, progress),
});

async function listed(client: GitLabClient, input: Input): Promise<z.input<typeof Output>> {
  const { project, except } = input;
  const page = await client.api.page(
    'merge requests',
    MergeRequestRows,
    ({ MergeRequests }, wish) => MergeRequests.all({ ...filtersOf(input), ...wish }),
    pageWish(input),
  );
  const rows = distinct(page.items).filter(({ iid }) => !except.includes(iid));
  const more = page.next !== null;
  return {
    project,
    exists: rows.length > 0 ? true : more ? null : false,
    merge_requests: rows.map((row) => ({ ...row, patch: null })),
    undecided: [],
    ...pageOutput(page),
    summary: `${project} has ${counted(rows.length, 'such merge request')}${more ? ' on this page, and more' : ''}.`,
  };
}

async function touching(
  client: GitLabClient,
  input: Input,
  file: string,
  progress: (message: string) => void,
): Promise<z.input<typeof Output>> {
  const { project, limit, except } = input;
  filePath(file);
  const { rows, complete } = await candidates(client, input);
  const wanted = rows.filter(({ iid }) => !except.includes(iid));
  progress(`${wanted.length} merge requests to look at`);
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
  const exists = found.length > 0 ? true : complete && undecided.length === 0 ? false : null;
  return {
    project,
    exists,
    merge_requests: found.slice(0, limit),
    undecided: undecided.slice(0, 20),
    truncated: found.length > limit || !complete,
    cursor: null,
    summary: sentence(file, project, exists, found),
  };
}

async function candidates(client: GitLabClient, input: Input): Promise<{ rows: Row[]; complete: boolean }> {
  const rows: Row[] = [];
  for (let page = 1; rows.length < MOST_SEARCHED; ) {
    const { items, next } = await client.api.page(
      'merge requests',
      MergeRequestRows,
      ({ MergeRequests }, wish) => MergeRequests.all({ ...filtersOf(input), ...wish }),
      { page, perPage: 100 },
    );
    rows.push(...distinct(items));
    if (next === null) return { rows: unique(rows), complete: true };
    page = next;
  }
  return { rows: unique(rows), complete: false };
}

function filtersOf({ project, state, labels, search, ...other }: Input) {
  return {
    projectId: project,
    orderBy: 'updated_at' as const,
    ...(state === 'all' ? {} : { state }),
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
    return `It is not known whether such a merge request of ${project} changes ${file}: not all could be looked at.`;
  }
  if (!exists) return `No such merge request of ${project} changes ${file}.`;
  const names = found.slice(0, 5).map(({ iid }) => `!${iid}`);
  const verb = found.length === 1 ? 'merge request changes' : 'merge requests change';
  return `${found.length} ${verb} ${file} in ${project}: ${names.join(', ')}.`;
}
