import { contractOf } from '../contracts/contract.ts';
import { bearer, json, type Reply, type Route, type System, stringField } from '../http.ts';
import type { World } from '../world.ts';
import { type Args, argsOf, argumentsFault, invalidArguments, refusal } from './slack-arguments.ts';
import { listChannels, listUsers, lookupByEmail } from './slack-directory.ts';
import { history, permalink, postEphemeral, postMessage, replies, updateMessage } from './slack-messages.ts';

/** Slack answers 200 also when it refuses. */
function method(
  name: string,
  known: readonly string[],
  answer: (args: Args, world: World) => Reply,
  mutates = false,
): Route[] {
  const path = `/api/${name}`;
  const post: Route = {
    method: 'POST',
    path,
    answer: (call, world) => argumentsFault(call, known) ?? answer(argsOf(call), world),
  };
  if (mutates) return [{ ...post, mutates: true }];
  return [post, { ...post, method: 'GET' }];
}

const CONTENT = ['channel', 'text', 'blocks', 'metadata', 'link_names', 'parse'];
const RANGE = ['channel', 'oldest', 'latest', 'inclusive', 'include_all_metadata', 'limit', 'cursor'];

export const slack: System = {
  name: 'slack',
  contract: contractOf('slack', invalidArguments),
  guard: (call, world, secret) => {
    const given = bearer(call) ?? stringField(call.body, 'token');
    if (given === undefined) return refusal('not_authed');
    return given === secret && world.scenario.slack !== undefined ? undefined : refusal('invalid_auth');
  },
  refusal: (status) => ({ ok: false, error: status === 429 ? 'ratelimited' : 'fatal_error' }),
  routes: [
    ...method(
      'chat.postMessage',
      [...CONTENT, 'thread_ts', 'unfurl_links', 'unfurl_media'],
      postMessage,
      true,
    ),
    ...method('chat.postEphemeral', [...CONTENT, 'user', 'thread_ts'], postEphemeral, true),
    ...method('chat.update', [...CONTENT, 'ts'], updateMessage, true),
    ...method('chat.getPermalink', ['channel', 'message_ts'], permalink),
    ...method('conversations.history', RANGE, history),
    ...method('conversations.replies', [...RANGE, 'ts'], replies),
    ...method('conversations.list', ['types', 'exclude_archived', 'limit', 'cursor'], listChannels),
    ...method('users.list', ['limit', 'cursor'], listUsers),
    ...method('users.lookupByEmail', ['email'], lookupByEmail),
    ...method('usergroups.list', [], (_args, world) =>
      json(200, { ok: true, usergroups: world.scenario.slack?.usergroups ?? [] }),
    ),
    ...method('auth.test', [], (_args, world) =>
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
