import type { ActionsBlock } from '@slack/web-api';
import { z } from 'zod';
import { absent, type Effect, type EffectOutcome, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { ToolContext } from '../../src/kit/tool.ts';
import { type SlackClient, wording } from './client.ts';
import { assertRoom, authorMark } from './limits.ts';
import { peopleToMention } from './people.ts';

export const EVENT_TYPE = 'sluice_message';

const Done = z.object({ channel: z.string(), ts: z.string(), left: z.array(z.string()).default([]) });

export const Posted = z.object({
  channel: z.string(),
  channel_id: z.string().describe('where it really stands; another channel while messages are redirected'),
  ts: z.string(),
  permalink: z.string().nullable().describe('null when Slack did not tell it'),
  mentions_left_out: z.array(z.string()).optional(),
  outcome: z.enum(['sent', 'found', 'adopted']),
  summary: z.string(),
});

interface Notice {
  channel: string;
  text: string;
  key: string;
  threadTs?: string | undefined;
  mention?: readonly string[] | undefined;
  skipUnknown?: boolean | undefined;
  buttons?: ActionsBlock;
}

/** One message, posted once for its key, into a channel or a thread of it. */
export async function noticeEffect(notice: Notice, context: ToolContext<SlackClient>): Promise<Effect> {
  const { client, principal, now } = context;
  const { channel, text, key, threadTs } = notice;
  const place = await client.place(channel);
  const { people, left } = await peopleToMention(client, notice.mention ?? [], notice.skipUnknown ?? false);
  const where = `${place.redirected ? `${place.id} instead of ` : ''}channel ${channel}`;
  const note = left.length === 0 ? {} : { left };
  const find = async () => {
    const message = await client.findMessage(channel, key, threadTs);
    return message === undefined ? absent : present({ channel: place.id, ts: message.ts, ...note });
  };
  return {
    key: `slack:${channel}:${key}`,
    preview: {
      system: 'slack',
      action: 'post message',
      target: threadTs === undefined ? where : `thread ${threadTs} in ${where}`,
      after: { text: wording({ text, people }, place), ...note },
    },
    ...(client.limits === undefined
      ? {}
      : {
          ready: async () => {
            // What stands there already takes no room.
            if ((await find()).state === 'absent')
              await assertRoom(client, { channel, threadTs, principal, now });
          },
        }),
    find,
    send: async (permit) => {
      const event = {
        type: EVENT_TYPE,
        key,
        ...(client.limits === undefined ? {} : { author: authorMark(principal) }),
      };
      const sent = await client.postMessage(
        {
          channel,
          text,
          people,
          event,
          ...(threadTs === undefined ? {} : { threadTs }),
          ...(notice.buttons === undefined ? {} : { buttons: notice.buttons }),
        },
        permit,
      );
      return { ...sent, ...note };
    },
  };
}

export async function noticeResult(
  channel: string,
  client: SlackClient,
  done: readonly EffectOutcome[],
): Promise<z.input<typeof Posted>> {
  const outcome = done[0]?.outcome ?? 'sent';
  const { ts, left, channel: id } = Done.parse(done[0]?.data);
  const permalink = await permalinkOf(client, channel, ts);
  const said = outcome === 'sent' ? 'Posted to' : 'Already stood in';
  const without = left.length === 0 ? '' : ` Not mentioned, as not found exactly: ${left.join(', ')}.`;
  return {
    channel,
    channel_id: id,
    ts,
    permalink,
    ...(left.length === 0 ? {} : { mentions_left_out: left }),
    outcome,
    summary: `${said} ${channel} as ${ts}.${without}`,
  };
}

/** The message stands, whether Slack tells its address or not. */
export async function permalinkOf(client: SlackClient, channel: string, ts: string): Promise<string | null> {
  try {
    return await client.permalink(channel, ts);
  } catch (error) {
    if (error instanceof SluiceError) return null;
    throw error;
  }
}
