import { SluiceError } from '../../src/kit/errors.ts';
import { commitDraft, signature } from './build.ts';
import { withKey } from './commit-message.ts';
import { commitOf } from './commits.ts';
import { statOf } from './diff.ts';
import { store } from './drafts.ts';
import { checkRefName } from './names.ts';
import type { Repository } from './repository.ts';
import { FULL_ID } from './sha.ts';
import { treeWith } from './trees.ts';
import type { CommitChange, PlannedCommit } from './types.ts';

/** The commit as it will be; made from its parts alone, it is the same one at every try. */
export async function planCommit(
  repository: Repository,
  change: CommitChange,
  signal?: AbortSignal,
): Promise<PlannedCommit> {
  const { mirror, author } = repository;
  const parent = change.expectedHead;
  if (!FULL_ID.test(parent)) throw notFull(parent);
  checkRefName(change.branch, 'branch');
  const message = withKey(change.message, change.key);
  await repository.bring(change.remote, parent, signal);
  const { tree, drafts } = await treeWith(mirror, parent, change.files, signal);
  const below = await commitOf(mirror, parent, signal);
  const empty = tree === below.tree;
  const moment = Date.parse(change.date ?? below.committed);
  const by = signature(author, moment);
  if (empty) return { commit: parent, parent, tree, empty, files: [], message };
  const made = commitDraft({ tree, parents: [parent], author: by, committer: by, message });
  await store(mirror, [...drafts, made], signal);
  const files = await statOf(mirror, parent, made.id, [], signal);
  return { commit: made.id, parent, tree, empty, files, message };
}

export function notFull(given: string): SluiceError {
  return new SluiceError('invalid_input', {
    cause: `${JSON.stringify(given.slice(0, 80))} is no full commit id.`,
    remedy: 'Give all 40 digits; git_find_commit tells them.',
    rule: 'git.full-id',
  });
}
