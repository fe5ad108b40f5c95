import { absent, type Effect, type Found, present, unknown } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { keyOf } from './commit-message.ts';
import { logOf } from './commits.ts';
import { fileAt } from './files.ts';
import type { Merge } from './merge.ts';
import { checkRefName } from './names.ts';
import { type PickPlan, type PickWish, planPick } from './pick.ts';
import { notFull, planCommit } from './planned.ts';
import type { Repository } from './repository.ts';
import { FULL_ID, shortId } from './sha.ts';
import type { CommitChange, PlannedCommit, Published, RemoteName } from './types.ts';

const MOST_SEARCHED = 500;

export function placeOf(repository: Repository, remote: RemoteName, branch: string): string {
  const owner = remote === 'local' ? 'our mirror of ' : remote === 'fork' ? 'the fork of ' : '';
  return `branch ${branch} of ${owner}${repository.name}`;
}

function keyFor(repository: Repository, remote: RemoteName, branch: string, what: string): string {
  return `git:${repository.name}:${remote}:heads/${branch}:${what}`;
}

/** A branch that is not there yet, at a commit. */
export async function branchEffect(
  repository: Repository,
  wish: { remote: RemoteName; branch: string; from: string },
  signal?: AbortSignal,
): Promise<Effect> {
  const { remote, branch, from } = wish;
  const ref = `heads/${checkRefName(branch, 'branch')}`;
  if (!FULL_ID.test(from)) throw notFull(from);
  repository.assertWritable(remote, branch);
  await repository.bring(remote, from, signal);
  const stands = await repository.live(remote, ref, signal);
  if (stands !== undefined && stands !== from) throw taken(repository, remote, branch, stands);
  return {
    key: keyFor(repository, remote, branch, from),
    preview: {
      system: 'git',
      action: 'create branch',
      target: placeOf(repository, remote, branch),
      after: { branch, commit: from },
    },
    find: async () => {
      const now = await repository.live(remote, ref);
      if (now === undefined) return absent;
      if (now !== from) return unknown(`${placeOf(repository, remote, branch)} stands at ${now}`);
      return present({ remote, ref: branch, commit: from } satisfies Published);
    },
    send: async (permit) => {
      await repository.publish(remote, ref, from, null, permit);
      return { remote, ref: branch, commit: from } satisfies Published;
    },
  };
}

type Standing = { is: 'there'; commit: string; how: string } | { is: 'absent' } | { is: 'moved'; at: string };

/** One commit on a branch, by the way also the branch itself. */
export async function commitEffect(
  repository: Repository,
  change: CommitChange,
  signal?: AbortSignal,
): Promise<Effect> {
  const { remote, branch, expectedHead } = change;
  const ref = `heads/${checkRefName(branch, 'branch')}`;
  repository.assertWritable(remote, branch);
  const planned = await planCommit(repository, change, signal);
  const stands = await standingOf(repository, change, planned, signal);
  if (stands.is === 'moved') throw moved(repository, change, stands.at);
  return {
    key: keyFor(repository, remote, branch, planned.empty ? `${planned.tree}:unchanged` : planned.commit),
    preview: {
      system: 'git',
      action: change.createBranch === true ? 'commit to a new branch' : 'commit',
      target: placeOf(repository, remote, branch),
      before: { commit: expectedHead },
      after: { commit: planned.commit, message: planned.message, files: planned.files },
    },
    find: async () => {
      const now = await standingOf(repository, change, planned);
      if (now.is === 'absent') return absent;
      if (now.is === 'moved') return unknown(`${placeOf(repository, remote, branch)} stands at ${now.at}`);
      return present({ remote, ref: branch, commit: now.commit, how: now.how } satisfies Published);
    },
    send: async (permit) => {
      const expected = change.createBranch === true ? null : expectedHead;
      await repository.publish(remote, ref, planned.commit, expected, permit);
      return { remote, ref: branch, commit: planned.commit } satisfies Published;
    },
  };
}

