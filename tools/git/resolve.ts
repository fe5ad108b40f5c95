import { SluiceError } from '../../src/kit/errors.ts';
import type { Mirror } from './mirror.ts';
import { isRefName } from './names.ts';
import { GitFailure } from './run.ts';
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
  const isId = FULL_ID.test(given.toLowerCase());
  // What an id means never changes: it is looked up in what we have first.
  const known = isId ? await lookUp(mirror, given, remote, at.signal) : [];
  if (known.length === 0) await mirror.fresh(remote, at.notBefore ?? mirror.now(), at.signal);
  const found = known.length > 0 ? known : await lookUp(mirror, given, remote, at.signal);
  if (found.length === 0) throw await notFound(mirror, given, remote);
  const commits = new Set(found.map(({ commit }) => commit));
  const [first] = found;
  if (commits.size > 1 || first === undefined) throw ambiguous(mirror.repo, given, found);
  return { given, ...first, fetchedAt: await mirror.fetchedAt(remote) };
}

function checkGiven(given: string): void {
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
  const candidates: Candidate[] = [];
  for (const [folder, kind] of [
    ['tags', 'tag'],
    ['heads', 'branch'],
  ] as const) {
    if (only !== undefined && only !== folder) continue;
    const commit = await commitAt(mirror, `refs/sluice/${remote}/${folder}/${plain}`, signal);
    if (commit !== undefined) candidates.push({ commit, kind, name: plain });
  }
  const id = given.toLowerCase();
  if (FULL_ID.test(id)) {
    if (await isShown(mirror, id, signal)) candidates.push({ commit: id, kind: 'full id', name: null });
  } else if (SHORT_ID.test(id)) {
    const listed = await mirror.git(['rev-parse', `--disambiguate=${id}`], { signal });
    for (const object of listed.split('\n').filter((line) => FULL_ID.test(line))) {
      if (await isShown(mirror, object, signal)) {
        candidates.push({ commit: object, kind: 'short id', name: null });
      }
    }
  }
  return candidates;
}

/** The commit behind a full ref name of our mirror. */
export async function commitAt(
  mirror: Mirror,
  ref: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const found = await mirror
    .git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], { signal })
    .catch(ignoreFailure);
  return found === undefined ? undefined : FULL_ID.exec(found.trim())?.[0];
}

function ignoreFailure(thrown: unknown): undefined {
  if (thrown instanceof GitFailure) return undefined;
  throw thrown;
}

/** Whether a branch or tag of any remote holds this commit. */
async function isShown(mirror: Mirror, object: string, signal: AbortSignal | undefined): Promise<boolean> {
  if (!(await mirror.has(object, signal))) return false;
  return (await containing(mirror, object, ['refs/sluice/'], 1, signal)).length > 0;
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
