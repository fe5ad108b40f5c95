import { absent, type Effect, present, unknown } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { placeOf } from './branch-effects.ts';
import { signature, tagDraft } from './build.ts';
import { withKey } from './commit-message.ts';
import { commitOf } from './commits.ts';
import { store } from './drafts.ts';
import { checkRefName } from './names.ts';
import { notFull } from './planned.ts';
import type { Repository } from './repository.ts';
import { FULL_ID } from './sha.ts';
import type { Published, RemoteName } from './types.ts';

export interface TagWish {
  remote: RemoteName;
  tag: string;
  commit: string;
  message: string;
  date?: string | undefined;
}

/** An annotated tag. One of this name at the same commit is as good, whoever made it. */
export async function tagEffect(
  repository: Repository,
  { remote, tag, commit, message, date }: TagWish,
  signal?: AbortSignal,
): Promise<Effect> {
  const { mirror, author, name } = repository;
  const ref = `tags/${checkRefName(tag, 'tag')}`;
  if (!FULL_ID.test(commit)) throw notFull(commit);
  await repository.bring(remote, commit, signal);
  const stands = (await repository.liveRef(remote, ref, signal))?.commit;
  if (stands !== undefined && stands !== commit) throw tagTaken(repository, tag, stands, commit);
  const moment = Date.parse(date ?? (await commitOf(mirror, commit, signal)).committed);
  const parts = {
    name: tag,
    commit,
    tagger: signature(author, moment),
    message: withKey(message, undefined),
  };
  const made = tagDraft(parts);
  await store(mirror, [made], signal);
  const published: Published = { remote, ref: tag, commit };
  return {
    key: `git:${name}:${remote}:${ref}:${commit}`,
    preview: {
      system: 'git',
      action: 'create tag',
      target: `tag ${tag} of ${remote === 'local' ? 'our mirror of ' : remote === 'fork' ? 'the fork of ' : ''}${name}`,
      after: { tag, commit, message: parts.message },
    },
    find: async () => {
      const now = (await repository.liveRef(remote, ref))?.commit;
      if (now === undefined) return absent;
      return now === commit ? present(published) : unknown(`tag ${tag} of ${name} stands at ${now}`);
    },
    send: async (permit) => {
      await repository.publish(remote, ref, made.id, remote === 'local' ? null : undefined, permit);
      return published;
    },
  };
}

export interface PushWish {
  remote: 'origin' | 'fork';
  kind: 'heads' | 'tags';
  /** Its name in our mirror. */
  name: string;
  /** Its name at the remote. */
  as: string;
  /** Branches of the fork: what may be overwritten there. */
  expected?: string | undefined;
}

/** What was made in our mirror alone, published: one branch, or exactly one tag. */
export async function pushEffect(
  repository: Repository,
  wish: PushWish,
  signal?: AbortSignal,
): Promise<Effect> {
  const { remote, kind, name, as, expected } = wish;
  const { mirror } = repository;
  const ref = `${kind}/${checkRefName(as, kind === 'tags' ? 'tag' : 'branch')}`;
  checkExpected(wish);
  if (kind === 'heads') repository.assertWritable(remote, as);
  const made = await repository.liveRef('local', `${kind}/${checkRefName(name, 'branch')}`, signal);
  if (made === undefined) throw notLocal(repository, name);
  const { object, commit } = made;
  const published: Published = { remote, ref: as, commit };
  const target =
    kind === 'heads' ? placeOf(repository, remote, as) : `tag ${as} of ${repository.name} (${remote})`;
  const standing = async (stop?: AbortSignal) => {
    const found = await repository.liveRef(remote, ref, stop);
    if (found === undefined) return { now: undefined, there: false };
    const now = found.object;
    if (now === object || kind === 'tags') return { now, there: found.commit === commit };
    await repository.bring(remote, now, stop);
    return { now, there: await mirror.isAncestor(object, now, stop) };
  };
  const { now, there } = await standing(signal);
  if (!there && now !== undefined) {
    const fits =
      kind === 'heads' &&
      (expected === undefined ? await mirror.isAncestor(now, object, signal) : now === expected);
    if (!fits) throw elsewhere(target, now, expected);
  }
  return {
    key: `git:${repository.name}:${remote}:${ref}:${object}`,
    preview: {
      system: 'git',
      action: kind === 'heads' ? 'push branch' : 'push tag',
      target,
      ...(now === undefined ? {} : { before: { commit: now } }),
      after: { commit, ...(expected === undefined ? {} : { overwrites: expected }) },
    },
    find: async () => {
      const found = await standing();
      if (found.there)
        return present({ ...published, ...(found.now === object ? {} : { how: 'it holds it' }) });
      return absent;
    },
    send: async (permit) => {
      // Where it stood when this was planned is where it has to stand still.
      await repository.publish(remote, ref, object, kind === 'heads' ? (now ?? null) : undefined, permit);
      return published;
    },
  };
}

function checkExpected({ remote, kind, expected }: PushWish): void {
  if (expected === undefined) return;
  if (!FULL_ID.test(expected)) throw notFull(expected);
  if (remote === 'fork' && kind === 'heads') return;
  throw new SluiceError('forbidden', {
    cause: 'Only branches of a fork may be overwritten.',
    remedy: 'Leave expected away: a push that continues the branch needs none.',
    rule: 'git.overwrite',
  });
}

function tagTaken(repository: Repository, tag: string, stands: string, commit: string): SluiceError {
  return new SluiceError('conflict', {
    cause: `Tag ${tag} of ${repository.name} is there already, at ${stands} and not at ${commit}; nothing was changed.`,
    remedy: 'Tags are never moved: use another name, or find out who made this one (git_list_tags).',
    rule: 'git.tag-exists',
  });
}

function notLocal(repository: Repository, name: string): SluiceError {
  return new SluiceError('precondition', {
    cause: `Our mirror of ${repository.name} on this machine holds no ${name} of our own.`,
    remedy: 'Make it with remote: local first; what is made so is known to this machine alone.',
  });
}

function elsewhere(target: string, now: string, expected: string | undefined): SluiceError {
  return new SluiceError(expected === undefined ? 'conflict' : 'stale', {
    cause: `${target} stands at ${now}, ${expected === undefined ? 'which what is to be pushed does not continue' : `not at ${expected}`}; nothing was changed.`,
    remedy:
      'Look what it holds (git_compare), and make the change again on top of it under a new local name.',
  });
}
