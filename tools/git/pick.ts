import { SluiceError } from '../../src/kit/errors.ts';
import { commitDraft, signature } from './build.ts';
import { commitOf, commitsOf, logOf } from './commits.ts';
import { EMPTY_TREE } from './diff.ts';
import { store } from './drafts.ts';
import { type Merge, mergeTrees } from './merge.ts';
import type { Mirror } from './mirror.ts';
import type { Repository } from './repository.ts';
import { shortId } from './sha.ts';
import type { CommitInfo } from './types.ts';

export interface PickWish {
  commit: string;
  /** Which parent of a merge counts as its base, from 1. */
  mainline?: number | undefined;
}

export type PickPlan =
  | { contained: true; how: string; commit: string; head: string; subject: string }
  | { contained: false; commit: string; head: string; subject: string };

/** What a branch at `head` becomes with the commit's change; throws `conflict` with the files. */
export async function planPick(
  repository: Repository,
  wish: PickWish,
  head: string,
  merge: Merge,
  signal?: AbortSignal,
): Promise<PickPlan> {
  const { mirror } = repository;
  const infoOf = await commitsOf(mirror, [wish.commit, head], signal);
  const [picked, at] = [infoOf(wish.commit), infoOf(head)];
  const { subject } = picked;
  const base = baseOf(picked, wish.mainline);
  const there = await containedIn(mirror, picked, base, head, signal);
  if (there !== undefined) return { contained: true, ...there, head, subject };
  const ours = at.tree;
  const below = base === undefined ? EMPTY_TREE : (await commitOf(mirror, base, signal)).tree;
  const trees = { base: below, ours, theirs: picked.tree };
  const merged = await mergeTrees(mirror, trees, merge, signal);
  if ('conflicts' in merged) throw conflict(repository.name, picked, head, merged.conflicts);
  if (merged.tree === ours)
    return { contained: true, how: 'its change is there already', commit: head, head, subject };
  const moment = Math.max(Date.parse(at.committed), Date.parse(picked.committed));
  const made = commitDraft({
    tree: merged.tree,
    parents: [head],
    author: `${picked.author} <${picked.authorEmail}> ${picked.authorTime}`,
    committer: signature(repository.author, moment),
    message: messageOf(picked),
  });
  await store(mirror, [made], signal);
  return { contained: false, commit: made.id, head, subject };
}

/** Where the branch holds the commit, or its change, and has not taken it back since. */
async function containedIn(
  mirror: Mirror,
  picked: CommitInfo,
  base: string | undefined,
  head: string,
  signal: AbortSignal | undefined,
): Promise<{ how: string; commit: string } | undefined> {
  const { commit } = picked;
  const candidates: { how: string; commit: string }[] = [];
  if (await mirror.isAncestor(commit, head, signal)) {
    candidates.push({ how: 'the commit itself is there', commit });
  } else {
    const [copy] = await logOf(
      mirror,
      ['--max-count=1', '--fixed-strings', `--grep=${pickedLine(commit)}`, head, `^${commit}`],
      [],
      { signal },
    );
    if (copy !== undefined) candidates.push({ how: 'it was picked before', commit: copy.commit });
    else if (base !== undefined && picked.parents.length === 1) {
      const args = ['rev-list', '--left-right', '--cherry-mark', `${head}...${commit}`, `^${base}`];
      const marked = await mirror.git(args, { signal });
      const same = /^=([0-9a-f]{40})$/gm;
      const found = [...marked.matchAll(same)].map((match) => match[1] ?? '').find((one) => one !== commit);
      if (found !== undefined) candidates.push({ how: 'the same change is there', commit: found });
    }
  }
  for (const candidate of candidates) {
    const walk = ['--max-count=1', '--fixed-strings', `--grep=This reverts commit ${candidate.commit}`];
    const reverted = await logOf(mirror, [...walk, head, `^${candidate.commit}`], [], { signal });
    if (reverted.length === 0) return candidate;
  }
  return undefined;
}

function baseOf({ commit, parents }: CommitInfo, mainline: number | undefined): string | undefined {
  if (mainline === undefined && parents.length < 2) return parents[0];
  const base = parents[(mainline ?? 0) - 1];
  if (base !== undefined && parents.length > 1) return base;
  throw new SluiceError('invalid_input', {
    cause:
      parents.length < 2
        ? `${shortId(commit)} is no merge: mainline has no meaning for it.`
        : `${shortId(commit)} is a merge of ${parents.length} parents.`,
    remedy:
      parents.length < 2
        ? 'Leave mainline away.'
        : 'Say with mainline (1 is the branch that was merged into) against which parent it counts, or pick its commits.',
  });
}

function pickedLine(commit: string): string {
  return `(cherry picked from commit ${commit})`;
}

function messageOf({ subject, body, commit }: CommitInfo): string {
  const text = body === '' ? subject : `${subject}\n\n${body}`;
  // Among trailers it stands with them, else in a paragraph of its own: as git does it.
  const last = text.split(/\n\n+/).at(-1) ?? '';
  const trailers =
    body !== '' && last.split('\n').every((line) => /^[\w-]+: \S|^\(cherry picked from commit /.test(line));
  return `${text}${trailers ? '\n' : '\n\n'}${pickedLine(commit)}\n`;
}

function conflict(
  repo: string,
  picked: CommitInfo,
  head: string,
  conflicts: readonly { path: string; how: string; places: number }[],
): SluiceError {
  const listed = conflicts
    .slice(0, 20)
    .map(
      ({ path, how, places }) =>
        `${JSON.stringify(path.slice(0, 120))} (${how}${places > 0 ? `, ${places} places` : ''})`,
    );
  const more = conflicts.length > 20 ? ` and ${conflicts.length - 20} more` : '';
  return new SluiceError('conflict', {
    cause: `${shortId(picked.commit)} cannot be picked onto ${repo} at ${shortId(head)}: ${listed.join(', ')}${more}. Nothing was changed.`,
    remedy:
      'A person has to merge it by hand; or pick first what it builds on (git_log with path shows what changed there).',
    rule: 'git.merge-conflict',
  });
}
