import { z } from 'zod';
import { freeBranchName } from './branch-version.ts';
import { fits } from './glob.ts';
import { defineTool, From, limitOf, plural, Repo } from './inputs.ts';
import type { Mirror } from './mirror.ts';
import { checkRefName } from './names.ts';
import type { RemoteName } from './types.ts';

const Pattern = z
  .string()
  .min(1)
  .max(200)
  .default('**')
  .describe('exact name, or with * (not across /), ** and ?');

interface Listed {
  name: string;
  object: string;
  /** The commit behind an annotated tag. */
  behind: string;
  date: string;
  subject: string;
}

const FIELDS = [
  '%(refname)',
  '%(objectname)',
  '%(*objectname)',
  '%(creatordate:iso-strict)',
  '%(contents:subject)',
];

async function listed(
  mirror: Mirror,
  remote: RemoteName,
  kind: 'heads' | 'tags',
  sort: string,
  signal: AbortSignal | undefined,
): Promise<Listed[]> {
  await mirror.fresh(remote, mirror.now(), signal);
  const prefix = `refs/sluice/${remote}/${kind}/`;
  const format = `--format=${FIELDS.join('%00')}`;
  const text = await mirror.git(['for-each-ref', format, `--sort=${sort}`, prefix], { signal });
  return text.split('\n').flatMap((line) => {
    const [ref = '', object = '', behind = '', date = '', subject = ''] = line.split('\0');
    if (!ref.startsWith(prefix)) return [];
    return [{ name: ref.slice(prefix.length), object, behind, date, subject: subject.slice(0, 200) }];
  });
}

const listBranches = defineTool({
  name: 'git_list_branches',
  title: 'List branches',
  description: `
The branches of a repository or of our fork, those with the newest commit first, by an exact name or a pattern
(release-* does not match release-1/x; ** does). With free_name_for it also answers a name that is not taken: the name
itself, or NAME-v2, NAME-v3 and so on, for branches that git_create_branch or git_commit_files is to make.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    remote: From,
    pattern: Pattern,
    limit: limitOf(30, 200),
    free_name_for: z.string().min(1).max(200).optional().describe('e.g. release-2026-07-01'),
  }),
  output: z.object({
    repository: z.string(),
    remote: z.string(),
    branches: z.array(
      z.object({
        name: z.string(),
        commit: z.string(),
        date: z.string(),
        subject: z.string(),
        default: z.boolean(),
      }),
    ),
    total: z.int(),
    truncated: z.boolean(),
    free_name: z.string().nullable(),
    summary: z.string(),
  }),
  run: async ({ repository, remote, pattern, limit, free_name_for: base }, { client, signal }) => {
    const { mirror, settings } = client.repository(repository);
    if (base !== undefined) checkRefName(base, 'branch');
    const all = await listed(mirror, remote, 'heads', '-committerdate', signal);
    const found = all.filter(({ name }) => fits(pattern, name));
    const names = all.map(({ name }) => name);
    const free = base === undefined ? null : freeBranchName(names, base);
    return {
      repository,
      remote,
      branches: found.slice(0, limit).map(({ name, object, date, subject }) => ({
        name,
        commit: object,
        date,
        subject,
        default: name === settings.default_branch,
      })),
      total: found.length,
      truncated: found.length > limit,
      free_name: free,
      summary: `${plural(found.length, 'branch')} of ${repository} (${remote})${pattern === '**' ? '' : ` fit ${pattern}`}${free === null ? '' : `; ${free} is free`}.`,
    };
  },
});

const listTags = defineTool({
  name: 'git_list_tags',
  title: 'List tags',
  description: `
The tags of a repository with the commit each points at, newest first or by version (v1.10 before v1.9), by an exact
name or a pattern such as v1.2.*. Tells the last release, and whether a tag exists before one is made.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    remote: From,
    pattern: Pattern,
    order: z.enum(['newest', 'version']).default('newest'),
    limit: limitOf(30, 200),
  }),
  output: z.object({
    repository: z.string(),
    remote: z.string(),
    tags: z.array(
      z.object({
        name: z.string(),
        commit: z.string(),
        annotated: z.boolean(),
        date: z.string(),
        subject: z.string(),
      }),
    ),
    total: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ repository, remote, pattern, order, limit }, { client, signal }) => {
    const { mirror } = client.repository(repository);
    const sort = order === 'newest' ? '-creatordate' : '-version:refname';
    const all = await listed(mirror, remote, 'tags', sort, signal);
    const found = all.filter(({ name }) => fits(pattern, name));
    const [first] = found;
    return {
      repository,
      remote,
      tags: found.slice(0, limit).map(({ name, object, behind, date, subject }) => ({
        name,
        commit: behind === '' ? object : behind,
        annotated: behind !== '',
        date,
        subject,
      })),
      total: found.length,
      truncated: found.length > limit,
      summary: `${plural(found.length, 'tag')} of ${repository} (${remote})${pattern === '**' ? '' : ` fit ${pattern}`}${first === undefined ? '' : `; ${order === 'newest' ? 'the newest' : 'the highest'} is ${first.name}`}.`,
    };
  },
});

export const listTools = [listBranches, listTags];
