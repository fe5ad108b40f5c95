import type { GitHost } from '../git/host.ts';
import { bring, mergedTree } from '../git/merge.ts';
import { allFiles, changedFiles, commits, type FileChange, mergeBase, resolve } from '../git/read.ts';
import type { MergeRequest, Project } from '../scenario/schema-gitlab.ts';
import type { World } from '../world.ts';

/** The repository of a project, where system `git` has one under the same path. */
function hostOf(world: World, path: string): GitHost | undefined {
  return world.git?.repository(path) === undefined ? undefined : world.git;
}

function pathOf(world: World, id: number): string | undefined {
  const found = Object.entries(world.scenario.gitlab?.projects ?? {}).find(
    ([, project]) => project.id === id,
  );
  return found?.[0];
}

export interface Opened {
  path: string;
  iid: number;
  request: MergeRequest;
  state: string;
}

export interface Heads {
  host: GitHost;
  /** Where the two parted. */
  base: string;
  /** The target branch: as it is, or as it was when this was merged. */
  start: string;
  head: string;
}

/** Where a merge request stands in the repository of its project; undefined where that has none. */
export function headsOf(world: World, { path, iid, request, state }: Opened): Heads | undefined {
  const host = hostOf(world, path);
  if (host === undefined) return undefined;
  const ref = `refs/merge-requests/${iid}/head`;
  const source = pathOf(world, request.source_project_id);
  // What is pushed after the end belongs to it no more.
  const tip =
    source === undefined || state !== 'opened' ? undefined : host.branch(source, request.source_branch);
  if (source !== undefined && tip !== undefined && tip !== host.commitIn(path, ref)) {
    bring(host, { repository: source, branch: request.source_branch }, path, ref);
    request.sha = tip;
  }
  const head = host.commitIn(path, ref);
  const start = mergeOf(world, path, iid)?.into ?? host.branch(path, request.target_branch);
  if (head === undefined || start === undefined) return undefined;
  return { host, base: mergeBase(host, path, start, head) ?? start, start, head };
}

function mergeOf(world: World, path: string, iid: number) {
  return world.store.followed.find((one) => one.project === path && one.iid === iid)?.merged;
}

/** What its document says of the repository. */
export function headFields(world: World, found: Opened) {
  const heads = headsOf(world, found);
  if (heads === undefined) return {};
  const { host, base, start, head } = heads;
  const conflicts = found.state === 'opened' && mergedTree(host, found.path, start, head) === undefined;
  return {
    sha: head,
    diff_refs: { base_sha: base, start_sha: start, head_sha: head },
    merge_commit_sha: mergeOf(world, found.path, found.iid)?.as ?? null,
    changes_count: String(changedFiles(host, found.path, base, head).length),
    ...(conflicts
      ? { has_conflicts: true, merge_status: 'cannot_be_merged', detailed_merge_status: 'conflict' }
      : {}),
  };
}

/** What a merge request changes; undefined where its project has no repository. */
export function headDiffs(world: World, found: Opened) {
  const heads = headsOf(world, found);
  if (heads === undefined) return undefined;
  return changedFiles(heads.host, found.path, heads.base, heads.head).map(diffOf);
}

function diffOf(file: FileChange) {
  return {
    old_path: file.oldPath,
    new_path: file.newPath,
    a_mode: file.oldMode,
    b_mode: file.newMode,
    new_file: file.status === 'A',
    renamed_file: file.status === 'R',
    deleted_file: file.status === 'D',
    diff: file.diff,
  };
}

/** A project as its repository has it now: branches, tags and history are those that a clone shows. */
export function withRepository(world: World, path: string, project: Project): Project {
  const host = hostOf(world, path);
  const repository = host?.repository(path);
  if (host === undefined || repository === undefined) return project;
  const { heads, tags, history } = host.facts(path);
  return {
    ...project,
    default_branch: repository.default_branch,
    protected_branches: repository.protected,
    heads,
    tags,
    commits: history.map(({ id, title, author, at }) => ({
      id,
      title,
      author: author.name,
      created: Date.parse(at),
    })),
    ...(repository.fork_of === undefined ? {} : { forked_from: repository.fork_of }),
  };
}

/** Every file at a ref; undefined where the project has no repository. */
export function repositoryFiles(
  world: World,
  idOrPath: string,
  ref: string,
): Map<string, string> | undefined {
  const path = /^\d+$/.test(idOrPath) ? pathOf(world, Number(idOrPath)) : idOrPath;
  const host = path === undefined ? undefined : hostOf(world, path);
  if (path === undefined || host === undefined) return undefined;
  const commit = resolve(host, path, ref);
  return commit === undefined ? new Map() : allFiles(host, path, commit);
}

/** What `to` has that `from` has not; undefined where the project has no repository. */
export function repositoryRange(world: World, path: string, from: string, to: string) {
  const host = hostOf(world, path);
  if (host === undefined) return undefined;
  const base = mergeBase(host, path, from, to) ?? from;
  return {
    ids: commits(host, path, `${from}..${to}`, ['--reverse']).map(({ id }) => id),
    diffs: changedFiles(host, path, base, to).map(diffOf),
  };
}
