import { SluiceError, toSluiceError } from '../../src/kit/errors.ts';
import { freeBranchName } from '../git/client.ts';
import type { AppInterfaceClient } from './client.ts';
import { show } from './relations.ts';
import { type Wish, wantedOf } from './wanted.ts';

export type BranchState =
  | { is: 'absent' }
  | { is: 'wanted'; commit: string; base: string; from: Record<string, string>; files: string[] }
  | { is: 'other'; commit: string; why: string };

/**
 * What stands on our branch of the fork, seen from where upstream stands. It is the wanted one when it differs from where it parted
 * from upstream in exactly the refs, so that it stays so when upstream moves on.
 */
export async function branchState(
  client: AppInterfaceClient,
  branch: string,
  wish: Wish,
  upstream: string,
  signal?: AbortSignal,
): Promise<BranchState> {
  const { git, repository: repo } = client;
  const commit = await git.head(repo, branch, { remote: 'fork', signal });
  if (commit === undefined) return { is: 'absent' };
  const other = (why: string): BranchState => ({ is: 'other', commit, why });
  await show(git, repo, commit, 'fork', signal);
  const base = await git.mergeBase(repo, commit, upstream, signal);
  if (base === undefined) return other('it shares no commit with upstream');
  const changed = await git.changedPaths(repo, base, commit, signal);
  if (changed.length === 0) return other('it changes nothing');
  const { file } = client.product(wish.product);
  let wanted: ReturnType<typeof wantedOf>;
  try {
    wanted = wantedOf(client, await client.read(file, base, signal), wish);
  } catch (thrown) {
    const error = toSluiceError(thrown);
    if (error.reached === 'maybe' || ['timeout', 'upstream', 'auth', 'forbidden'].includes(error.code))
      throw thrown;
    return other('it begins where these targets were not there');
  }
  const paths = wanted.files.map(({ path }) => path);
  if (changed.length !== paths.length || changed.some((path) => !paths.includes(path)))
    return other(`it changes ${changed.length} files, and not the ones wanted alone`);
  for (const { path, after } of wanted.files) {
    const now = await client.text(path, commit, signal);
    if (now !== after) return other(`its ${path} is not what is wanted`);
  }
  return { is: 'wanted', commit, base, from: wanted.from, files: paths };
}

/** A branch of other content is nobody's to overwrite: says so, with a name that is free. */
export async function branchTaken(
  client: AppInterfaceClient,
  branch: string,
  state: { commit: string; why: string },
  signal?: AbortSignal,
): Promise<SluiceError> {
  const base = branch.replace(/-v[1-9]\d{0,8}$/, '');
  const branches = await client.git.remoteBranches(client.repository, { remote: 'fork', signal });
  const free = freeBranchName(
    branches.map(({ name }) => name),
    base,
  );
  return new SluiceError('conflict', {
    cause: `Branch ${branch} of the fork stands at ${state.commit.slice(0, 12)} already, and ${state.why}.`,
    remedy: `It was not touched. Use the branch ${free}, which is free.`,
    rule: 'appinterface.branch_taken',
  });
}
