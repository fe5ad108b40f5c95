import { z } from 'zod';
import { toolsOf } from '../../src/kit/tool.ts';
import { Channel, demandMessage, Key, Mentions, named, Stamp, Text } from './arguments.ts';
import type { SlackClient } from './client.ts';
import { noticeEffect, noticeResult, Posted } from './notice.ts';

const defineTool = toolsOf<SlackClient>();

const Sent = z.looseObject({ thread_ts: z.string().optional() });

const postMessage = defineTool({
  name: 'slack_post_message',
  title: 'Post a Slack message',
  description: `
Posts a message to one of the allowed channels, at most once for each key: when a message of ours with this key stands
there already, that one is answered, with its ts and permalink. Alarms, mentions and hidden link targets are taken out
of the text; people are mentioned by mention, when they are found exactly.`,
  effect: 'notify',
  key: 'channel and key; the key stands in the metadata of the message (event_payload.key)',
  settles: '10s',
  input: z.object({ channel: Channel, text: Text, key: Key, thread_ts: Stamp.optional(), ...Mentions }),
  output: Posted,
  effects: async ({ channel, text, key, thread_ts, mention, skip_unknown_mentions }, context) => [
    await noticeEffect(
      { channel, text, key, threadTs: thread_ts, mention, skipUnknown: skip_unknown_mentions },
      context,
    ),
  ],
  result: async ({ channel }, { client }, done) => await noticeResult(channel, client, done),
});

const replyInThread = defineTool({
  name: 'slack_reply_in_thread',
  title: 'Reply in a Slack thread',
  description: `
Posts a reply into the thread of a message, named by thread_ts or by the key under which we posted it (thread_key), at
most once for each key of a reply. Text and mentions as for slack_post_message.`,
  effect: 'notify',
  key: 'channel, thread and key; the key stands in the metadata of the reply (event_payload.key)',
  settles: '10s',
  input: z.object({
    channel: Channel,
    thread_ts: Stamp.optional(),
    thread_key: Key.optional().describe('key of the message that the thread hangs on'),
    text: Text,
    key: Key.describe('what this reply is about'),
    ...Mentions,
  }),
  output: Posted.extend({ thread_ts: z.string() }),
  effects: async (input, context) => {
    const { channel, text, key, mention, skip_unknown_mentions } = input;
    const threadTs = await threadOf(input, context.client);
    const notice = { channel, text, key, threadTs, mention, skipUnknown: skip_unknown_mentions };
    const effect = await noticeEffect(notice, context);
    return [
      {
        ...effect,
        key: `slack:${channel}:${threadTs}:${key}`,
        // The thread is known to the result when it was found by its key.
        find: async () => withThread(await effect.find(), threadTs),
        send: async (permit) => ({ ...Sent.parse(await effect.send(permit)), thread_ts: threadTs }),
      },
    ];
  },
  result: async ({ channel }, { client }, done) => ({
    ...(await noticeResult(channel, client, done)),
    thread_ts: Sent.parse(done[0]?.data).thread_ts ?? '',
  }),
});

function withThread<F extends { state: string }>(found: F, threadTs: string): F {
  if (!('data' in found)) return found;
  return { ...found, data: { ...Sent.parse(found.data), thread_ts: threadTs } };
}

async function threadOf(
  input: { channel: string; thread_ts?: string | undefined; thread_key?: string | undefined },
  client: SlackClient,
): Promise<string> {
  const name = named({ ts: input.thread_ts, key: input.thread_key }, 'thread_ts and thread_key');
  const { ts, threadTs } = await demandMessage(client, input.channel, name);
  return threadTs ?? ts;
}

export const messageTools = [postMessage, replyInThread];
