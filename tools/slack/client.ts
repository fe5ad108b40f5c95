import type { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Answer, Http, RequestOptions } from '../../src/kit/http.ts';
import { slackError } from './errors.ts';
import { AuthTestAnswer, Envelope, HistoryAnswer, keyOf, LookupAnswer, PostAnswer } from './schema.ts';
import { neutralise, subteamMention } from './text.ts';

export interface Message {
  /** One of the channels in the settings, written as there. */
  channel: string;
  /** Slack's mrkdwn; alarms for whole channels are taken out of it. */
  text: string;
  threadTs?: string;
  /** Id of a user group (`S…`) that the message begins by mentioning. */
  subteam?: string;
  /** Metadata under which the message is found again. */
  event: { type: string; key: string };
}

type Query = NonNullable<RequestOptions['query']>;

const PAGE_SIZE = 200;
const MOST_PAGES = 10;

/** Slack Web API with a bot token. Needs chat:write, channels:history (groups:history), users:read.email. */
export class SlackClient {
  readonly #http: Http;
  readonly #channels: ReadonlySet<string>;

  constructor(http: Http, channels: readonly string[]) {
    this.#http = http;
    this.#channels = new Set(channels);
  }

  async postMessage(message: Message, permit: Permit): Promise<{ channel: string; ts: string }> {
    this.allow(message.channel);
    const text = neutralise(message.text);
    const answer = await this.#http.send('POST', '/chat.postMessage', permit, {
      json: {
        channel: message.channel,
        text: message.subteam === undefined ? text : `${subteamMention(message.subteam)} ${text}`,
        ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
        metadata: { event_type: message.event.type, event_payload: { key: message.event.key } },
        unfurl_links: false,
      },
    });
    return this.#open('POST', 'chat.postMessage', answer, PostAnswer);
  }

  /**
   * The message that carries this key, among the newest 2000 of the channel, or of the thread when
   * `threadTs` is given (a channel's history does not list replies).
   */
  async findMessage(channel: string, key: string, threadTs?: string): Promise<{ ts: string } | undefined> {
    this.allow(channel);
    const method = threadTs === undefined ? 'conversations.history' : 'conversations.replies';
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await this.#read(method, HistoryAnswer, {
        channel,
        ts: threadTs,
        include_all_metadata: true,
        limit: PAGE_SIZE,
        cursor,
      });
      const message = answer.messages.find(({ metadata }) => keyOf(metadata) === key);
      if (message !== undefined) return { ts: message.ts };
      cursor = answer.response_metadata?.next_cursor || undefined;
      if (cursor === undefined) return undefined;
    }
    return undefined;
  }

  /** The member with this address; a `+tag` in it is left away, as workspaces know people without. */
  async lookupByEmail(email: string): Promise<{ id: string; name: string } | undefined> {
    try {
      const { user } = await this.#read('users.lookupByEmail', LookupAnswer, {
        email: email.replace(/\+[^@]*@/, '@'),
      });
      return { id: user.id, name: user.name ?? '' };
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  async authTest(): Promise<{ userId: string; user: string; team: string }> {
    const answer = await this.#read('auth.test', AuthTestAnswer, {});
    return { userId: answer.user_id, user: answer.user ?? '', team: answer.team ?? '' };
  }

  /** Throws `forbidden` for a channel that the settings do not name. */
  allow(channel: string): void {
    if (this.#channels.has(channel)) return;
    throw new SluiceError('forbidden', {
      cause: `slack: channel ${JSON.stringify(channel)} is not one of ${[...this.#channels].join(', ') || '(none)'}.`,
      remedy: 'Use an allowed channel, or have it added to modules.slack.channels.',
      rule: 'slack.channels',
    });
  }

  async #read<S extends z.ZodType>(method: string, schema: S, query: Query): Promise<z.output<S>> {
    return this.#open('GET', method, await this.#http.get(`/${method}`, { query }), schema);
  }

  #open<S extends z.ZodType>(verb: string, method: string, answer: Answer, schema: S): z.output<S> {
    const { ok, error } = this.#http.parse(verb, `/${method}`, answer, Envelope);
    if (!ok) throw slackError(method, error ?? '');
    return this.#http.parse(verb, `/${method}`, answer, schema);
  }
}
