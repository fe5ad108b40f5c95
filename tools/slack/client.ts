import type { ActionsBlock } from '@slack/web-api';
import { type Clock, systemClock } from '../../src/kit/clock.ts';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { type ChannelEntry, Directory, type LookUp, type PersonEntry } from './directory.ts';
import { gather, walk } from './pages.ts';
import { type Place, Places } from './places.ts';
import {
  AuthTestAnswer,
  EphemeralAnswer,
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
  /** Buttons under the text. */
  buttons?: ActionsBlock;
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
    const text = wording(message, place);
    return await this.#web.write('chat.postMessage', PostAnswer, permit, (slack) =>
      slack.chat.postMessage({
        channel: place.id,
        text,
        ...(message.buttons === undefined
          ? {}
          : { blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }, message.buttons] }),
        ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
        metadata: { event_type: type, event_payload: payload },
        unfurl_links: false,
        unfurl_media: false,
      }),
    );
  }

  /** Words that one person alone sees, for a while, where they are. */
  async tell(
    whisper: { channel: string; user: string; text: string },
    permit: Permit,
  ): Promise<{ ts: string | undefined }> {
    const place = await this.place(whisper.channel);
    const answer = await this.#web.write('chat.postEphemeral', EphemeralAnswer, permit, (slack) =>
      slack.chat.postEphemeral({ channel: place.id, user: whisper.user, text: neutralise(whisper.text) }),
    );
    return { ts: answer.message_ts };
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
    // A thread's first message is no reply in it.
    const fits = (message: Standing) =>
      message.ours && message.payload.key === key && message.ts !== threadTs;
    if (threadTs === undefined) {
      for await (const message of this.#messages(place, {})) if (fits(message)) return message;
      return undefined;
    }
    const { items, complete } = await gather(this.#messages(place, { threadTs }));
    const found = items.find(fits);
    if (found !== undefined || complete) return found;
    throw new SluiceError('precondition', {
      cause: `slack: thread ${threadTs} is too long to tell whether a reply with this key stands in it.`,
      remedy: 'Begin another thread.',
    });
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

  #messages(
    place: Place,
    range: { threadTs?: string | undefined; oldest?: string },
  ): AsyncGenerator<Standing, { complete: boolean }> {
    return walk(MOST_PAGES, async (cursor) => {
      const answer = await this.#page(place, { ...range, limit: PAGE_SIZE, cursor });
      return {
        items: await this.#standings(answer.messages),
        cursor: answer.response_metadata?.next_cursor,
      };
    });
  }

  async #page(
    { id }: Place,
    range: { threadTs?: string | undefined; oldest?: string; limit: number; cursor?: string | undefined },
  ) {
    const { threadTs, oldest, limit, cursor } = range;
    const thread = threadTs === undefined ? {} : { ts: threadTs };
    const common = {
      channel: id,
      ...thread,
      include_all_metadata: true,
      ...(oldest === undefined ? {} : { oldest }),
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    };
    if (threadTs === undefined)
      return await this.#web.read('conversations.history', HistoryAnswer, (slack) =>
        slack.conversations.history(common),
      );
    return await this.#web.read('conversations.replies', HistoryAnswer, (slack) =>
      slack.conversations.replies({ ...common, ts: threadTs }),
    );
  }

  async #standings(messages: readonly SlackMessage[]): Promise<Standing[]> {
    const signed = messages.some(({ user, bot_id }) => user !== undefined || bot_id !== undefined);
    const self = signed ? await this.#ourselves() : undefined;
    return messages.map(({ ts, text, user, bot_id, thread_ts, metadata }) => ({
      ts,
      text: text ?? '',
      threadTs: thread_ts,
      user: user ?? bot_id ?? '',
      // Metadata alone proves nothing: any app in the channel can write the same key.
      ours: user === undefined && bot_id === undefined ? true : isSelf(self, user, bot_id),
      payload: payloadOf(metadata),
    }));
  }

  #ourselves(): ReturnType<SlackClient['authTest']> {
    this.#self ??= this.authTest();
    // What failed once may work the next time.
    this.#self.catch(() => {
      this.#self = undefined;
    });
    return this.#self;
  }
}

function isSelf(
  self: Awaited<ReturnType<SlackClient['authTest']>> | undefined,
  user: string | undefined,
  bot: string | undefined,
): boolean {
  if (self === undefined) return false;
  return user === undefined ? bot === self.botId : user === self.userId;
}

/** The text as it is sent: also what a preview shows. */
export function wording(
  message: { text: string; subteam?: string; people?: readonly Person[] },
  place: Place,
): string {
  const text = neutralise(message.text);
  const people = message.people ?? [];
  if (place.redirected) {
    // Nobody is alarmed by a rehearsal.
    const named = people.map(({ name }) => ` @${neutralise(name)}`).join('');
    return `[for ${place.asked}${named}] ${text}`;
  }
  const mentions = people.map(personMention);
  if (message.subteam !== undefined) mentions.unshift(subteamMention(message.subteam));
  return [...mentions, text].join(' ');
}
