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

/** Without `standing` it is not known, and `why`. */
type Found = { standing: Standing } | { why: string };

/**
 * How a commit of the code stands to those that are declared: each is asked for by itself. Throws
 * `not_found` for a commit that no branch or tag shows.
 */
export async function standingOf(
  git: GitClient,
  repo: string,
  wanted: string,
  signal?: AbortSignal,
): Promise<(declared: string) => Promise<Found>> {
  const branch = git.defaultBranch(repo);
  const head = await git.head(repo, branch, { signal });
  if (head === undefined) return async () => ({ why: `${repo} has no branch ${branch}` });
  await show(git, repo, head, 'origin', signal);
  await git.resolve(repo, wanted, { signal });
  const onDefaultBranch = wanted === head || (await git.isAncestor(repo, wanted, head, signal));
  return async (declared) => {
    const relation = await relationOf(git, repo, wanted, declared, signal);
    return relation === undefined
      ? { why: `${repo} does not know ${declared.slice(0, 12)}, which is declared now` }
      : { standing: { relation, onDefaultBranch } };
  };
}

/** Undefined where the declared one is not known there. */
async function relationOf(
  git: GitClient,
  repo: string,
  wanted: string,
  declared: string,
  signal: AbortSignal | undefined,
): Promise<Standing['relation'] | undefined> {
  if (wanted === declared) return 'same';
  const known = await git.resolve(repo, declared, { signal }).catch((thrown: unknown) => {
    if (thrown instanceof SluiceError && thrown.code === 'not_found') return undefined;
    throw thrown;
  });
  if (known === undefined) return undefined;
  const parted = await git.mergeBase(repo, wanted, known.commit, signal);
  return parted === wanted ? 'behind' : parted === known.commit ? 'ahead' : 'diverged';
}
