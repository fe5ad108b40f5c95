import { z } from 'zod';
import { absent, present } from '../../src/kit/effect.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import type { SlackClient } from './client.ts';
import { neutralise } from './text.ts';

export const CHANNEL = /^#?[A-Za-z0-9][\w.-]{0,79}$/;
export const EVENT_TYPE = 'sluice_message';

const Posted = z.object({ channel: z.string(), ts: z.string() });

const postMessage = toolsOf<SlackClient>()({
  name: 'slack_post_message',
  title: 'Post a Slack message',
  description: `
Posts a message to one of the allowed channels, at most once for each key: when a message with this key stands there
already, that one is answered. Alarms for whole channels (@channel, @here, user groups) are taken out of the text.`,
  effect: 'notify',
  key: 'channel and key; the key stands in the metadata of the message (event_payload.key)',
  settles: '10s',
  input: z.object({
    channel: z.string().regex(CHANNEL).describe('as the settings name it'),
    text: z.string().min(1).max(4000).regex(/\S/).describe("Slack's mrkdwn"),
    key: z
      .string()
      .regex(/^[\w.:/@+-]{1,200}$/)
      .describe('what this message is about, e.g. z-stream:4.20.27:promoted'),
    thread_ts: z
      .string()
      .regex(/^\d{1,12}\.\d{1,9}$/)
      .optional(),
  }),
  output: z.object({
    channel: z.string(),
    ts: z.string(),
    outcome: z.enum(['sent', 'found', 'adopted']),
    summary: z.string(),
  }),
  effects: async ({ channel, text, key, thread_ts: threadTs }, { client }) => {
    client.allow(channel);
    return [
      {
        key: `slack:${channel}:${key}`,
        preview: {
          system: 'slack',
          action: 'post message',
          target: threadTs === undefined ? `channel ${channel}` : `thread ${threadTs} in channel ${channel}`,
          after: { text: neutralise(text) },
        },
        find: async () => {
          const message = await client.findMessage(channel, key, threadTs);
          return message === undefined ? absent : present({ channel, ts: message.ts });
        },
        send: async (permit) =>
          await client.postMessage(
            {
              channel,
              text,
              event: { type: EVENT_TYPE, key },
              ...(threadTs === undefined ? {} : { threadTs }),
            },
            permit,
          ),
      },
    ];
  },
  result: async ({ channel }, _context, done) => {
    const outcome = done[0]?.outcome ?? 'sent';
    const { ts } = Posted.parse(done[0]?.data);
    const said = outcome === 'sent' ? 'Posted to' : 'Already stood in';
    return { channel, ts, outcome, summary: `${said} ${channel} as ${ts}.` };
  },
});

export const messageTools = [postMessage];
