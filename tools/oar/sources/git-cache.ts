import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { SluiceError } from '../../../src/kit/errors.ts';
import { pinned } from '../../../src/kit/pin.ts';
import { GitFailure, type GitOptions, git } from './git-run.ts';

const FRESH_FOR_MS = 30_000;

export interface GitPlace {
  url: string;
  branch: string;
  /** With every commit of the branch; else the newest alone. */
  whole?: true;
}

/** A shallow bare clone of one branch in the temporary folder, shared by every process of this user. */
export class GitCache {
  readonly #wall: () => number;
  readonly #limitMs: number;
  readonly #fetched = new Map<string, number>();
  readonly #turns = new Map<string, Promise<unknown>>();
  /** What git may connect to, by folder: also a look at a file may have to fetch it. */
  readonly #pins = new Map<string, Record<string, string>>();

  constructor(wall: () => number, limitMs: number) {
    this.#wall = wall;
    this.#limitMs = limitMs;
  }

  /** The clone's folder, fetched within the last 30 seconds, or right now when `now` is set. */
  async folder(place: GitPlace, now = false): Promise<string> {
    const folder = join(await cacheRoot(), keyOf(place));
    const turn = (this.#turns.get(folder) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.#refresh(place, folder, now));
    this.#turns.set(folder, turn);
    await turn;
    return folder;
  }

  async run(folder: string, args: readonly string[], options: Partial<GitOptions> = {}): Promise<string> {
    const env = { ...this.#pins.get(folder), ...options.env };
    return await git([`--git-dir=${folder}`, ...args], { limitMs: this.#limitMs, ...options, env });
  }

  forget(place: GitPlace): void {
    for (const folder of this.#fetched.keys()) {
      if (folder.endsWith(keyOf(place))) this.#fetched.delete(folder);
    }
  }

  async #refresh(place: GitPlace, folder: string, now: boolean): Promise<void> {
    const last = this.#fetched.get(folder);
    this.#pins.set(folder, await pinOf(place));
    if (!now && last !== undefined && this.#wall() - last < FRESH_FOR_MS) return;
    try {
      if (!existsSync(folder)) await this.#clone(place, folder);
      else await this.#fetch(place, folder);
    } catch (error) {
      throw explain(place, error);
    }
    this.#fetched.set(folder, this.#wall());
  }

  async #clone(place: GitPlace, folder: string): Promise<void> {
    const draft = await mkdtemp(`${folder}.`);
    try {
      const shape = [
        '--bare',
        ...(place.whole === true ? [] : ['--depth=1']),
        '--filter=blob:none',
        '--single-branch',
        '--no-tags',
        '--no-local',
      ];
      await git(['clone', '--quiet', ...shape, `--branch=${place.branch}`, '--', place.url, draft], {
        limitMs: this.#limitMs,
        env: this.#pins.get(folder) ?? {},
      });
      await rename(draft, folder);
    } catch (error) {
      // Another process may have been faster: its clone is as good.
      if (!existsSync(folder)) throw error;
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }

  async #fetch(place: GitPlace, folder: string): Promise<void> {
    const ref = `refs/heads/${place.branch}`;
    const shape = ['--quiet', ...(place.whole === true ? [] : ['--depth=1']), '--no-tags'];
    const fetch = () => this.run(folder, ['fetch', ...shape, 'origin', `+${ref}:${ref}`]);
    try {
      await fetch().catch((error: unknown) => {
        // Another process may fetch into the same clone at this moment.
        if (!isLocked(error)) throw error;
        return fetch();
      });
    } catch (error) {
      if (!isLocked(error)) throw error;
      // The lock of a process that was killed stays for ever: begin anew beside it.
      await rename(folder, `${folder}.stale-${process.pid}`).catch(() => undefined);
      await rm(`${folder}.stale-${process.pid}`, { recursive: true, force: true });
      await this.#clone(place, folder);
    }
  }
}

/** The address that was looked up and judged, for git to connect to that very one. */
async function pinOf({ url }: GitPlace): Promise<Record<string, string>> {
  const address = await pinned(url);
  if (address === undefined) return {};
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.curloptResolve',
    GIT_CONFIG_VALUE_0: address,
  };
}

function isLocked(error: unknown): boolean {
  return error instanceof GitFailure && /\.lock|cannot lock ref/.test(error.said);
}

async function cacheRoot(): Promise<string> {
  const { uid } = userInfo();
  const root = join(tmpdir(), `sluice-git-${uid}`);
  await mkdir(root, { recursive: true, mode: 0o700 });
  // Others can write to the temporary folder: what is not ours is not believed.
  const { uid: owner } = await stat(root);
  if (uid >= 0 && owner !== uid) {
    throw new SluiceError('forbidden', {
      cause: `${root} belongs to somebody else.`,
      remedy: 'Have it removed, or set TMPDIR to a folder of your own.',
      rule: 'source.inside',
    });
  }
  await chmod(root, 0o700);
  return root;
}

function keyOf({ url, branch, whole }: GitPlace): string {
  return createHash('sha256')
    .update(`${url}\n${branch}${whole === true ? '\nwhole' : ''}`)
    .digest('hex')
    .slice(0, 32);
}

function explain(place: GitPlace, error: unknown): unknown {
  if (!(error instanceof GitFailure)) return error;
  const missing = /Remote branch .* not found|couldn't find remote ref/.test(error.said);
  return new SluiceError(missing ? 'not_found' : 'upstream', {
    cause: `git: ${place.branch} of ${place.url} cannot be read: ${error.said.split('\n')[0] ?? ''}.`,
    remedy: 'Check the url and branch of the source, and that the remote can be reached.',
    reached: 'no',
  });
}
