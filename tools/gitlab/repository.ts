import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { prose } from '../../src/kit/hygiene.ts';
import { filePath } from '../../src/kit/url.ts';
import { given } from './api.ts';
import {
  counted,
  defineTool,
  PAGE,
  PAGE_OUTPUT,
  ProjectInput,
  pageOutput,
  pageWish,
  RefInput,
} from './define.ts';
import { BranchesAnswer, CommitAnswer, CompareAnswer, FileAnswer } from './schema-repository.ts';

const TEXT_CAP = 3_900;

export const getFile = defineTool({
  name: 'gitlab_get_file',
  title: 'Get a file',
  description: `
A text file at a branch, tag or commit, as GitLab holds it, with the commit that changed it last. Long files come in parts by
from_line. Of a binary file only size and blob.`,
  effect: 'read',
  input: z.object({
    project: ProjectInput,
    path: z.string().min(1).max(500),
    ref: RefInput.optional().meta({ description: 'The default branch when absent.' }),
    from_line: z.int().min(1).default(1),
  }),
  output: z.object({
    project: z.string(),
    path: z.string(),
    ref: z.string(),
    commit: z.string().meta({ description: 'That the ref stands for.' }),
    changed_by: z.string().meta({ description: 'The last commit that changed it.' }),
    blob: z.string(),
    bytes: z.int(),
    binary: z.boolean(),
    lines: z.int().nullable(),
    content: z.string().nullable(),
    truncated: z.boolean(),
    cursor: z.int().nullable().meta({ description: 'For from_line.' }),
    summary: z.string(),
  }),
  run: async ({ project, path, ref, from_line }, { client }) => {
    filePath(path);
    const at = ref ?? 'HEAD';
    const file = await client.api.read('the file', FileAnswer, ({ RepositoryFiles }) =>
      RepositoryFiles.show(project, path, at),
    );
    const bytes = Buffer.from(file.content, file.encoding === 'base64' ? 'base64' : 'utf8');
    const text = bytes.includes(0) ? undefined : bytes.toString('utf8');
    const lines = text?.split('\n') ?? [];
    const shown = partOf(lines, from_line);
    const next = text === undefined ? lines.length : from_line - 1 + shown.length;
    return {
      project,
      path: file.file_path,
      ref: at,
      commit: file.commit_id,
      changed_by: file.last_commit_id,
      blob: file.blob_id,
      bytes: file.size,
      binary: text === undefined,
      lines: text === undefined ? null : lines.length,
      content: text === undefined ? null : shown.join('\n'),
      truncated: next < lines.length,
      cursor: next < lines.length ? next + 1 : null,
      summary: `${path} of ${project} at ${at} has ${text === undefined ? `${file.size} bytes and is binary` : counted(lines.length, 'line')}; last changed by ${file.last_commit_id.slice(0, 12)}.`,
    };
  },
});

function partOf(lines: readonly string[], from: number): string[] {
  const part: string[] = [];
  let size = 0;
  for (const line of lines.slice(from - 1)) {
    size += line.length + 1;
    if (size > TEXT_CAP && part.length > 0) break;
    part.push(line);
  }
  return part;
}

export const getCommit = defineTool({
  name: 'gitlab_get_commit',
  title: 'Get a commit',
  description: `
A commit by its id, also shortened, or what a branch or tag stands for: full id, message, author, parents, counts of lines and
the status of its newest pipeline.`,
  effect: 'read',
  input: z.object({ project: ProjectInput, ref: RefInput }),
  output: z.object({
    project: z.string(),
    id: z.string(),
    title: prose('GitLab'),
    message: prose('GitLab'),
    author: z.string().nullable(),
    committed_at: z.string().nullable(),
    parents: z.array(z.string()),
    lines: z.object({ added: z.int(), removed: z.int() }).nullable(),
    pipeline_status: z.string().nullable(),
    url: z.string().nullable(),
    summary: z.string(),
  }),
  run: async ({ project, ref }, { client }) => {
    const commit = await client.api.read('the commit', CommitAnswer, ({ Commits }) =>
      Commits.show(project, ref, { stats: true }),
    );
    return {
      project,
      id: commit.id,
      title: commit.title,
      message: commit.message ?? commit.title,
      author: commit.author_name ?? null,
      committed_at: commit.committed_date ?? null,
      parents: commit.parent_ids ?? [],
      lines: commit.stats ? { added: commit.stats.additions, removed: commit.stats.deletions } : null,
      pipeline_status: commit.status ?? null,
      url: commit.web_url ?? null,
      summary: `${ref} of ${project} is ${commit.id}${commit.status ? `, its pipeline ${commit.status}` : ''}.`,
    };
  },
});

