import { json, type Reply } from '../http.ts';
import type { CreatedMessage } from '../store.ts';
import type { World } from '../world.ts';
import { type Args, isOn, page, parsed, refusal } from './slack-arguments.ts';
import { channelByEither, channelById } from './slack-directory.ts';

const LONGEST_TEXT = 40_000;

/** Messages of a channel, oldest first: what the scenario says, and what was posted or changed since. */
function messagesOf(world: World, channel: string): CreatedMessage[] {
  const byStamp = new Map<string, CreatedMessage>();
  for (const { channel: name, ts, text, user, thread_ts, metadata } of world.scenario.slack?.messages ?? []) {
    if (channelByEither(world, name)?.id !== channel) continue;
    const extra = { user, ...(thread_ts === undefined ? {} : { thread_ts }) };
    byStamp.set(ts, { channel, ts, text, extra, ...(metadata === undefined ? {} : { metadata }) });
  }
  for (const message of world.store.messages)
    if (message.channel === channel) byStamp.set(message.ts, message);
  return [...byStamp.values()].sort((a, b) => Number(a.ts) - Number(b.ts));
}

export function postMessage(args: Args, world: World): Reply {
  const channel = channelByEither(world, args('channel'));
  if (channel === undefined) return refusal('channel_not_found');
  if (channel.archived) return refusal('is_archived');
  if (!channel.member) return refusal('not_in_channel');
  const text = args('text') ?? '';
  const blocks = parsed(args('blocks'));
  if (text === '' && blocks === undefined) return refusal('no_text');
  if (text.length > LONGEST_TEXT) return refusal('msg_too_long');
  const metadata = metadataOf(args);
  if (metadata === 'invalid') return refusal('invalid_metadata_format');
  const thread = args('thread_ts');
  if (thread !== undefined && !messagesOf(world, channel.id).some(({ ts }) => ts === thread))
    return refusal('thread_not_found');
  const ts = `${Math.floor(world.now / 1000)}.${String(world.count('messages') + 1).padStart(6, '0')}`;
  const message: CreatedMessage = {
    channel: channel.id,
    ts,
    text,
    extra: {
      ...(blocks === undefined ? {} : { blocks }),
      ...(thread === undefined ? {} : { thread_ts: thread }),
    },
    ...(metadata === undefined ? {} : { metadata }),
  };
  world.store.messages.push(message);
  world.effect('slack', 'message_posted', channel.name, { ts, text, metadata: metadata ?? null });
  return json(200, { ok: true, channel: channel.id, ts, message: document(message, world, true) });
}

/** One member alone sees it; no list and no thread shows it. */
export function postEphemeral(args: Args, world: World): Reply {
  const channel = channelById(world, args('channel'));
  if (channel === undefined) return refusal('channel_not_found');
  if (!channel.member) return refusal('not_in_channel');
  const user = args('user') ?? '';
  if (!world.scenario.slack?.users.some(({ id, deleted }) => id === user && !deleted))
    return refusal('user_not_in_channel');
  const text = args('text') ?? '';
  if (text === '') return refusal('no_text');
  world.effect('slack', 'person_told', channel.name, { user, text });
  const ts = `${Math.floor(world.now / 1000)}.${String(world.count('messages') + 1).padStart(6, '0')}`;
  return json(200, { ok: true, message_ts: ts });
}

export function updateMessage(args: Args, world: World): Reply {
  const channel = channelById(world, args('channel'));
  if (channel === undefined) return refusal('channel_not_found');
  const before = messagesOf(world, channel.id).find(({ ts }) => ts === args('ts'));
  if (before === undefined) return refusal('message_not_found');
  const { bot } = world.scenario.slack ?? {};
  if ((before.extra.user ?? bot?.id) !== bot?.id) return refusal('cant_update_message');
  const text = args('text') ?? '';
  if (text === '') return refusal('no_text');
  if (text.length > LONGEST_TEXT) return refusal('msg_too_long');
  const metadata = metadataOf(args) ?? before.metadata;
  if (metadata === 'invalid') return refusal('invalid_metadata_format');
  const edited = { user: bot?.id, ts: `${Math.floor(world.now / 1000)}.000000` };
  const after: CreatedMessage = {
    ...before,
    text,
    extra: { ...before.extra, edited },
    ...(metadata === undefined ? {} : { metadata }),
  };
  world.store.messages = world.store.messages.filter((message) => message !== before);
  world.store.messages.push(after);
  world.effect('slack', 'message_updated', channel.name, { ts: after.ts, text, metadata: metadata ?? null });
  return json(200, {
    ok: true,
    channel: channel.id,
    ts: after.ts,
    text,
    message: document(after, world, true),
  });
}

