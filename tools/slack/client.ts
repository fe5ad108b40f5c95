import { type Clock, systemClock } from '../../src/kit/clock.ts';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { type ChannelEntry, Directory, type LookUp, type PersonEntry } from './directory.ts';
import { gather, walk } from './pages.ts';
import { type Place, Places } from './places.ts';
import {
  AuthTestAnswer,
  HistoryAnswer,
  LookupAnswer,
  PermalinkAnswer,
  PostAnswer,
  payloadOf,
  type SlackMessage,
} from './schema.ts';
import { neutralise, type Person, personMention, subteamMention } from './text.ts';
import { Web } from './web.ts';

export interface Message {
  /** One of the channels in the settings, by id or exact name. */
  channel: string;
  /** Slack's mrkdwn; what alarms somebody is taken out of it. */
  text: string;
  threadTs?: string;
  /** Id of a user group (`S…`) that the message begins by mentioning. */
  subteam?: string;
  /** People that it begins by mentioning. */
  people?: readonly Person[];
  /** Metadata under which the message is found again. */
  event: { type: string; key: string; author?: string };
}

export interface ClientOptions {
  redirectTo?: string | undefined;
  limits?: { perAuthor: number; windowMs: number } | undefined;
  clock?: Clock;
}

export interface Standing {
  ts: string;
  text: string;
  threadTs: string | undefined;
  /** Who wrote it, by id. */
  user: string;
  ours: boolean;
  payload: Readonly<Record<string, string>>;
}

const PAGE_SIZE = 200;
const MOST_PAGES = 10;

/** Slack Web API with a bot token; the README names its scopes. */
export class SlackClient {
  readonly limits: ClientOptions['limits'];
  readonly #web: Web;
  readonly #directory: Directory;
  readonly #places: Places;
  #self: ReturnType<SlackClient['authTest']> | undefined;

  constructor(http: Http, channels: readonly string[], options: ClientOptions = {}) {
    this.limits = options.limits;
    this.#web = new Web(http);
    this.#directory = new Directory(this.#web, options.clock ?? systemClock);
    this.#places = new Places(channels, this.#directory, options.redirectTo);
  }

  async postMessage(message: Message, permit: Permit): Promise<{ channel: string; ts: string }> {
    const place = await this.place(message.channel);
    const { type, ...payload } = message.event;
    return await this.#web.write('chat.postMessage', PostAnswer, permit, (slack) =>
      slack.chat.postMessage({
        channel: place.id,
        text: wording(message, place),
        ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
        metadata: { event_type: type, event_payload: payload },
        unfurl_links: false,
        unfurl_media: false,
      }),
    );
  }

  /** Gives one of our messages another text, and the payload by which that is seen later. */
  async updateMessage(
    update: { channel: string; ts: string; text: string; event: { type: string; payload: object } },
    permit: Permit,
  ): Promise<{ channel: string; ts: string }> {
    const place = await this.place(update.channel);
    return await this.#web.write('chat.update', PostAnswer, permit, (slack) =>
      slack.chat.update({
        channel: place.id,
        ts: update.ts,
        text: wording(update, place),
        metadata: { event_type: update.event.type, event_payload: { ...update.event.payload } },
      }),
    );
  }

  /**
   * The message of ours that carries this key, among the newest 2000 of the channel, or of the thread when
   * `threadTs` is given (a channel's history does not list replies).
   */
  async findMessage(channel: string, key: string, threadTs?: string): Promise<{ ts: string } | undefined> {
    const message = await this.standing(channel, { key, threadTs });
    return message === undefined ? undefined : { ts: message.ts };
  }

  /** A message as it stands: the one of a time stamp, whoever wrote it, or ours of a key. */
  async standing(
    channel: string,
    wanted: { ts: string } | { key: string; threadTs: string | undefined },
  ): Promise<Standing | undefined> {
    const place = await this.place(channel);
    if ('ts' in wanted) {
      for await (const message of this.#messages(place, { threadTs: wanted.ts }))
        if (message.ts === wanted.ts) return message;
      return undefined;
    }
    const { key, threadTs } = wanted;
    for await (const message of this.#messages(place, { threadTs })) {
      // A thread's first message is no reply in it.
      if (message.ts !== threadTs && message.ours && message.payload.key === key) return message;
    }
    return undefined;
  }

  /** Times (seconds) of what this author had us post since a moment, newest first. */
  async postedBy(channel: string, author: string, since: number, threadTs?: string): Promise<number[]> {
    const place = await this.place(channel);
    const times: number[] = [];
    const oldest = (since / 1000).toFixed(6);
    for await (const { ts, ours, payload } of this.#messages(place, { threadTs, oldest }))
      if (ours && payload.author === author && Number(ts) > since / 1000) times.push(Number(ts));
    return times.sort((a, b) => b - a);
  }

  /** A page of a thread, oldest first; its first message is the one that the thread hangs on. */
  async thread(
    channel: string,
    ts: string,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ messages: Standing[]; cursor: string | undefined }> {
    const answer = await this.#page(await this.place(channel), { threadTs: ts, ...page });
    return {
      messages: await this.#standings(answer.messages),
      cursor: answer.response_metadata?.next_cursor || undefined,
    };
  }

  async permalink(channel: string, ts: string): Promise<string> {
    const place = await this.place(channel);
    const answer = await this.#web.read('chat.getPermalink', PermalinkAnswer, (slack) =>
      slack.chat.getPermalink({ channel: place.id, message_ts: ts }),
    );
    return answer.permalink;
  }

  async findChannel(name: string): Promise<LookUp<ChannelEntry>> {
    return await this.#directory.channel(name);
  }

  async findPerson(handle: string): Promise<LookUp<PersonEntry>> {
    return await this.#directory.person(handle);
  }

  mayPostTo(channel: ChannelEntry): boolean {
    return this.#places.allows(channel);
  }

  /** The member with this address; a `+tag` in it is left away, as workspaces know people without. */
  async lookupByEmail(email: string): Promise<{ id: string; name: string } | undefined> {
    try {
      const { user } = await this.#web.read('users.lookupByEmail', LookupAnswer, (slack) =>
        slack.users.lookupByEmail({ email: email.replace(/\+[^@]*@/, '@') }),
      );
      return user.deleted === true ? undefined : { id: user.id, name: user.name ?? '' };
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  async authTest(): Promise<{ userId: string; botId: string | undefined; user: string; team: string }> {
    const answer = await this.#web.read('auth.test', AuthTestAnswer, (slack) => slack.auth.test());
    return {
      userId: answer.user_id,
      botId: answer.bot_id,
      user: answer.user ?? '',
      team: answer.team ?? '',
    };
  }

  /** Throws `forbidden` for a channel that the settings do not name, and names what may be meant by an unknown one. */
  async place(channel: string): Promise<Place> {
    return await this.#places.open(channel);
  }

  async *#messages(
    place: Place,
    range: { threadTs?: string | undefined; oldest?: string },
  ): AsyncGenerator<Standing> {
    const { items } = walkable(
      walk(MOST_PAGES, async (cursor) => {
        const answer = await this.#page(place, { ...range, limit: PAGE_SIZE, cursor });
        return {
          items: await this.#standings(answer.messages),
          cursor: answer.response_metadata?.next_cursor,
        };
      }),
    );
    yield* items;
  }
}