export const listBranches = defineTool({
  name: 'gitlab_list_branches',
  title: 'List branches',
  description: `
Branches of a project with their heads, protected or not; search is part of the name, ^x its beginning, x$ its end.`,
  effect: 'read',
  input: z.object({ project: ProjectInput, search: z.string().min(1).max(255).optional(), ...PAGE }),
  output: z.object({
    project: z.string(),
    branches: z.array(
      z.object({
        name: z.string(),
        commit: z.string(),
        title: prose('GitLab'),
        committed_at: z.string().nullable(),
        default: z.boolean(),
        protected: z.boolean(),
        merged: z.boolean().nullable(),
      }),
    ),
    ...PAGE_OUTPUT,
    summary: z.string(),
  }),
  run: async ({ project, search, ...wanted }, { client }) => {
    const page = await client.api.page(
      'branches',
      BranchesAnswer,
      ({ Branches }, wish) => Branches.all(project, { ...given({ search }), ...wish }),
      pageWish(wanted),
    );
    return {
      project,
      branches: page.items.map((branch) => ({
        name: branch.name,
        commit: branch.commit.id,
        title: branch.commit.title,
        committed_at: branch.commit.committed_date ?? null,
        default: branch.default === true,
        protected: branch.protected,
        merged: branch.merged ?? null,
      })),
      ...pageOutput(page),
      summary: `${project} has ${counted(page.items.length, 'such branch', 'such branches')}${page.next === null ? '' : ' on this page, and more'}.`,
    };
  },
});

export const compareRefs = defineTool({
  name: 'gitlab_compare_refs',
  title: 'Compare two refs',
  description: `
Commits that \`to\` has and \`from\` has not, since both went apart, and the files that they change. Empty both ways means the
same; ask the other way round too to learn whether they diverged. A comparison that GitLab gave up is an error.`,
  effect: 'read',
  input: z.object({
    project: ProjectInput,
    from: RefInput,
    to: RefInput,
    limit: z.int().min(1).max(50).default(20),
  }),
  output: z.object({
    project: z.string(),
    commits: z.array(
      z.object({
        id: z.string(),
        title: prose('GitLab'),
        author: z.string().nullable(),
        committed_at: z.string().nullable(),
      }),
    ),
    commit_count: z.int(),
    files: z.array(
      z.object({ path: z.string(), change: z.enum(['added', 'deleted', 'renamed', 'changed']) }),
    ),
    file_count: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ project, from, to, limit }, { client }) => {
    const answer = await client.api.read('the comparison', CompareAnswer, ({ Repositories }) =>
      Repositories.compare(project, from, to),
    );
    if (answer.compare_timeout === true) {
      throw new SluiceError('upstream', {
        cause: `gitlab: the comparison of ${from} and ${to} in ${project} took too long and is not complete.`,
        remedy: 'Compare commits that are nearer to each other, or use git_compare.',
      });
    }
    const { commits, diffs } = answer;
    return {
      project,
      commits: commits
        .toReversed()
        .slice(0, limit)
        .map((commit) => ({
          id: commit.id,
          title: commit.title,
          author: commit.author_name ?? null,
          committed_at: commit.committed_date ?? commit.created_at ?? null,
        })),
      commit_count: commits.length,
      files: diffs.slice(0, limit).map((diff) => ({ path: diff.new_path, change: changeOf(diff) })),
      file_count: diffs.length,
      truncated: commits.length > limit || diffs.length > limit,
      summary:
        commits.length === 0
          ? `${to} has nothing that ${from} of ${project} has not.`
          : `${to} has ${counted(commits.length, 'commit')} that ${from} of ${project} has not; ${counted(diffs.length, 'file')} changed.`,
    };
  },
});

function changeOf(
  diff: z.output<typeof CompareAnswer>['diffs'][number],
): 'added' | 'deleted' | 'renamed' | 'changed' {
  if (diff.new_file === true) return 'added';
  if (diff.deleted_file === true) return 'deleted';
  return diff.renamed_file === true ? 'renamed' : 'changed';
}
