import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Permit } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import { inertText } from '../../../src/kit/outgoing.ts';
import type { GitCache, GitPlace } from './git-cache.ts';
import { GitFailure } from './git-run.ts';
import { changedMeanwhile, checkPath, fill, type Source, type SourceChange } from './source.ts';

/** What git itself takes for a branch, less everything that could be read as an option or a range. */
export const BRANCH = /^(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)|\/\.|\.$|\/$))[A-Za-z0-9_][A-Za-z0-9._/%-]*$/;
/** A URL, `user@host:path` or a folder; never something that begins like an option. */
export const REMOTE = /^(?!-)[^\s\p{Cc}]+$/u;

/** A branch of any git repository, through the git binary. */
export function gitSource(cache: GitCache, url: string, branchTemplate: string): Source {
  const placeOf = (yStream: string): GitPlace => ({ url, branch: fill(branchTemplate, yStream) });
  return {
    read: async (path, yStream, freshness) => {
      const place = placeOf(yStream);
      const folder = await cache.folder(place, freshness === 'now');
      const blob = await blobAt(cache, folder, `refs/heads/${place.branch}`, checkPath(path));
      if (blob === undefined) return undefined;
      return { text: await cache.run(folder, ['cat-file', 'blob', blob]), version: blob };
    },
    readAsOf: async (path, yStream, moment) => {
      const place = { ...placeOf(yStream), whole: true } as const;
      const folder = await cache.folder(place);
      // What the branch showed: a merged commit counts from its merge, whenever it was written.
      const walk = ['rev-list', '-1', '--first-parent', `--until=${new Date(moment).toISOString()}`];
      const commit = (await cache.run(folder, [...walk, `refs/heads/${place.branch}`])).trim();
      if (commit === '') return undefined;
      const blob = await blobAt(cache, folder, commit, checkPath(path));
      if (blob === undefined) return undefined;
      return { text: await cache.run(folder, ['cat-file', 'blob', blob]), version: blob };
    },
    list: async (path, yStream) => {
      const place = placeOf(yStream);
      const folder = await cache.folder(place);
      const tree = `${checkPath(path)}/`;
      const shape = ['ls-tree', '-z', '--full-tree', '--name-only', `refs/heads/${place.branch}`];
      const listed = await cache.run(folder, [...shape, '--', tree]);
      const names = listed.split('\0').filter((name) => name !== '');
      // git keeps no empty folders: nothing below it means that it is not there.
      return names.length === 0 ? undefined : names.map((name) => name.slice(tree.length));
    },
    write: (change, permit) => commit(cache, placeOf(change.yStream), change, permit),
    locate: (path, yStream) => `${url}@${fill(branchTemplate, yStream)}:${path}`,
    url: () => null,
  };
}

async function blobAt(
  cache: GitCache,
  folder: string,
  tree: string,
  path: string,
): Promise<string | undefined> {
  const listed = await cache.run(folder, ['ls-tree', '-z', '--full-tree', tree, '--', path]);
  return /^100\d{3} blob ([0-9a-f]{40,64})\t/.exec(listed)?.[1];
}

/** One commit on top of the branch, made in an index of its own: there is no work tree to disturb. */
async function commit(
  cache: GitCache,
  place: GitPlace,
  change: SourceChange,
  permit: Permit,
): Promise<{ version: string }> {
  const path = checkPath(change.path);
  const where = `${place.url}@${place.branch}:${path}`;
  const folder = await cache.folder(place, true);
  if ((await blobAt(cache, folder, `refs/heads/${place.branch}`, path)) !== change.version)
    throw changedMeanwhile(where);

  const draft = await mkdtemp(join(tmpdir(), 'sluice-index-'));
  try {
    const env = { GIT_INDEX_FILE: join(draft, 'index') };
    const run = async (args: string[], input?: string) =>
      (await cache.run(folder, args, { env, ...(input === undefined ? {} : { input }) })).trim();
    const head = await run(['rev-parse', '--verify', `refs/heads/${place.branch}`]);
    const version = await run(['hash-object', '-w', '--stdin'], change.text);
    await run(['read-tree', head]);
    await run(['update-index', '--add', '--cacheinfo', `100644,${version},${path}`]);
    const tree = await run(['write-tree', '--missing-ok']);
    const made = await run(['commit-tree', tree, '-p', head, '-F', '-'], inertText(change.message));
    permit.check();
    await push(cache, folder, place, made, where, permit);
    cache.forget(place);
    return { version };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** What git says, here or there, when the branch is not where this commit stands. */
const LOST_RACE =
  /\[rejected\]|non-fast-forward|fetch first|cannot lock ref|failed to update ref|incorrect old value|stale info/;

async function push(
  cache: GitCache,
  folder: string,
  place: GitPlace,
  made: string,
  where: string,
  permit: Permit,
): Promise<void> {
  try {
    await cache.run(folder, ['push', '--quiet', 'origin', `${made}:refs/heads/${place.branch}`], {
      signal: permit.signal,
    });
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    if (LOST_RACE.test(error.said)) throw changedMeanwhile(where);
    throw new SluiceError('upstream', {
      cause: `git: ${where} was not taken by the remote: ${error.said.split('\n')[0] ?? ''}.`,
      remedy: 'Check that this account may push to the branch.',
      reached: 'maybe',
    });
  }
}
