import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, isoTime } from '../../src/kit/clock.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { objectsAt } from './objects.ts';
import type { Remote } from './remote.ts';
import { GitFailure, type GitOutput, type GitRun, runGit } from './run.ts';
import type { FetchReport, RefChange, RemoteName } from './types.ts';

const FETCHES_BETWEEN_TIDYING = 50;
const LOCK_TRIES = 6;
/** A lock is held for moments: one this old belongs to a process that was killed. */
const STALE_LOCK_MS = 10 * 60_000;

export interface MirrorOptions {
  repo: string;
  /** Folder of all mirrors. */
  cache: string;
  remotes: { origin: Remote; fork?: Remote };
  clock: Clock;
  callLimitMs: number;
  fetchLimitMs: number;
}

export type LocalRun = Partial<GitRun>;

/**
 * A bare repository of our own with what the remotes have, under refs/sluice/REMOTE/. Nobody's
 * checkout is touched, and no name in it is ever looked up by git's own rules.
 */
export class Mirror {
  readonly repo: string;
  readonly folder: string;
  readonly callLimitMs: number;
  readonly #options: MirrorOptions;
  readonly #fetched = new Map<RemoteName, number>();
  #shown = { state: '', commits: new Set<string>() };
  #fetches = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #made: Promise<void> | undefined;

  constructor(options: MirrorOptions) {
    this.repo = options.repo;
    this.callLimitMs = options.callLimitMs;
    this.#options = options;
    const { origin, fork } = options.remotes;
    const hash = createHash('sha256')
      .update(`${origin.url}\n${fork?.url ?? ''}`)
      .digest('hex');
    this.folder = join(options.cache, `${options.repo}-${hash.slice(0, 12)}.git`);
  }

  remote(name: RemoteName): Remote {
    const remote = name === 'local' ? undefined : this.#options.remotes[name];
    if (remote !== undefined) return remote;
    throw new SluiceError('precondition', {
      cause: `Repository ${this.repo} has no ${name === 'fork' ? 'fork in the settings' : 'address of its own there'}.`,
      remedy: `Set modules.git.repositories.${this.repo}.fork_url, or use remote: origin.`,
    });
  }

  /** The text that git answers, in this mirror, without any network. */
  async git(args: readonly string[], run: LocalRun = {}): Promise<string> {
    return (await this.raw(args, run)).stdout.toString('utf8');
  }

  async raw(args: readonly string[], run: LocalRun = {}): Promise<GitOutput> {
    await this.#make();
    return await runGit([`--git-dir=${this.folder}`, ...args], {
      limitMs: this.#options.callLimitMs,
      ...run,
    });
  }

  /** Whether git ended with 0; it says "no" with 1, and all else is an error. */
  async asks(args: readonly string[], run: LocalRun = {}): Promise<boolean> {
    try {
      await this.raw(args, run);
      return true;
    } catch (thrown) {
      if (thrown instanceof GitFailure && thrown.exit === 1) return false;
      throw thrown;
    }
  }

  /** Names and objects below refs/sluice/REMOTE/, without that beginning. */
  async refs(remote: RemoteName, signal?: AbortSignal): Promise<Map<string, string>> {
    const prefix = `refs/sluice/${remote}/`;
    const listed = await this.git(['for-each-ref', '--format=%(objectname) %(refname)', prefix], { signal });
    const pairs = listed.split('\n').flatMap((line) => {
      const [object = '', name = ''] = line.split(' ');
      return name.startsWith(prefix) ? [[name.slice(prefix.length), object] as const] : [];
    });
    return new Map(pairs);
  }

  async has(commit: string, signal?: AbortSignal): Promise<boolean> {
    const [found] = await objectsAt(this, [`${commit}^{commit}`], signal);
    return found !== undefined;
  }

