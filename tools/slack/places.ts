import { SluiceError } from '../../src/kit/errors.ts';
import type { ChannelEntry, Directory, LookUp } from './directory.ts';

/** Where a message goes: the channel that was asked for, or the one that stands in for all of them. */
export interface Place {
  /** `C…` or `G…`: what Slack takes for every method. */
  id: string;
  /** As it was asked for. */
  asked: string;
  redirected: boolean;
}

const ID = /^[CG][A-Z0-9]+$/;

/** The channels that the settings allow, by id or exact name. */
export class Places {
  readonly #allowed: ReadonlySet<string>;
  readonly #directory: Directory;
  readonly #redirectTo: string | undefined;

  constructor(allowed: readonly string[], directory: Directory, redirectTo?: string) {
    this.#allowed = new Set(allowed.map(bare));
    this.#directory = directory;
    this.#redirectTo = redirectTo;
  }

  async open(channel: string): Promise<Place> {
    const id = await this.#allowedId(bare(channel));
    if (this.#redirectTo === undefined) return { id, asked: channel, redirected: false };
    return { id: await this.#id(bare(this.#redirectTo)), asked: channel, redirected: true };
  }

  allows({ id, name }: ChannelEntry): boolean {
    return this.#allowed.has(id) || this.#allowed.has(name);
  }

  async #allowedId(channel: string): Promise<string> {
    if (ID.test(channel) && this.#allowed.has(channel)) return channel;
    // An id in the settings is never a name: nothing that Slack could say makes this one allowed.
    if (ID.test(channel) && [...this.#allowed].every((allowed) => ID.test(allowed)))
      throw this.#forbidden(channel);
    const found = one(channel, await this.#directory.channel(channel));
    if (!this.allows(found)) throw this.#forbidden(channel);
    return found.id;
  }

  async #id(channel: string): Promise<string> {
    return ID.test(channel) ? channel : one(channel, await this.#directory.channel(channel)).id;
  }

  #forbidden(channel: string): SluiceError {
    return new SluiceError('forbidden', {
      cause: `slack: channel ${JSON.stringify(channel)} is not one of ${[...this.#allowed].join(', ') || '(none)'}.`,
      remedy: 'Use an allowed channel, or have it added to modules.slack.channels.',
      rule: 'slack.channels',
    });
  }
}

function bare(channel: string): string {
  return channel.replace(/^#/, '');
}

function one(asked: string, { matches, candidates, complete }: LookUp<ChannelEntry>): ChannelEntry {
  const [found, other] = matches;
  if (found !== undefined && other === undefined) return found;
  const named = candidates.map(({ id, name }) => `#${name} (${id})`).join(', ');
  if (found !== undefined) {
    throw new SluiceError('conflict', {
      cause: `slack: more than one channel is named ${JSON.stringify(asked)}: ${named}. Nothing was posted.`,
      remedy: 'Give the id of the one that is meant.',
      rule: 'slack.channel-exact',
    });
  }
  throw new SluiceError('not_found', {
    cause: `slack: no channel that the app sees is named exactly ${JSON.stringify(asked)}${complete ? '' : ' among those that could be listed'}. Nothing was posted.`,
    remedy:
      named === ''
        ? 'Check its name, or invite the app to it; `slack_find_channel` looks a name up.'
        : `Did you mean ${named}?`,
    rule: 'slack.channel-exact',
  });
}
