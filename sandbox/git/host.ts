import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ScenarioError } from '../scenario/schema.ts';
import type { Git, GitRepository } from '../scenario/schema-git.ts';
import { copyBare, makeBare } from './bare.ts';
import { type CommitFacts, commits, refs } from './read.ts';
import { GitError, type Run, runGit } from './run.ts';
import { makeCommits, type Placed, type PlacedTag } from './seed.ts';

/** A branch that got another commit. */
export interface Moved {
  repository: string;
  branch: string;
  /** null: it was not there. */
  from: string | null;
  to: string;
  at: number;
}

export interface Facts {
  heads: Record<string, string>;
  tags: Record<string, string>;
  /** Of all branches, the oldest first. */
  history: CommitFacts[];
}

/** The repositories of a scenario, as bare ones on disk. */
export class GitHost {
  readonly root: string;
  #repositories: Git['repositories'] = {};
  /** By repository: the ids of its commits by their names. */
  #made = new Map<string, Map<string, string>>();
  /** By repository: what stands there, as long as its refs stand as they did. */
  #facts = new Map<string, { refs: string; facts: Facts }>();

  /** In a folder of its own, which is emptied. */
  constructor(root: string, git: Git, now: number) {
    this.root = root;
    this.remove();
    this.adopt(git, now);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** A changed scenario: commits that were added are made; a repository whose past differs is made anew. */
  adopt({ repositories }: Git, now: number): void {
    const before = this.#repositories;
    this.#repositories = repositories;
    for (const name of Object.keys(before)) {
      if (!this.#continues(before[name], repositories[name])) this.#remove(name);
    }
    const originalsFirst = Object.entries(repositories).sort(
      ([, a], [, b]) => Number(a.fork_of !== undefined) - Number(b.fork_of !== undefined),
    );
    for (const [name, repository] of originalsFirst) {
      if (!this.#made.has(name)) this.#make(name, repository);
      const due = this.#pending(name).filter((commit) => (repository.commits[commit]?.at ?? 0) <= now);
      this.#commit(name, due);
    }
  }

  repository(name: string): GitRepository | undefined {
    return this.#repositories[name];
  }

  folder(name: string): string {
    return join(this.root, `${name}.git`);
  }

  /** The ids of the scenario's commits, by name. */
  ids(name: string): ReadonlyMap<string, string> {
    return this.#made.get(name) ?? new Map();
  }

  git(name: string, args: readonly string[], run?: Run): string {
    return runGit([`--git-dir=${this.folder(name)}`, ...args], run).toString();
  }

  /** The commit that a ref stands for; undefined where there is none. */
  commitAt(name: string, ref: string): string | undefined {
    return this.ask(name, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${ref}^{commit}`,
    ])?.trim();
  }

  commitTree(name: string, commit: string): string {
    return this.git(name, ['rev-parse', `${commit}^{tree}`]).trim();
  }

  branch(name: string, branch: string): string | undefined {
    return this.commitIn(name, `refs/heads/${branch}`);
  }

  /** Of a ref that is no tag: its file is read, since nothing packs refs here and git is slow to start. */
  commitIn(name: string, ref: string): string | undefined {
    if (ref.split('/').some((part) => part === '' || part.startsWith('.'))) return undefined;
    try {
      return readFileSync(join(this.folder(name), ref), 'utf8').trim();
    } catch {
      return undefined;
    }
  }

  facts(name: string): Facts {
    const now = this.git(name, ['for-each-ref', '--format=%(objectname) %(refname)']);
    const known = this.#facts.get(name);
    if (known?.refs === now) return known.facts;
    const byName = (kind: 'heads' | 'tags') =>
      Object.fromEntries(refs(this, name, kind).map((ref) => [ref.name, ref.commit]));
    const history =
      now === '' ? [] : commits(this, name, 'HEAD', ['--branches', '--topo-order', '--reverse']);
    const facts = { heads: byName('heads'), tags: byName('tags'), history };
    this.#facts.set(name, { refs: now, facts });
    return facts;
  }

  /** As `git`; undefined where git says that there is no such thing. */
  ask(name: string, args: readonly string[]): string | undefined {
    if (!existsSync(this.folder(name))) return undefined;
    try {
      return this.git(name, args);
    } catch (error) {
      if (error instanceof GitError) return undefined;
      throw error;
    }
  }

  /** The next of the commits that lay ahead and whose time has come. */
  next(now: number): { at: number; run: () => Moved } | undefined {
    let first: { name: string; commit: string; at: number } | undefined;
    for (const name of this.#made.keys()) {
      for (const commit of this.#pending(name)) {
        const at = this.#repositories[name]?.commits[commit]?.at ?? 0;
        if (at <= now && at < (first?.at ?? Infinity)) first = { name, commit, at };
      }
    }
    if (first === undefined) return undefined;
    const { name, commit, at } = first;
    return { at, run: () => this.#land(name, commit, at) };
  }

  #land(name: string, commit: string, at: number): Moved {
    const branch = this.#branchOf(name, commit);
    const from = this.branch(name, branch) ?? null;
    const [to = ''] = this.#commit(name, [commit]);
    return { repository: name, branch, from, to, at };
  }

  #make(name: string, { fork_of: origin, default_branch: branch }: GitRepository): void {
    this.#made.set(name, new Map(origin === undefined ? [] : this.ids(origin)));
    if (origin === undefined) {
      makeBare(this.folder(name), branch);
      return;
    }
    if (!this.#made.has(origin) || this.#repositories[origin]?.fork_of !== undefined) {
      throw new ScenarioError(`git: ${name} is a fork of ${origin}, which is no repository to be forked`);
    }
    copyBare(this.folder(origin), this.folder(name));
  }

  #remove(name: string): void {
    this.#made.delete(name);
    rmSync(this.folder(name), { recursive: true, force: true });
  }

  #continues(before: GitRepository | undefined, now: GitRepository | undefined): boolean {
    if (now === undefined || before?.fork_of !== now.fork_of) return false;
    return Object.entries(before?.commits ?? {}).every(([name, commit]) =>
      isDeepStrictEqual(commit, now.commits[name]),
    );
  }

  #pending(name: string): string[] {
    const made = this.#made.get(name);
    return Object.keys(this.#repositories[name]?.commits ?? {}).filter(
      (commit) => made?.has(commit) !== true,
    );
  }

  #branchOf(name: string, commit: string): string {
    const repository = this.#repositories[name];
    return repository?.commits[commit]?.branch ?? repository?.default_branch ?? 'main';
  }

  #commit(name: string, commits: readonly string[]): string[] {
    const made = this.#made.get(name) ?? new Map<string, string>();
    const marks = new Map<string, string>();
    const tips = new Map<string, string>();
    const placed = commits.map((own, index): Placed => {
      const commit = this.#repositories[name]?.commits[own];
      if (commit === undefined) throw new ScenarioError(`git: ${name} has no commit ${own}`);
      const known = (other: string) => {
        const id = marks.get(other) ?? made.get(other);
        if (id === undefined) throw new ScenarioError(`git: ${own} of ${name} comes before ${other}`);
        return id;
      };
      const branch = this.#branchOf(name, own);
      const first =
        commit.parent === undefined ? (tips.get(branch) ?? this.branch(name, branch)) : known(commit.parent);
      marks.set(own, `:${index + 1}`);
      tips.set(branch, `:${index + 1}`);
      return {
        commit,
        branch,
        parents: [...(first === undefined ? [] : [first]), ...commit.merges.map(known)],
      };
    });
    const ids = makeCommits(this.folder(name), placed, this.#tagsOf(name, commits, made));
    for (const [index, own] of commits.entries()) {
      const id = ids[index] ?? '';
      const stated = this.#repositories[name]?.commits[own]?.id;
      if (stated !== undefined && stated !== id) {
        throw new ScenarioError(`git: ${own} of ${name} is ${id}, and the scenario says ${stated}`);
      }
      made.set(own, id);
    }
    return ids;
  }

  /** Those that are not there, and whose commits are, or are made now; by the author of the commit, at its date. */
  #tagsOf(name: string, commits: readonly string[], made: ReadonlyMap<string, string>): PlacedTag[] {
    const repository = this.#repositories[name];
    return Object.entries(repository?.tags ?? {}).flatMap(([tag, { commit, message }]) => {
      const place = commits.indexOf(commit);
      const on = place < 0 ? made.get(commit) : `:${place + 1}`;
      const of = repository?.commits[commit];
      if (on === undefined || of === undefined || this.commitIn(name, `refs/tags/${tag}`) !== undefined)
        return [];
      return [{ tag, on, message, of }];
    });
  }
}
