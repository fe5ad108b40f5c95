import type { GitHost } from '../git/host.ts';
import { bring, mergedTree } from '../git/merge.ts';
import { changedFiles, mergeBase } from '../git/read.ts';
import type { World } from '../world.ts';
import type { Located } from './gitlab-merge-request.ts';
import { settings } from './gitlab-users.ts';

/** The repository of a project, where system `git` has one under the same path. */
export function hostOf(world: World, path: string): GitHost | undefined {
  return world.git?.repository(path) === undefined ? undefined : world.git;
}

export function pathOfProject(world: World, id: number): string | undefined {
  const found = Object.entries(settings(world)?.projects ?? {}).find(([, project]) => project.id === id);
  return found?.[0];
}

export interface Heads {
  host: GitHost;
  base: string;
  start: string;
  head: string;
  conflicts: boolean;
}

/** Where a merge request stands in its repository; undefined where the project has none. */
export function headsOf(world: World, found: Located): Heads | undefined {
  const host = hostOf(world, found.path);
  const created = found.created;
  if (host === undefined || created === undefined) return undefined;
  const { request, path, iid } = found;
  const ref = `refs/merge-requests/${iid}/head`;
  const source = pathOfProject(world, request.source_project_id);
  const open = found.state === 'opened';
  const tip = source === undefined || !open ? undefined : host.branch(source, request.source_branch);
  if (source !== undefined && tip !== undefined && tip !== host.commitAt(path, ref)) {
    bring(host, { repository: source, branch: request.source_branch }, path, ref);
  }
  const head = host.commitAt(path, ref);
  const start = created.mergedInto ?? host.branch(path, request.target_branch);
  if (head === undefined || start === undefined) return undefined;
  const base = mergeBase(host, path, start, head) ?? start;
  const conflicts = open && mergedTree(host, path, start, head) === undefined;
  return { host, base, start, head, conflicts };
}

export function diffsInRepository({ host, base, head }: Heads, repository: string) {
  return changedFiles(host, repository, base, head).map((file) => ({
    old_path: file.oldPath,
    new_path: file.newPath,
    a_mode: file.oldMode,
    b_mode: file.newMode,
    new_file: file.status === 'A',
    renamed_file: file.status === 'R',
    deleted_file: file.status === 'D',
    diff: file.diff,
  }));
}