  /** What is known to be in a branch or tag: remembered until somebody fetches into this mirror. */
  async shown(): Promise<Set<string>> {
    const stamps = (['origin', 'fork'] as const).map(async (remote) => {
      const held = await stat(this.#stamp(remote), { bigint: true }).catch(() => undefined);
      return String(held?.mtimeNs);
    });
    const state = (await Promise.all(stamps)).join(' ');
    if (state !== this.#shown.state) this.#shown = { state, commits: new Set() };
    return this.#shown.commits;
  }

  /** When this remote was fetched last, by any process of this user. */
  async fetchedAt(remote: RemoteName): Promise<string> {
    if (remote === 'local') return isoTime(this.now());
    return await readFile(this.#stamp(remote), 'utf8').catch(() => 'never');
  }

  now(): number {
    return this.#options.clock.wall();
  }

  /** Fetches unless that was done since this moment. */
  async fresh(remote: RemoteName, notBefore: number, signal?: AbortSignal): Promise<void> {
    if (remote !== 'local') await this.#inTurn(() => this.#fetch(remote, signal, notBefore));
  }

  /** Brings our copy of the remote up to date, now. */
  async refresh(remote: RemoteName, signal?: AbortSignal): Promise<FetchReport> {
    if (remote === 'local') return { remote, fetchedAt: await this.fetchedAt(remote), changes: [] };
    await this.#make();
    const before = await this.refs(remote, signal);
    const asked = this.now();
    await this.#inTurn(() => this.#fetch(remote, signal, asked));
    const after = await this.refs(remote, signal);
    return {
      remote,
      fetchedAt: await this.fetchedAt(remote),
      changes: await this.#changes(before, after, signal),
    };
  }

  async isAncestor(older: string, newer: string, signal?: AbortSignal): Promise<boolean> {
    return await this.asks(['merge-base', '--is-ancestor', older, newer], { signal });
  }

  /** Undefined where they share no history. */
  async mergeBase(one: string, other: string, signal?: AbortSignal): Promise<string | undefined> {
    try {
      return (await this.git(['merge-base', one, other], { signal })).trim();
    } catch (thrown) {
      if (thrown instanceof GitFailure && thrown.exit === 1) return undefined;
      throw thrown;
    }
  }

  #stamp(remote: RemoteName): string {
    return join(this.folder, `sluice-fetched-${remote}`);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.catch(() => undefined).then(work);
    this.#turn = turn;
    return await turn;
  }

  async #fetch(name: 'origin' | 'fork', signal: AbortSignal | undefined, notBefore: number): Promise<void> {
    const { clock, fetchLimitMs } = this.#options;
    const last = this.#fetched.get(name);
    if (last !== undefined && last >= notBefore) return;
    const remote = this.remote(name);
    await this.#make();
    const began = clock.wall();
    const refspecs = ['heads', 'tags'].map((kind) => `+refs/${kind}/*:refs/sluice/${name}/${kind}/*`);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await remote.fetchInto(this.folder, refspecs, { limitMs: fetchLimitMs, signal });
        break;
      } catch (thrown) {
        if (attempt >= LOCK_TRIES || !isLocked(thrown)) throw thrown;
        // Another process fetches into the same mirror at this moment.
        await this.#sweepLocks(join(this.folder, 'refs'));
        await clock.sleep(100 * 2 ** attempt, signal);
      }
    }
    await writeFile(this.#stamp(name), isoTime(began));
    this.#fetched.set(name, began);
    this.#fetches += 1;
    if (this.#fetches % FETCHES_BETWEEN_TIDYING === 0) await this.#tidy(signal);
  }

  /** Packs what many fetches left, when it is much; what is in use or young stays. */
  async #tidy(signal: AbortSignal | undefined): Promise<void> {
    const config = ['-c', 'gc.auto=5000', '-c', 'gc.autoDetach=false'];
    const run = { limitMs: this.#options.fetchLimitMs, signal };
    await this.git([...config, 'gc', '--auto', '--quiet'], run).catch(() => undefined);
  }

  #make(): Promise<void> {
    this.#made ??= this.#makeOnce();
    this.#made.catch(() => {
      this.#made = undefined;
    });
    return this.#made;
  }

  async #makeOnce(): Promise<void> {
    if (existsSync(join(this.folder, 'HEAD'))) return;
    const { cache, callLimitMs } = this.#options;
    await mkdir(cache, { recursive: true, mode: 0o700 });
    await chmod(cache, 0o700);
    const draft = await mkdtemp(join(cache, `.${this.repo}.`));
    try {
      await runGit(['init', '--quiet', '--bare', '--template=', draft], { limitMs: callLimitMs });
      await rename(draft, this.folder);
    } catch (thrown) {
      // Another process may have been faster: its mirror is as good.
      if (!existsSync(join(this.folder, 'HEAD'))) throw thrown;
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }

  async #sweepLocks(folder: string): Promise<void> {
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    const locks = names.filter((name) => name.endsWith('.lock')).map((name) => join(folder, name));
    for (const lock of [...locks, join(this.folder, 'packed-refs.lock')]) {
      const held = await stat(lock).catch(() => undefined);
      if (held !== undefined && this.#options.clock.wall() - held.mtimeMs > STALE_LOCK_MS) await rm(lock);
    }
  }

  async #changes(
    before: ReadonlyMap<string, string>,
    after: ReadonlyMap<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<RefChange[]> {
    const changes: RefChange[] = [];
    for (const ref of [...new Set([...before.keys(), ...after.keys()])].sort()) {
      const from = before.get(ref) ?? null;
      const to = after.get(ref) ?? null;
      if (from === to) continue;
      const slash = ref.indexOf('/');
      const kind = ref.slice(0, slash) === 'tags' ? 'tag' : 'branch';
      const change =
        from === null
          ? 'new'
          : to === null
            ? 'removed'
            : kind === 'branch' && (await this.isAncestor(from, to, signal))
              ? 'moved'
              : 'rewritten';
      changes.push({ kind, name: ref.slice(slash + 1), change, from, to });
    }
    return changes;
  }
}

function isLocked(thrown: unknown): boolean {
  return thrown instanceof Error && /\.lock|cannot lock ref/.test(thrown.message);
}
