import type { Clock } from '../../src/kit/clock.ts';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { pinned } from '../../src/kit/pin.ts';
import { pushError, remoteError } from './failures.ts';
import { configEnvironment, type GitRun, runGit } from './run.ts';

export interface RemoteOptions {
  /** For sentences: the repository's name, and whether it is the fork. */
  name: string;
  url: string;
  /** The whole header that proves who we are; undefined where nothing does. */
  authorization: () => Promise<string | undefined>;
  callLimitMs: number;
  clock: Clock;
}

export interface RemoteRef {
  object: string;
  commit: string;
}

const READ_TRIES = 3;
/** A push of up to this size is one request, not a probe and a stream. */
const POST_BYTES = 64 * 1024 * 1024;

export interface PushRequest {
  /** A commit or tag object of our mirror. */
  object: string;
  /** `refs/heads/…` or `refs/tags/…`. */
  ref: string;
  /** Where the ref must stand: a commit, or null for nowhere. Undefined: anywhere that can be continued. */
  expected?: string | null | undefined;
}

/** One repository over HTTP. Every command is for this one address, and for its protocol alone. */
export class Remote {
  readonly name: string;
  readonly url: string;
  readonly #options: RemoteOptions;

  constructor(options: RemoteOptions) {
    this.name = options.name;
    this.url = options.url;
    this.#options = options;
  }

  /** Full ref names and what they point at, now; of a tag also `^{}`, the commit behind it. */
  async refs(patterns: readonly string[], signal?: AbortSignal): Promise<Map<string, string>> {
    const listed = await this.#run(['ls-remote', '--quiet', '--end-of-options', this.url, ...patterns], {
      limitMs: this.#options.callLimitMs,
      signal,
    });
    const pairs = listed.split('\n').flatMap((line) => {
      const [, object, ref] = /^([0-9a-f]{40})\t(.+)$/.exec(line) ?? [];
      return object === undefined || ref === undefined ? [] : [[ref, object] as const];
    });
    return new Map(pairs);
  }

  /** The object at exactly this full ref name, and the commit behind it where that is a tag. */
  async ref(name: string, signal?: AbortSignal): Promise<RemoteRef | undefined> {
    const found = await this.refs([name, `${name}^{}`], signal);
    const object = found.get(name);
    if (object !== undefined) return { object, commit: found.get(`${name}^{}`) ?? object };
    const odd = [...found.keys()].find((ref) => ref.endsWith(`/${name}`));
    if (odd !== undefined) throw oddRef(this.name, name, odd);
    return undefined;
  }

  async fetchInto(folder: string, refspecs: readonly string[], run: GitRun): Promise<void> {
    const shape = ['--quiet', '--prune', '--no-tags', '--no-write-fetch-head', '--no-auto-gc'];
    await this.#run(
      [
        `--git-dir=${folder}`,
        'fetch',
        ...shape,
        '--no-recurse-submodules',
        '--end-of-options',
        this.url,
        ...refspecs,
      ],
      run,
    );
  }

  /** Publishes one object under one ref, once. Overwrites nothing but what was expected there. */
  async push(folder: string, request: PushRequest, permit: Permit): Promise<void> {
    const { object, ref, expected } = request;
    const lease = expected === undefined ? [] : [`--force-with-lease=${ref}:${expected ?? ''}`];
    const shape = ['--porcelain', '--no-verify', '--no-follow-tags', '--recurse-submodules=no', ...lease];
    // On a connection that is used again the HTTP library would send a lost request once more by itself.
    const once = this.#header('Connection: close');
    const whole: [string, string] = ['http.postBuffer', String(POST_BYTES)];
    const env = await this.#environment(once, whole, ['http.version', 'HTTP/1.1']);
    try {
      await runGit(
        [`--git-dir=${folder}`, 'push', ...shape, '--end-of-options', this.url, `${object}:${ref}`],
        { limitMs: this.#options.callLimitMs, signal: permit.signal, env, permit: () => permit.check() },
      );
    } catch (thrown) {
      throw pushError(thrown, this.name, ref);
    }
  }

  /** A read: tried again when the fault passes by itself. */
  async #run(args: readonly string[], run: GitRun): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const env = await this.#environment();
        return (await runGit(args, { ...run, env })).stdout.toString('utf8');
      } catch (thrown) {
        const error = remoteError(thrown, this.name, false);
        const passes = error instanceof SluiceError && error.code === 'upstream';
        if (!passes || attempt >= READ_TRIES || run.signal?.aborted === true) throw error;
        await this.#options.clock.sleep(150 * 2 ** attempt, run.signal);
      }
    }
  }

  async #environment(...more: [string, string][]): Promise<Record<string, string>> {
    const header = await this.#options.authorization();
    const { protocol } = new URL(this.url);
    const address = await pinned(this.url);
    return {
      GIT_ALLOW_PROTOCOL: protocol.slice(0, -1),
      ...configEnvironment([
        ...(header === undefined ? [] : [this.#header(`Authorization: ${header}`)]),
        ...(address === undefined ? [] : [['http.curloptResolve', address] as const]),
        // git goes on by itself while this process is held up: it must not wait longer than we would.
        ['http.lowSpeedLimit', '1'],
        ['http.lowSpeedTime', String(Math.max(1, Math.ceil(this.#options.callLimitMs / 1_000)))],
        ...more,
      ]),
    };
  }

  /** For this address alone. */
  #header(line: string): [string, string] {
    return [`http.${this.url}.extraHeader`, line];
  }
}

/** Where the name itself is free, git would push to the other one. */
function oddRef(remote: string, name: string, odd: string): SluiceError {
  return new SluiceError('conflict', {
    cause: `${remote} has no ${name}, but ${odd}, which git takes for it.`,
    remedy: `Have ${odd} removed, or use another name.`,
    rule: 'git.odd-ref',
  });
}
