import type { Effect } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { nearest } from '../../src/kit/suggest.ts';
import { branchEffect, commitEffect, pickEffect } from './branch-effects.ts';
import { changedPathsOf } from './diff.ts';
import { fileAt, filesAt, historyOf } from './files.ts';
import { fits } from './glob.ts';
import { type Merge, mergeFor } from './merge.ts';
import { checkRefName } from './names.ts';
import type { PickWish } from './pick.ts';
import { planCommit } from './planned.ts';
import { type PushWish, pushEffect, type TagWish, tagEffect } from './ref-effects.ts';
import type { Repository } from './repository.ts';
import { resolveRef } from './resolve.ts';
import { runGit } from './run.ts';
import type {
  At,
  Branch,
  CommitChange,
  FetchReport,
  FileAt,
  FileVersion,
  PlannedCommit,
  RemoteName,
  Resolved,
} from './types.ts';

export { freeBranchName } from './branch-version.ts';
export { commitTitle } from './commit-message.ts';
export { isJiraKey } from './jira-keys.ts';
export type * from './types.ts';

const HISTORY_LIMIT = 50;

/**
 * The repositories of the settings, read from mirrors of our own and written by one push each.
 * Nobody's checkout is touched.
 */
export class GitClient {
  readonly #repositories: ReadonlyMap<string, Repository>;
  readonly #limitMs: number;
  #merge: Promise<Merge> | undefined;

  constructor(repositories: readonly Repository[], limitMs: number) {
    this.#repositories = new Map(repositories.map((repository) => [repository.name, repository]));
    this.#limitMs = limitMs;
  }

