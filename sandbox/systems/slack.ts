import { bearer, type Call, json, type Reply, type Route, type System, stringField } from '../http.ts';
import type { CreatedMessage } from '../store.ts';
import type { World } from '../world.ts';

/** Slack takes the same arguments as query, form or JSON, and answers 200 also when it refuses. */
function method(name: string, answer: (args: Args, world: World) => Reply, mutates = false): Route[] {
  const handler = (call: Call, world: World) => answer(argsOf(call), world);
  const path = `/api/${name}`;
  const post: Route = { method: 'POST', path, answer: handler };
  if (mutates) return [{ ...post, mutates: true }];
  return [post, { method: 'GET', path, answer: handler }];
}

export const slack: System = {
  name: 'slack',
  guard: (call, world, secret) => {
    const given = bearer(call) ?? stringField(call.body, 'token');
    if (given === undefined) return refusal('not_authed');
    return given === secret && world.scenario.slack !== undefined ? undefined : refusal('invalid_auth');
  },
  routes: [
    ...method('chat.postMessage', postMessage, true),
    ...method('conversations.history', history),
    ...method('users.lookupByEmail', lookupByEmail),
    ...method('usergroups.list', (_args, world) =>
      json(200, { ok: true, usergroups: world.scenario.slack?.usergroups ?? [] }),
    ),
    ...method('auth.test', (_args, world) =>
      json(200, {
        ok: true,
        url: 'https://example.slack.com/',
        team: world.scenario.slack?.team,
        user: world.scenario.slack?.bot.name,
        user_id: world.scenario.slack?.bot.id,
      }),
    ),
  ],
};

type Args = (name: string) => string | undefined;

function argsOf(call: Call): Args {
  return (name) => {
    const value = call.body.fields?.[name] ?? call.query.get(name) ?? undefined;
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
}

function refusal(error: string): Reply {
  return json(200, { ok: false, error });
}

function channelOf(world: World, given: string | undefined): { name: string; id: string } | undefined {
  const wanted = given?.replace(/^#/, '');
  const entry = Object.entries(world.scenario.slack?.channels ?? {}).find(
    ([name, { id }]) => name === wanted || id === wanted,
  );
  return entry === undefined ? undefined : { name: entry[0], id: entry[1].id };
}

function postMessage(args: Args, world: World): Reply {
  const channel = channelOf(world, args('channel'));
  if (channel === undefined) return refusal('channel_not_found');
  const text = args('text') ?? '';
  const blocks = parsed(args('blocks'));
  if (text === '' && blocks === undefined) return refusal('no_text');
  const metadata = parsed(args('metadata'));
  const thread = args('thread_ts');
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

function history(args: Args, world: World): Reply {
  const channel = channelOf(world, args('channel'));
  if (channel === undefined) return refusal('channel_not_found');
  const oldest = Number(args('oldest') ?? 0);
  const latest = Number(args('latest') ?? Infinity);
  const inclusive = ['true', '1'].includes(args('inclusive') ?? '');
  const within = world.store.messages
    .filter((message) => message.channel === channel.id)
    .filter(({ ts }) => {
      if (inclusive && (Number(ts) === oldest || Number(ts) === latest)) return true;
      return Number(ts) > oldest && Number(ts) < latest;
    })
    .toReversed();
  const size = Math.max(1, Number(args('limit') ?? 100) || 100);
  const start = Number(Buffer.from(args('cursor') ?? '', 'base64').toString('utf8')) || 0;
  const rest = within.length > start + size;
  const metadata = ['true', '1'].includes(args('include_all_metadata') ?? '');
  return json(200, {
    ok: true,
    messages: within.slice(start, start + size).map((message) => document(message, world, metadata)),
    has_more: rest,
    response_metadata: { next_cursor: rest ? Buffer.from(String(start + size)).toString('base64') : '' },
  });
}

function document(message: CreatedMessage, world: World, withMetadata: boolean) {
  const metadata = withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {};
  const bot = world.scenario.slack?.bot;
  return {
    type: 'message',
    user: bot?.id,
    ts: message.ts,
    text: message.text,
    ...message.extra,
    ...metadata,
  };
}

function lookupByEmail(args: Args, world: World): Reply {
  const email = args('email')?.toLowerCase();
  const user = world.scenario.slack?.users.find((candidate) => candidate.email.toLowerCase() === email);
  if (user === undefined) return refusal('users_not_found');
  return json(200, { ok: true, user: { id: user.id, name: user.name, profile: { email: user.email } } });
}

function parsed(source: string | undefined): unknown {
  if (source === undefined) return undefined;
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
