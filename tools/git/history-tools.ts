import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { countOf, logOf } from './commits.ts';
import { statOf } from './diff.ts';
import {
  CommitShape,
  defineTool,
  From,
  limitOf,
  Moment,
  Path,
  plural,
  Ref,
  Repo,
  shapeOf,
} from './inputs.ts';
import { jiraKeys } from './jira-keys.ts';
import { checkPath } from './names.ts';

const MOST_READ_FOR_KEYS = 5_000;
const MOST_KEYS = 200;

const log = defineTool({
  name: 'git_log',
  title: 'List commits',
  description: `
The commits behind a commit, tag or branch, newest first, with the Jira keys in their subjects; narrowed by time, path
or author. Pages by cursor, which stays at the commit where it began. For what lies between two commits: git_compare.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    ref: Ref.optional().describe('the default branch when absent'),
    remote: From,
    limit: limitOf(20, 100),
    cursor: z.string().max(60).optional().describe('next_cursor of the answer before'),
    since: Moment.optional().describe('ISO 8601; a day begins at 00:00 UTC'),
    until: Moment.optional(),
    path: Path.optional(),
    author: z.string().min(1).max(100).optional().describe('part of the name or address'),
    first_parent: z.boolean().default(false).describe('merges count as one commit'),
  }),
  output: z.object({
    repository: z.string(),
    from: z.string().describe('the commit it began at'),
    commits: z.array(CommitShape),
    jira_keys: z.array(z.string()),
    truncated: z.boolean(),
    next_cursor: z.string().nullable(),
    summary: z.string(),
  }),
  run: async (input, { client, signal }) => {
    const { repository, remote, limit, path } = input;
    const { mirror, settings } = client.repository(repository);
    const at = client.at(repository, remote, signal);
    const ref = input.ref ?? settings.default_branch;
    const page = input.cursor === undefined ? undefined : readCursor(input.cursor);
    const from = page?.from ?? ref;
    const { commit } = await client.resolve(repository, from, at);
    const skip = page?.skip ?? 0;
    const walk = [
      ...(input.since === undefined ? [] : [`--since=${new Date(input.since).toISOString()}`]),
      ...(input.until === undefined ? [] : [`--until=${new Date(input.until).toISOString()}`]),
      ...(input.author === undefined
        ? []
        : ['--fixed-strings', '--regexp-ignore-case', `--author=${input.author.replaceAll('\0', '')}`]),
      ...(input.first_parent ? ['--first-parent'] : []),
      `--skip=${skip}`,
      `--max-count=${limit + 1}`,
      commit,
    ];
    const paths = path === undefined ? [] : [checkPath(path)];
    const found = await logOf(mirror, walk, paths, { signal });
    const commits = found.slice(0, limit).map(shapeOf);
    const truncated = found.length > limit;
    return {
      repository,
      from: commit,
      commits,
      jira_keys: keysOf(commits),
      truncated,
      next_cursor: truncated ? `${commit}:${skip + limit}` : null,
      summary: `${plural(commits.length, 'commit')}${truncated ? ' (there are more)' : ''} of ${repository} from ${ref}${path === undefined ? '' : ` that change ${path}`}.`,
    };
  },
});

function readCursor(cursor: string): { from: string; skip: number } {
  const [, from, skip] = /^([0-9a-f]{40}):(\d{1,7})$/.exec(cursor) ?? [];
  if (from !== undefined && skip !== undefined) return { from, skip: Number(skip) };
  throw new SluiceError('invalid_input', {
    cause: `${JSON.stringify(cursor)} is no cursor.`,
    remedy: 'Give next_cursor of the answer before, or none.',
  });
}

function keysOf(commits: readonly { subject: string }[]): string[] {
  return jiraKeys(commits.map(({ subject }) => subject).join('\n')).slice(0, MOST_KEYS);
}

const compare = defineTool({
  name: 'git_compare',
  title: 'Compare two commits',
  description: `
What a change from base to head brings: whether head is ahead, behind (a downgrade), identical or diverged; the
commits that come (added) and, going back, those that go (removed), with their full counts, Jira keys in the subjects,
and how many files differ. The changelog of a release: base is what runs, head is what shall run. Diffs: git_diff.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    base: Ref,
    head: Ref,
    remote: From,
    limit: limitOf(20, 100).describe('of each list'),
    merges: z.boolean().default(true).describe('false leaves merge commits out of lists and counts'),
  }),
  output: z.object({
    repository: z.string(),
    base: z.string(),
    head: z.string(),
    relation: z.enum(['ahead', 'behind', 'identical', 'diverged']),
    downgrade: z.boolean().describe('head is older than base'),
    merge_base: z.string().nullable(),
    ahead: z.int().describe('number of commits added'),
    behind: z.int().describe('number of commits removed'),
    added: z.array(CommitShape).describe('newest first'),
    removed: z.array(CommitShape).describe('newest first, as they are taken back'),
    truncated: z.boolean(),
    jira_keys: z.array(z.string()).describe('of all that is added; of what is removed in a downgrade'),
    files_changed: z.int(),
    lines_added: z.int(),
    lines_deleted: z.int(),
    summary: z.string(),
  }),
  run: async ({ repository, base, head, remote, limit, merges }, { client, signal }) => {
    const { mirror } = client.repository(repository);
    const at = client.at(repository, remote, signal);
    const { commit: one } = await client.resolve(repository, base, at);
    const { commit: other } = await client.resolve(repository, head, at);
    const kind = merges ? [] : ['--no-merges'];
    const mergeBase = await mirror.mergeBase(one, other, signal);
    const relation = relationOf(one, other, mergeBase);
    const between = async (from: string, to: string) => {
      // All of it is in `from`.
      if (to === mergeBase) return { total: 0, read: [], shown: [] };
      const range = [...kind, to, `^${from}`];
      const read = await logOf(mirror, [`--max-count=${MOST_READ_FOR_KEYS}`, ...range], [], { signal });
      const whole = read.length < MOST_READ_FOR_KEYS;
      const total = whole ? read.length : await countOf(mirror, range, [], signal);
      return { total, read, shown: read.slice(0, limit).map(shapeOf) };
    };
    const added = await between(one, other);
    const removed = await between(other, one);
    const files = await statOf(mirror, one, other, [], signal);
    const sum = (pick: (file: (typeof files)[number]) => number) =>
      files.reduce((total, file) => total + pick(file), 0);
    const keys = keysOf(relation === 'behind' ? removed.read : added.read);
    return {
      repository,
      base: one,
      head: other,
      relation,
      downgrade: relation === 'behind',
      merge_base: mergeBase ?? null,
      ahead: added.total,
      behind: removed.total,
      added: added.shown,
      removed: removed.shown,
      truncated: added.total > added.shown.length || removed.total > removed.shown.length,
      jira_keys: keys,
      files_changed: files.length,
      lines_added: sum((file) => file.added),
      lines_deleted: sum((file) => file.deleted),
      summary: `${repository}: ${head} ${sentence(relation, base, added.total, removed.total)}; ${plural(files.length, 'file')} differ${keys.length === 0 ? '' : `, ${plural(keys.length, 'Jira key')}`}.`,
    };
  },
});

function relationOf(
  base: string,
  head: string,
  mergeBase: string | undefined,
): 'ahead' | 'behind' | 'identical' | 'diverged' {
  if (base === head) return 'identical';
  return mergeBase === base ? 'ahead' : mergeBase === head ? 'behind' : 'diverged';
}

function sentence(relation: string, base: string, ahead: number, behind: number): string {
  if (relation === 'identical') return `is the same commit as ${base}`;
  if (relation === 'ahead') return `is ${plural(ahead, 'commit')} ahead of ${base}`;
  if (relation === 'behind') return `is ${plural(behind, 'commit')} behind ${base}: a downgrade`;
  return `and ${base} have diverged: ${plural(ahead, 'commit')} come, ${behind} go`;
}

export const historyTools = [log, compare];