  /** Names in the settings. */
  repositories(): string[] {
    return [...this.#repositories.keys()];
  }

  /** Throws `not_found` for a repository that the settings do not name. */
  repository(name: string): Repository {
    const found = this.#repositories.get(name);
    if (found !== undefined) return found;
    const known = this.repositories();
    const hint = nearest(name, known);
    throw new SluiceError('not_found', {
      cause: `The settings name no repository ${JSON.stringify(name.slice(0, 80))}.`,
      remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}There are: ${known.join(', ') || 'none'} (modules.git.repositories).`,
    });
  }

  defaultBranch(repo: string): string {
    return this.repository(repo).settings.default_branch;
  }

  /** The address, without credentials; undefined for a fork that is not configured. */
  url(repo: string, remote: 'origin' | 'fork' = 'origin'): string | undefined {
    const { url, fork_url: fork } = this.repository(repo).settings;
    return remote === 'origin' ? url : fork;
  }

  /** The version of the git program; `tool_missing` where there is none. */
  async version(): Promise<string> {
    return (await runGit(['--version'], { limitMs: this.#limitMs })).stdout.toString('utf8').trim();
  }

  /** For the lookups of one call: names as they are from now on, fetched once. */
  at(repo: string, remote: RemoteName, signal: AbortSignal | undefined): At {
    return { remote, signal, notBefore: this.repository(repo).mirror.now() };
  }

  /** Brings our mirror of one remote up to date, now. */
  async refresh(repo: string, at: At = {}): Promise<FetchReport> {
    return await this.repository(repo).mirror.refresh(at.remote ?? 'origin', at.signal);
  }

  /** A full or short id, tag, or branch; `not_found`, or `conflict` with the candidates. */
  async resolve(repo: string, ref: string, at: At = {}): Promise<Resolved> {
    return await resolveRef(this.repository(repo).mirror, ref, at);
  }

  /** Where the branch stands at this moment (asks the remote); undefined when there is none. */
  async head(repo: string, branch: string, at: At = {}): Promise<string | undefined> {
    const ref = `heads/${checkRefName(branch, 'branch')}`;
    return await this.repository(repo).live(at.remote ?? 'origin', ref, at.signal);
  }

  /** The branches of the remote at this moment; `pattern` knows `*`, `**` and `?`. */
  async remoteBranches(repo: string, options: At & { pattern?: string } = {}): Promise<Branch[]> {
    const { remote = 'origin', pattern = '**', signal } = options;
    const { mirror } = this.repository(repo);
    const refs =
      remote === 'local'
        ? await mirror.refs('local', signal)
        : await mirror.remote(remote).refs(['refs/heads/*'], signal);
    return [...refs].flatMap(([ref, commit]) => {
      const name = /^(?:refs\/)?heads\/(.+)$/.exec(ref)?.[1];
      return name === undefined || !fits(pattern, name) ? [] : [{ name, commit }];
    });
  }

  /** Undefined when there is no such file at this ref. */
  async readFile(repo: string, ref: string, path: string, at: At = {}): Promise<FileAt | undefined> {
    const { commit } = await this.resolve(repo, ref, at);
    return await fileAt(this.repository(repo).mirror, commit, path, at.signal);
  }

  /** Paths of files that fit the pattern (`**` any folders, `*` within one name), sorted. */
  async listFiles(
    repo: string,
    ref: string,
    pattern: string,
    at: At = {},
  ): Promise<{ commit: string; files: string[] }> {
    const { commit } = await this.resolve(repo, ref, at);
    return { commit, files: await filesAt(this.repository(repo).mirror, commit, pattern, at.signal) };
  }

  /** What the ref (default branch when absent) showed over time, newest first; one entry a change of the file. */
  async history(
    repo: string,
    path: string,
    options: At & { ref?: string; limit?: number } = {},
  ): Promise<FileVersion[]> {
    const { ref = this.defaultBranch(repo), limit = HISTORY_LIMIT, ...at } = options;
    const { commit } = await this.resolve(repo, ref, at);
    return await historyOf(this.repository(repo).mirror, commit, path, limit, at.signal);
  }

  /** The commit at which two parted (ids in full, that were resolved before); undefined where they share none. */
  async mergeBase(
    repo: string,
    one: string,
    other: string,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    return await this.repository(repo).mirror.mergeBase(one, other, signal);
  }

  /** Whether `newer` holds `older`, or is it; ids in full, that were resolved before. */
  async isAncestor(repo: string, older: string, newer: string, signal?: AbortSignal): Promise<boolean> {
    return await this.repository(repo).mirror.isAncestor(older, newer, signal);
  }

  /** Paths that differ between two commits, ids in full; a moved file shows with both. */
  async changedPaths(repo: string, base: string, head: string, signal?: AbortSignal): Promise<string[]> {
    return await changedPathsOf(this.repository(repo).mirror, base, head, signal);
  }

  /** The commit as it will be, with its line counts; made in our mirror, nothing leaves. */
  async planCommit(change: CommitChange, signal?: AbortSignal): Promise<PlannedCommit> {
    return await planCommit(this.repository(change.repo), change, signal);
  }

  /** The same as an effect: found again by its id or key, sent by one push that overwrites nothing. */
  async commitEffect(change: CommitChange, signal?: AbortSignal): Promise<Effect> {
    return await commitEffect(this.repository(change.repo), change, signal);
  }

  /** A new branch at a commit (40 digits). */
  async branchEffect(
    wish: { repo: string; remote: RemoteName; branch: string; from: string },
    signal?: AbortSignal,
  ): Promise<Effect> {
    return await branchEffect(this.repository(wish.repo), wish, signal);
  }

  async tagEffect(repo: string, wish: TagWish, signal?: AbortSignal): Promise<Effect> {
    return await tagEffect(this.repository(repo), wish, signal);
  }

  async pickEffect(
    repo: string,
    wish: PickWish & { remote: RemoteName; branch: string },
    signal?: AbortSignal,
  ): Promise<Effect> {
    this.#merge ??= this.version().then(mergeFor);
    return await pickEffect(this.repository(repo), wish, await this.#merge, signal);
  }

  async pushEffect(repo: string, wish: PushWish, signal?: AbortSignal): Promise<Effect> {
    return await pushEffect(this.repository(repo), wish, signal);
  }
}
