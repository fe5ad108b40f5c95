import { SluiceError } from '../../src/kit/errors.ts';
import type { GitClient, RemoteName } from '../git/client.ts';
import type { Standing } from './saas/promote.ts';

/**
 * Makes sure that our mirror shows a commit which the remote has just named. Having the object is not
 * enough: we may have made it ourselves, and then no branch that we know of holds it.
 */
export async function show(
  git: GitClient,
  repo: string,
  commit: string,
  remote: RemoteName,
  signal?: AbortSignal,
): Promise<void> {
  await git.resolve(repo, commit, { remote, signal });
}

/** The commit at which two parted; undefined where they share none. Both are in our mirror. */
export async function mergeBase(
  git: GitClient,
  repo: string,
  one: string,
  other: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return await git.repository(repo).mirror.mergeBase(one, other, signal);
}

/** Paths that differ between two commits of our mirror; a moved file shows with both. */
export async function changedPaths(
  git: GitClient,
  repo: string,
  base: string,
  head: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', base, head];
  const listed = await git.repository(repo).mirror.git(args, { signal });
  return listed.split('\0').filter((path) => path !== '');
}

/**
 * How a commit of the code stands to the one that is declared. Throws `not_found` for a commit that no
 * branch or tag shows; without `standing` the declared one is not known there.
 */
export async function standingOf(
  git: GitClient,
  repo: string,
  wanted: string,
  declared: string,
  signal?: AbortSignal,
): Promise<{ standing: Standing } | { why: string }> {
  const { mirror } = git.repository(repo);
  const branch = git.defaultBranch(repo);
  const head = await git.head(repo, branch, { signal });
  if (head === undefined) return { why: `${repo} has no branch ${branch}` };
  await show(git, repo, head, 'origin', signal);
  await git.resolve(repo, wanted, { signal });
  const onDefaultBranch = await mirror.isAncestor(wanted, head, signal);
  if (wanted === declared) return { standing: { relation: 'same', onDefaultBranch } };
  const known = await git.resolve(repo, declared, { signal }).catch((thrown: unknown) => {
    if (thrown instanceof SluiceError && thrown.code === 'not_found') return undefined;
    throw thrown;
  });
  if (known === undefined)
    return { why: `${repo} does not know ${declared.slice(0, 12)}, which is declared now` };
  const relation = (await mirror.isAncestor(wanted, declared, signal))
    ? 'behind'
    : (await mirror.isAncestor(declared, wanted, signal))
      ? 'ahead'
      : 'diverged';
  return { standing: { relation, onDefaultBranch } };
}
