import type { Clock } from '../../src/kit/clock.ts';
import { nearest } from '../../src/kit/suggest.ts';
import { gather, walk } from './pages.ts';
import { ChannelsAnswer, MembersAnswer } from './schema.ts';
import type { Web } from './web.ts';

export interface ChannelEntry {
  id: string;
  name: string;
  isPrivate: boolean;
  isMember: boolean;
}

export interface PersonEntry {
  id: string;
  name: string;
  realName: string;
  displayName: string;
}

/** What an exact look-up came to; `candidates` are what may have been meant. `complete`: the whole list was seen. */
export interface LookUp<T> {
  matches: readonly T[];
  candidates: readonly T[];
  complete: boolean;
}

const PAGE_SIZE = 200;
const MOST_PAGES = 50;
const KEPT_MS = 600_000;
const MOST_CANDIDATES = 5;

/** Channels and people by exact name. Lists are kept for ten minutes, and read anew for a name that is not there. */
export class Directory {
  readonly #channels: Kept<ChannelEntry>;
  readonly #people: Kept<PersonEntry>;

  constructor(web: Web, clock: Clock) {
    this.#channels = new Kept(clock, async () => await readChannels(web));
    this.#people = new Kept(clock, async () => await readPeople(web));
  }

  /** By id or exact name, with or without #. */
  async channel(given: string): Promise<LookUp<ChannelEntry>> {
    const wanted = given.replace(/^#/, '');
    return await this.#channels.lookUp(
      wanted,
      ({ id, name }) => id === wanted || name === wanted,
      ({ name }) => [name],
    );
  }

  /** By id, exact handle or exact display name, with or without @; people who left are not there. */
  async person(given: string): Promise<LookUp<PersonEntry>> {
    const wanted = given.replace(/^@/, '');
    const names = ({ name, displayName }: PersonEntry) => [name, displayName];
    return await this.#people.lookUp(
      wanted,
      (person) => person.id === wanted || names(person).includes(wanted),
      (person) => [...names(person), person.realName],
    );
  }
}

class Kept<T> {
  readonly #clock: Clock;
  readonly #read: () => Promise<{ items: T[]; complete: boolean }>;
  #list: { readAt: number; items: T[]; complete: boolean } | undefined;

  constructor(clock: Clock, read: () => Promise<{ items: T[]; complete: boolean }>) {
    this.#clock = clock;
    this.#read = read;
  }

  async lookUp(
    wanted: string,
    fits: (item: T) => boolean,
    names: (item: T) => readonly string[],
  ): Promise<LookUp<T>> {
    const known = this.#list;
    const fresh = known !== undefined && this.#clock.wall() - known.readAt < KEPT_MS;
    const list = fresh && known.items.some(fits) ? known : await this.#reload();
    const matches = list.items.filter(fits);
    const candidates =
      matches.length === 0 ? near(wanted, list.items, names) : matches.slice(0, MOST_CANDIDATES);
    return { matches, candidates, complete: list.complete };
  }

  async #reload() {
    const readAt = this.#clock.wall();
    this.#list = { readAt, ...(await this.#read()) };
    return this.#list;
  }
}

/** Names that contain what was asked or are contained in it, then the nearest spelling. */
function near<T>(wanted: string, items: readonly T[], names: (item: T) => readonly string[]): T[] {
  const asked = wanted.toLowerCase();
  const named = items.map((item) => ({
    item,
    names: names(item)
      .filter((name) => name !== '')
      .map((name) => name.toLowerCase()),
  }));
  const spelt = nearest(
    asked,
    named.flatMap((entry) => entry.names),
  );
  const first = named.filter((entry) => spelt !== undefined && entry.names.includes(spelt));
  const others = named.filter(
    (entry) =>
      !first.includes(entry) &&
      entry.names.some((name) => name.length > 2 && (name.includes(asked) || asked.includes(name))),
  );
  return [...first, ...others].slice(0, MOST_CANDIDATES).map(({ item }) => item);
}

async function readChannels(web: Web) {
  return await gather(
    walk(MOST_PAGES, async (cursor) => {
      const answer = await web.read('conversations.list', ChannelsAnswer, (slack) =>
        slack.conversations.list({
          types: 'public_channel,private_channel',
          exclude_archived: true,
          limit: PAGE_SIZE,
          ...(cursor === undefined ? {} : { cursor }),
        }),
      );
      const items = answer.channels.map(({ id, name, is_private, is_member }) => ({
        id,
        name,
        isPrivate: is_private ?? false,
        isMember: is_member ?? false,
      }));
      return { items, cursor: answer.response_metadata?.next_cursor };
    }),
  );
}

async function readPeople(web: Web) {
  return await gather(
    walk(MOST_PAGES, async (cursor) => {
      const answer = await web.read('users.list', MembersAnswer, (slack) =>
        slack.users.list({ limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) }),
      );
      const items = answer.members
        .filter(({ deleted }) => deleted !== true)
        .map(({ id, name, real_name, profile }) => ({
          id,
          name,
          realName: profile?.real_name ?? real_name ?? '',
          displayName: profile?.display_name ?? '',
        }));
      return { items, cursor: answer.response_metadata?.next_cursor };
    }),
  );
}
