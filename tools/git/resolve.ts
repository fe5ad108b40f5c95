import { SluiceError } from '../../src/kit/errors.ts';
import type { Mirror } from './mirror.ts';
import { isRefName } from './names.ts';
import { objectsAt } from './objects.ts';
import { FULL_ID } from './sha.ts';
import type { At, RemoteName, Resolved } from './types.ts';

interface Candidate {
  commit: string;
  kind: Resolved['kind'];
  name: string | null;
}

const SHORT_ID = /^[0-9a-f]{4,39}$/;
const MOST_CANDIDATES = 5;

/**
 * A commit by its full or short id, a tag or a branch. Only what a remote shows counts: what lies in
 * our mirror alone, or in a branch that was removed, is not found.
 */
export async function resolveRef(mirror: Mirror, given: string, at: At): Promise<Resolved> {
  const remote = at.remote ?? 'origin';
  checkGiven(given);
  const id = given.toLowerCase();
  const isId = FULL_ID.test(id);
  let shown = await mirror.shown();
  const known = isId && shown.has(shownKey(remote, id));
  const itself: Candidate[] = known ? [{ commit: id, kind: 'full id', name: null }] : [];
  // What an id means never changes: it is looked up in what we have first.
  let found = isId && !known ? await lookUp(mirror, given, remote, at.signal) : itself;
  if (found.length === 0) {
    await mirror.fresh(remote, at.notBefore ?? mirror.now(), at.signal);
    shown = await mirror.shown();
    found = await lookUp(mirror, given, remote, at.signal);
  }
  if (found.length === 0) throw await notFound(mirror, given, remote);
  const commits = new Set(found.map(({ commit }) => commit));
  const [first] = found;
  if (commits.size > 1 || first === undefined) throw ambiguous(mirror.repo, given, found);
  // Names of our own come and go without a fetch.
  if (first.kind === 'full id' && first.commit === id && remote !== 'local') shown.add(shownKey(remote, id));
  return { given, ...first, fetchedAt: await mirror.fetchedAt(remote) };
}

/** Whether our mirror is known to hold this commit, without asking git. */
export async function isKnown(mirror: Mirror, remote: RemoteName, commit: string): Promise<boolean> {
  const shown = await mirror.shown();
  return [remote, 'origin' as const].some((one) => shown.has(shownKey(one, commit)));
}

/** Of a commit id that a branch or tag holds, and that is the name of none. */
function shownKey(remote: RemoteName, id: string): string {
  return `${remote} ${id}`;
}

/** Refuses what can be neither an id nor the name of a branch or tag. */
export function checkGiven(given: string): void {
  const name = given.replace(/^refs\/(heads|tags)\//, '');
  if (isRefName(name)) return;
  throw new SluiceError('invalid_input', {
    cause: `${JSON.stringify(given.slice(0, 80))} is no commit id and cannot be the name of a branch or tag.`,
    remedy: 'Give a commit id, or the plain name of a branch or tag; no ranges, ^ or ~.',
    rule: 'git.names',
  });
}

async function lookUp(
  mirror: Mirror,
  given: string,
  remote: RemoteName,
  signal: AbortSignal | undefined,
): Promise<Candidate[]> {
  const [, only, plain = given] = /^refs\/(heads|tags)\/(.+)$/.exec(given) ?? [];
  const id = given.toLowerCase();
  const folders = (['tags', 'heads'] as const).filter((folder) => only === undefined || only === folder);
  const ids = FULL_ID.test(id) ? [id] : SHORT_ID.test(id) ? await startingWith(mirror, id, signal) : [];
  const refs = folders.map((folder) => `refs/sluice/${remote}/${folder}/${plain}`);
  const commits = await commitsAt(mirror, [...refs, ...ids], signal);
  const candidates: Candidate[] = [];
  for (const [index, folder] of folders.entries()) {
    const commit = commits[index];
    const kind = folder === 'tags' ? 'tag' : 'branch';
    if (commit !== undefined) candidates.push({ commit, kind, name: plain });
  }
  const kind = FULL_ID.test(id) ? 'full id' : 'short id';
  for (const commit of new Set(commits.slice(folders.length))) {
    if (commit !== undefined && (await isShown(mirror, commit, signal)))
      candidates.push({ commit, kind, name: null });
  }
  return candidates;
}

async function startingWith(mirror: Mirror, id: string, signal: AbortSignal | undefined): Promise<string[]> {
  const listed = await mirror.git(['rev-parse', `--disambiguate=${id}`], { signal });
  return listed.split('\n').filter((line) => FULL_ID.test(line));
}

/** The commits behind full ref names of our mirror, or ids; undefined for what is none. */
export async function commitsAt(
  mirror: Mirror,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<(string | undefined)[]> {
  const found = await objectsAt(
    mirror,
    names.map((name) => `${name}^{commit}`),
    signal,
  );
  return found.map((one) => (one?.type === 'commit' ? one.object : undefined));
}

/** Whether a branch or tag of any remote holds this commit, which is in our mirror. */
async function isShown(mirror: Mirror, commit: string, signal: AbortSignal | undefined): Promise<boolean> {
  return (await containing(mirror, commit, ['refs/sluice/'], 1, signal)).length > 0;
}

/** Refs of our mirror whose history holds the commit. */
export async function containing(
  mirror: Mirror,
  commit: string,
  prefixes: readonly string[],
  limit: number,
  signal?: AbortSignal,
): Promise<string[]> {
  const shape = [`--count=${limit}`, '--format=%(refname)', '--sort=refname', `--contains=${commit}`];
  const listed = await mirror.git(['for-each-ref', ...shape, ...prefixes], { signal });
  return listed.split('\n').filter((line) => line !== '');
}

async function notFound(mirror: Mirror, given: string, remote: RemoteName): Promise<SluiceError> {
  const tooLong = /^[0-9a-f]{41,}$/i.test(given);
  const kind = /^[0-9a-f]{4,}$/i.test(given) ? 'commit' : 'branch or tag';
  return new SluiceError('not_found', {
    cause: `${kind} ${given.slice(0, 80)} not found in ${mirror.repo} (${remote}), fetched at ${await mirror.fetchedAt(remote)}.`,
    remedy: tooLong
      ? `A commit id has 40 digits, this has ${given.length}: copy it again.`
      : 'Check the id or name; a commit must be pushed, and in a branch or tag that still exists.',
  });
}

function ambiguous(repo: string, given: string, found: readonly Candidate[]): SluiceError {
  const listed = found
    .slice(0, MOST_CANDIDATES)
    .map(({ commit, kind, name }) => (name === null ? commit : `${kind} ${name} at ${commit}`));
  const more = found.length > MOST_CANDIDATES ? ` and ${found.length - MOST_CANDIDATES} more` : '';
  return new SluiceError('conflict', {
    cause: `${given} can be ${found.length} things in ${repo}: ${listed.join(', ')}${more}.`,
    remedy: 'Give the full commit id, or refs/heads/NAME or refs/tags/NAME.',
    rule: 'git.ambiguous',
  });
}