/** A channel's own messages, newest first: replies stand in their threads alone. */
export function history(args: Args, world: World): Reply {
  const channel = channelById(world, args('channel'));
  if (channel === undefined) return refusal('channel_not_found');
  if (!channel.member) return refusal('not_in_channel');
  const own = messagesOf(world, channel.id).filter(({ ts, extra }) => (extra.thread_ts ?? ts) === ts);
  return listing(args, world, own.filter(within(args)).toReversed());
}

/** A thread, oldest first and its first message always; a reply's own time stamp answers that reply. */
export function replies(args: Args, world: World): Reply {
  const channel = channelById(world, args('channel'));
  if (channel === undefined) return refusal('channel_not_found');
  if (!channel.member) return refusal('not_in_channel');
  const messages = messagesOf(world, channel.id);
  const first = messages.find(({ ts }) => ts === args('ts'));
  if (first === undefined) return refusal('thread_not_found');
  const others = messages.filter(({ ts, extra }) => extra.thread_ts === first.ts && ts !== first.ts);
  return listing(args, world, [first, ...others.filter(within(args))]);
}

export function permalink(args: Args, world: World): Reply {
  const channel = channelById(world, args('channel'));
  if (channel === undefined) return refusal('channel_not_found');
  const ts = args('message_ts');
  const message = messagesOf(world, channel.id).find((candidate) => candidate.ts === ts);
  if (message === undefined) return refusal('message_not_found');
  const { thread_ts: thread } = message.extra;
  const tail = typeof thread === 'string' ? `?thread_ts=${thread}&cid=${channel.id}` : '';
  const link = `https://example.slack.com/archives/${channel.id}/p${message.ts.replace('.', '')}${tail}`;
  return json(200, { ok: true, channel: channel.id, permalink: link });
}

function listing(args: Args, world: World, messages: readonly CreatedMessage[]): Reply {
  const shown = page(args, messages);
  if (shown === undefined) return refusal('invalid_cursor');
  const withMetadata = isOn(args('include_all_metadata'));
  return json(200, {
    ok: true,
    messages: shown.items.map((message) => document(message, world, withMetadata)),
    has_more: shown.more,
    response_metadata: shown.metadata,
  });
}

function within(args: Args): (message: CreatedMessage) => boolean {
  const oldest = Number(args('oldest') ?? 0);
  const latest = Number(args('latest') ?? Infinity);
  const inclusive = isOn(args('inclusive'));
  return ({ ts }) => {
    if (inclusive && (Number(ts) === oldest || Number(ts) === latest)) return true;
    return Number(ts) > oldest && Number(ts) < latest;
  };
}

function metadataOf(args: Args): object | 'invalid' | undefined {
  const given = args('metadata');
  if (given === undefined) return undefined;
  const metadata = parsed(given);
  if (typeof metadata !== 'object' || metadata === null) return 'invalid';
  const { event_type: type, event_payload: payload } = { event_type: 0, event_payload: 0, ...metadata };
  const whole = typeof type === 'string' && typeof payload === 'object' && payload !== null;
  return whole ? metadata : 'invalid';
}

function document(message: CreatedMessage, world: World, withMetadata: boolean) {
  const bot = world.scenario.slack?.bot;
  return {
    type: 'message',
    user: bot?.id,
    ts: message.ts,
    text: message.text,
    ...message.extra,
    ...(withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
  };
}
