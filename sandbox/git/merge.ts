import type { GitHost } from './host.ts';
import { GitError } from './run.ts';

export interface Merge {
  /** Where it is merged into. */
  repository: string;
  branch: string;
  /** A commit that is in the repository already. */
  head: string;
  message: string;
  /** `Name <address>` */
  author: string;
  at: number;
}

export interface Merged {
  from: string;
  to: string;
}

/** Brings a commit of another repository in, under a ref. */
export function bring(host: GitHost, from: { repository: string; branch: string }, to: string, ref: string) {
  const source = `refs/heads/${from.branch}`;
  host.git(to, ['fetch', '--quiet', '--no-tags', '--', host.folder(from.repository), `+${source}:${ref}`]);
}

/** A merge commit at a given moment; undefined where the two do not go together. */
export function merge(
  host: GitHost,
  { repository, branch, head, message, author, at }: Merge,
): Merged | undefined {
  const from = host.branch(repository, branch);
  const tree = from === undefined ? undefined : mergedTree(host, repository, from, head);
  if (from === undefined || tree === undefined) return undefined;
  const [, name = '', email = ''] = /^(.+) <(.+)>$/.exec(author) ?? [];
  const date = `${Math.floor(at / 1000)} +0000`;
  const who = (role: string) => ({
    [`GIT_${role}_NAME`]: name,
    [`GIT_${role}_EMAIL`]: email,
    [`GIT_${role}_DATE`]: date,
  });
  const to = host
    .git(repository, ['commit-tree', tree, '-p', from, '-p', head], {
      input: `${message.trimEnd()}\n`,
      env: { ...who('AUTHOR'), ...who('COMMITTER') },
    })
    .trim();
  host.git(repository, ['update-ref', `refs/heads/${branch}`, to, from]);
  return { from, to };
}

/** What a merge would hold; undefined where it would conflict. */
export function mergedTree(
  host: GitHost,
  repository: string,
  one: string,
  other: string,
): string | undefined {
  if (host.ask(repository, ['merge-base', '--is-ancestor', one, other]) !== undefined) {
    return host.commitTree(repository, other);
  }
  try {
    return host.git(repository, ['merge-tree', '--write-tree', one, other]).split('\n')[0];
  } catch (error) {
    if (error instanceof GitError && error.status === 1) return undefined;
    throw error;
  }
}
