import { z } from 'zod';
import { commitOf } from './commits.ts';
import { defineTool, From, plural, Ref, Repo } from './inputs.ts';
import { checkGiven, containing } from './resolve.ts';
import { FULL_ID, shortId } from './sha.ts';
import type { RefChange, Resolved } from './types.ts';

const MOST_NAMED = 20;
const MOST_CHANGES = 50;

const fetchTool = defineTool({
  name: 'git_fetch',
  title: 'Fetch',
  description: `
Brings our mirror of a repository up to date and reports which branches and tags are new, moved, rewritten or removed
since its last fetch. The other tools fetch by themselves where a name may have moved; call it to learn what changed.`,
  effect: 'read',
  input: z.object({ repository: Repo, remote: From }),
  output: z.object({
    repository: z.string(),
    remote: z.string(),
    fetched_at: z.string(),
    changes: z.array(
      z.object({
        kind: z.enum(['branch', 'tag']),
        name: z.string(),
        change: z.enum(['new', 'moved', 'rewritten', 'removed']),
        from: z.string().nullable(),
        to: z.string().nullable(),
      }),
    ),
    total: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ repository, remote }, { client, signal }) => {
    const { changes, fetchedAt } = await client.refresh(repository, { remote, signal });
    return {
      repository,
      remote,
      fetched_at: fetchedAt,
      changes: changes.slice(0, MOST_CHANGES),
      total: changes.length,
      truncated: changes.length > MOST_CHANGES,
      summary: `${repository} (${remote}) fetched at ${fetchedAt}: ${said(changes)}.`,
    };
  },
});

function said(changes: readonly RefChange[]): string {
  if (changes.length === 0) return 'nothing has changed';
  const rewritten = changes.filter(({ change }) => change === 'rewritten').length;
  return `${plural(changes.length, 'branch')} or tags changed${rewritten > 0 ? `, ${rewritten} of them rewritten` : ''}`;
}

const findCommit = defineTool({
  name: 'git_find_commit',
  title: 'Find a commit',
  description: `
The full id of a commit given by id (full or short), tag or branch, fetched now: whether it is on the default branch,
and which branches and tags hold it. Names match exactly. A short id that fits several commits is refused with the
candidates; a commit that no branch or tag holds is not_found. Begin a release with it, and pass its commit on.`,
  effect: 'read',
  input: z.object({ repository: Repo, ref: Ref, remote: From }),
  output: z.object({
    repository: z.string(),
    given: z.string(),
    commit: z.string().describe('40 digits'),
    resolved_as: z.enum(['full id', 'short id', 'tag', 'branch']),
    notice: z.string().nullable().describe('where it was not given as it is kept'),
    subject: z.string(),
    author: z.string(),
    date: z.string(),
    on_default_branch: z.boolean(),
    default_branch: z.string(),
    branches: z.array(z.string()).describe('that hold it, the first 20'),
    tags: z.array(z.string()).describe('that hold it, the first 20'),
    fetched_at: z.string(),
    summary: z.string(),
  }),
  run: async ({ repository, ref, remote }, { client, signal }) => {
    const { mirror } = client.repository(repository);
    checkGiven(ref);
    const asked = mirror.now();
    await mirror.fresh('origin', asked, signal);
    await mirror.fresh(remote, asked, signal);
    const resolved = await client.resolve(repository, ref, { remote, signal, notBefore: asked });
    const { commit } = resolved;
    const main = client.defaultBranch(repository);
    const info = await commitOf(mirror, commit, signal);
    const held = async (kind: string) => {
      const prefix = `refs/sluice/${remote}/${kind}/`;
      const refs = await containing(mirror, commit, [prefix], MOST_NAMED, signal);
      return refs.map((name) => name.slice(prefix.length));
    };
    const branches = await held('heads');
    // The list is whole, or what it lacks is asked for by itself.
    const listed = remote === 'origin' && (branches.includes(main) || branches.length < MOST_NAMED);
    const onMain = listed
      ? branches.includes(main)
      : (await containing(mirror, commit, [`refs/sluice/origin/heads/${main}`], 1, signal)).length > 0;
    return {
      repository,
      given: ref,
      commit,
      resolved_as: resolved.kind,
      notice: noticeOf(resolved),
      subject: info.subject,
      author: info.author,
      date: info.committed,
      on_default_branch: onMain,
      default_branch: main,
      branches,
      tags: await held('tags'),
      fetched_at: await mirror.fetchedAt(remote),
      summary: `${ref} is ${commit} in ${repository}, ${onMain ? 'on' : 'not on'} the default branch ${main}.`,
    };
  },
});

function noticeOf({ given, kind, commit }: Resolved): string | null {
  if (kind === 'full id') return FULL_ID.test(given) ? null : 'The id is kept in small letters.';
  if (kind === 'branch') return `The branch may move: from here on use ${commit}.`;
  return `Resolved from a ${kind}: from here on use ${commit}.`;
}

const mergeBase = defineTool({
  name: 'git_merge_base',
  title: 'Find the merge base',
  description: `
The commit from which two commits, tags or branches went apart, and whether one of them holds the other. Says whether
a deployment goes forward or back, or whether a fix is in a release branch. For the commits between them: git_compare.`,
  effect: 'read',
  input: z.object({ repository: Repo, base: Ref, head: Ref, remote: From }),
  output: z.object({
    repository: z.string(),
    base: z.string(),
    head: z.string(),
    merge_base: z.string().nullable().describe('null where they share no history'),
    head_holds_base: z.boolean(),
    base_holds_head: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ repository, base, head, remote }, { client, signal }) => {
    const { mirror } = client.repository(repository);
    const at = client.at(repository, remote, signal);
    const { commit: one } = await client.resolve(repository, base, at);
    const { commit: other } = await client.resolve(repository, head, at);
    const found = await mirror.mergeBase(one, other, signal);
    const went =
      found === undefined
        ? 'share no history'
        : one === other
          ? 'are the same commit'
          : `went apart at ${shortId(found)}`;
    const holds = found === one && one !== other ? `; ${head} holds ${base}` : '';
    const heldBy = found === other && one !== other ? `; ${base} holds ${head}` : '';
    return {
      repository,
      base: one,
      head: other,
      merge_base: found ?? null,
      head_holds_base: found === one,
      base_holds_head: found === other,
      summary: `${base} and ${head} of ${repository} ${went}${holds}${heldBy}.`,
    };
  },
});

export const findTools = [fetchTool, findCommit, mergeBase];
