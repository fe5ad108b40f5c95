import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { fits } from './glob.ts';
import type { Mirror } from './mirror.ts';
import { objectsAt } from './objects.ts';
import type { RemoteRef } from './remote.ts';
import { isKnown } from './resolve.ts';
import { GitFailure } from './run.ts';
import type { RepositorySettings } from './settings.ts';
import type { RemoteName } from './types.ts';

export interface Person {
  name: string;
  email: string;
}

/** One repository of the settings, its mirror, and who writes to it. */
export class Repository {
  readonly name: string;
  readonly settings: RepositorySettings;
  readonly mirror: Mirror;
  readonly author: Person;

  constructor(name: string, settings: RepositorySettings, mirror: Mirror, author: Person) {
    this.name = name;
    this.settings = settings;
    this.mirror = mirror;
    this.author = author;
  }

  /** Object behind `heads/NAME` or `tags/NAME` at this moment, as the remote itself says. */
  async live(remote: RemoteName, ref: string, signal?: AbortSignal): Promise<string | undefined> {
    return (await this.liveRef(remote, ref, signal))?.object;
  }

  async liveRef(remote: RemoteName, ref: string, signal?: AbortSignal): Promise<RemoteRef | undefined> {
    if (remote !== 'local') return await this.mirror.remote(remote).ref(`refs/${ref}`, signal);
    const name = `refs/sluice/local/${ref}`;
    const [found, commit] = await objectsAt(this.mirror, [name, `${name}^{commit}`], signal);
    return found === undefined || commit === undefined
      ? undefined
      : { object: found.object, commit: commit.object };
  }

  /** The commit, fetched first where our mirror has not got it yet. */
  async bring(remote: RemoteName, commit: string, signal?: AbortSignal): Promise<void> {
    if (await isKnown(this.mirror, remote, commit)) return;
    if (await this.mirror.has(commit, signal)) return;
    const { fork_url: fork } = this.settings;
    // A branch of the fork may begin with a commit that only the origin has.
    for (const one of new Set<RemoteName>([
      remote,
      'origin',
      ...(fork === undefined ? [] : ['fork' as const]),
    ])) {
      await this.mirror.refresh(one, signal);
      if (await this.mirror.has(commit, signal)) return;
    }
    throw new SluiceError('not_found', {
      cause: `commit ${commit} not found in ${this.name} (${remote}), fetched at ${await this.mirror.fetchedAt(remote)}.`,
      remedy: 'Check the id; the commit must be pushed, and in a branch or tag that still exists.',
    });
  }

  /** Puts `heads/NAME` or `tags/NAME` at an object, in one request, where it stands as expected. */
  async publish(
    remote: RemoteName,
    ref: string,
    object: string,
    expected: string | null | undefined,
    permit: Permit,
  ): Promise<void> {
    if (remote === 'local') await this.#keep(ref, object, expected, permit);
    else {
      const target = { object, ref: `refs/${ref}`, expected };
      await this.mirror.remote(remote).push(this.mirror.folder, target, permit);
    }
  }

  /** Refuses branches that the settings keep from us; a fork is ours. */
  assertWritable(remote: RemoteName, branch: string): void {
    if (remote !== 'origin') return;
    const { default_branch: main, push_to_default: allowed, protected: kept } = this.settings;
    const pattern = kept.find((candidate) => fits(candidate, branch));
    if (pattern === undefined && (branch !== main || allowed)) return;
    throw new SluiceError('forbidden', {
      cause: `Branch ${branch} of ${this.name} is ${pattern === undefined ? 'its default branch' : `protected by the settings (${pattern})`}; nothing was sent.`,
      remedy: `Write to another branch and open a merge request${pattern === undefined ? `; a person may set modules.git.repositories.${this.name}.push_to_default` : ''}.`,
      rule: 'git.protected',
    });
  }

  async #keep(
    ref: string,
    object: string,
    expected: string | null | undefined,
    permit: Permit,
  ): Promise<void> {
    const old = expected === undefined ? [] : [expected ?? '0'.repeat(40)];
    const run = { signal: permit.signal, permit: () => permit.check() };
    try {
      await this.mirror.raw(['update-ref', `refs/sluice/local/${ref}`, object, ...old], run);
    } catch (thrown) {
      if (!(thrown instanceof GitFailure)) throw thrown;
      throw new SluiceError('conflict', {
        cause: `${ref} of our mirror of ${this.name} is not where it was expected; nothing was changed.`,
        remedy: 'Look where it stands now (git_find_commit with remote: local), and decide anew.',
      });
    }
  }
}