async function standingOf(
  repository: Repository,
  change: CommitChange,
  planned: PlannedCommit,
  signal?: AbortSignal,
): Promise<Standing> {
  const { remote, branch, expectedHead, createBranch, key } = change;
  const { mirror } = repository;
  if (planned.empty) return { is: 'there', commit: planned.parent, how: 'the files hold this already' };
  const head = await repository.live(remote, `heads/${branch}`, signal);
  if (head === planned.commit) return { is: 'there', commit: head, how: 'the branch stands at it' };
  if (head === undefined) return createBranch === true ? { is: 'absent' } : { is: 'moved', at: '' };
  if (createBranch !== true && head === expectedHead) return { is: 'absent' };
  await repository.bring(remote, head, signal);
  if (await mirror.isAncestor(planned.commit, head, signal)) {
    return { is: 'there', commit: planned.commit, how: 'the branch holds it and has moved on' };
  }
  if (key === undefined) return { is: 'moved', at: head };
  const since = [`--max-count=${MOST_SEARCHED}`, head, `^${expectedHead}`];
  const commits = await logOf(mirror, since, [], { signal });
  const same = commits.find(({ body }) => keyOf(body) === key);
  if (same === undefined) return { is: 'moved', at: head };
  for (const { path, content } of change.files) {
    const file = await fileAt(mirror, same.commit, path, signal);
    if ((file?.text ?? undefined) !== content) throw otherUse(repository, key, same.commit, path);
  }
  return { is: 'there', commit: same.commit, how: 'a commit with this key holds it' };
}

/** The change of a commit, once more on a branch. */
export async function pickEffect(
  repository: Repository,
  wish: PickWish & { remote: RemoteName; branch: string },
  merge: Merge,
  signal?: AbortSignal,
): Promise<Effect> {
  const { remote, branch, commit } = wish;
  const ref = `heads/${checkRefName(branch, 'branch')}`;
  if (!FULL_ID.test(commit)) throw notFull(commit);
  repository.assertWritable(remote, branch);
  await repository.bring(remote, commit, signal);
  const plan = async (before?: PickPlan, stop?: AbortSignal) => {
    const head = await repository.live(remote, ref, stop);
    if (head === undefined) throw noBranch(repository, remote, branch);
    // On the same head the same commit comes out.
    if (head === before?.head) return before;
    await repository.bring(remote, head, stop);
    return await planPick(repository, wish, head, merge, stop);
  };
  const planned = await plan(undefined, signal);
  return {
    key: keyFor(repository, remote, branch, `pick:${commit}`),
    preview: {
      system: 'git',
      action: 'cherry-pick',
      target: placeOf(repository, remote, branch),
      ...(planned.contained ? {} : { before: { commit: planned.head } }),
      after: { picks: commit, subject: planned.subject, commit: planned.commit },
    },
    find: async (): Promise<Found> => {
      const now = await plan(planned);
      if (!now.contained) return absent;
      return present({ remote, ref: branch, commit: now.commit, how: now.how } satisfies Published);
    },
    send: async (permit) => {
      if (planned.contained) throw new Error(`${commit} is on ${branch} already`);
      await repository.publish(remote, ref, planned.commit, planned.head, permit);
      return { remote, ref: branch, commit: planned.commit } satisfies Published;
    },
  };
}

function taken(repository: Repository, remote: RemoteName, branch: string, stands: string): SluiceError {
  return new SluiceError('conflict', {
    cause: `${placeOf(repository, remote, branch)} is there already, at ${stands}; nothing was changed.`,
    remedy: 'Use another name: git_list_branches tells a free one (free_name_for).',
    rule: 'git.branch-exists',
  });
}

function moved(repository: Repository, change: CommitChange, at: string): SluiceError {
  const place = placeOf(repository, change.remote, change.branch);
  if (at === '') return noBranch(repository, change.remote, change.branch);
  if (change.createBranch === true) return taken(repository, change.remote, change.branch, at);
  return new SluiceError('stale', {
    cause: `${place} stands at ${at}, not at ${change.expectedHead}; nothing was changed.`,
    remedy: 'Look what came in between (git_compare), and commit again with the new expected_head.',
    rule: 'git.expected-head',
  });
}

function noBranch(repository: Repository, remote: RemoteName, branch: string): SluiceError {
  return new SluiceError('not_found', {
    cause: `There is no ${placeOf(repository, remote, branch)}.`,
    remedy: 'Check the name (git_list_branches), or make it first (git_create_branch).',
  });
}

function otherUse(repository: Repository, key: string, commit: string, path: string): SluiceError {
  return new SluiceError('conflict', {
    cause: `The key ${key} stands in commit ${shortId(commit)} of ${repository.name}, which holds another ${path}.`,
    remedy: 'Use another key for another change.',
    rule: 'git.key-used',
  });
}
