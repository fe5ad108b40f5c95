import { json, type Reply } from '../http.ts';
import type { Slack } from '../scenario/schema-places.ts';
import type { World } from '../world.ts';
import { type Args, isOn, page, refusal } from './slack-arguments.ts';

type ChannelSpec = Slack['channels'][string];

export interface Channel extends ChannelSpec {
  name: string;
}

export function channelsOf(world: World): Channel[] {
  return Object.entries(world.scenario.slack?.channels ?? {}).flatMap(([name, spec]) => [
    { name, ...spec },
    ...spec.also.map((id) => ({ name, ...spec, id })),
  ]);
}

/** Reading methods know a channel by its id alone. */
export function channelById(world: World, id: string | undefined): Channel | undefined {
  return channelsOf(world).find((channel) => channel.id === id);
}

/** Only posting knows one by its name, too. */
export function channelByEither(world: World, given: string | undefined): Channel | undefined {
  const name = given?.replace(/^#/, '');
  return channelById(world, given) ?? channelsOf(world).find((channel) => channel.name === name);
}

export function listChannels(args: Args, world: World): Reply {
  const types = (args('types') ?? 'public_channel').split(',');
  const seen = channelsOf(world).filter(
    (channel) =>
      // A private channel is there only for its members.
      (channel.private
        ? types.includes('private_channel') && channel.member
        : types.includes('public_channel')) && !(channel.archived && isOn(args('exclude_archived'))),
  );
  const shown = page(args, seen);
  if (shown === undefined) return refusal('invalid_cursor');
  return json(200, {
    ok: true,
    channels: shown.items.map(({ id, name, private: isPrivate, member, archived }) => ({
      id,
      name,
      is_channel: true,
      is_private: isPrivate,
      is_archived: archived,
      is_member: member,
    })),
    response_metadata: shown.metadata,
  });
}

export function listUsers(args: Args, world: World): Reply {
  const slack = world.scenario.slack;
  const shown = page(args, slack?.users ?? []);
  if (shown === undefined) return refusal('invalid_cursor');
  return json(200, { ok: true, members: shown.items.map(userDocument), response_metadata: shown.metadata });
}

export function lookupByEmail(args: Args, world: World): Reply {
  const email = args('email')?.toLowerCase();
  const user = world.scenario.slack?.users.find((candidate) => candidate.email.toLowerCase() === email);
  return user === undefined || user.deleted
    ? refusal('users_not_found')
    : json(200, { ok: true, user: userDocument(user) });
}

function userDocument({ id, name, email, real_name, display_name, deleted }: Slack['users'][number]) {
  return { id, name, deleted, real_name, profile: { email, real_name, display_name } };
}
