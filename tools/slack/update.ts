import { z } from 'zod';
import { sha256 } from '../../src/kit/canonical.ts';
import { absent, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import { Channel, demandMessage, Key, type Named, named, Stamp, Text } from './arguments.ts';
import { type SlackClient, type Standing, wording } from './client.ts';
import { EVENT_TYPE, permalinkOf } from './notice.ts';

const Done = z.object({ channel: z.string(), ts: z.string() });

const updateMessage = toolsOf<SlackClient>()({
  name: 'slack_update_message',
  title: 'Change the text of a Slack message of ours',
  description: `
Gives a message that we posted another text; it is named by its ts or by the key under which it was posted. A message of
anybody else is refused. Nobody is notified of a change, and a mention that stood in it goes: to tell people something
new, post or reply.`,
  effect: 'update',
  key: 'channel, message and text; the digest of the text stands in the metadata of the message (event_payload.revision)',
  settles: '10s',
  input: z.object({
    channel: Channel,
    ts: Stamp.optional(),
    key: Key.optional().describe('under which the message was posted'),
    thread_ts: Stamp.optional().describe('the thread in which a reply with this key stands'),
    text: Text,
  }),
  output: z.object({
    channel: z.string(),
    channel_id: z.string(),
    ts: z.string(),
    permalink: z.string().nullable(),
    outcome: z.enum(['sent', 'found', 'adopted']),
    summary: z.string(),
  }),
  effects: async ({ channel, ts, key, thread_ts: threadTs, text }, { client }) => {
    const name: Named = named({ ts, key, threadTs }, 'ts and key');
    const place = await client.place(channel);
    const before = await demandOurs(client, channel, name);
    const after = wording({ text }, place);
    // Slack gives a text back in another spelling than it got: the digest tells, not the text.
    const revision = sha256(after).slice(0, 32);
    return [
      {
        key: `slack:${channel}:${before.ts}:${revision}`,
        preview: {
          system: 'slack',
          action: 'update message',
          target: `message ${before.ts} in ${place.redirected ? `${place.id} instead of ` : ''}channel ${channel}`,
          before: { text: before.text },
          after: { text: after },
        },
        find: async () => {
          const { payload } = await demandOurs(client, channel, name);
          return payload.revision === revision ? present({ channel: place.id, ts: before.ts }) : absent;
        },
        send: async (permit) =>
          await client.updateMessage(
            {
              channel,
              ts: before.ts,
              text,
              event: { type: EVENT_TYPE, payload: { ...before.payload, revision } },
            },
            permit,
          ),
      },
    ];
  },
  result: async ({ channel }, { client }, done) => {
    const outcome = done[0]?.outcome ?? 'sent';
    const { ts, channel: id } = Done.parse(done[0]?.data);
    const permalink = await permalinkOf(client, channel, ts);
    const said = outcome === 'sent' ? 'has the new text' : 'had this text already';
    return { channel, channel_id: id, ts, permalink, outcome, summary: `${ts} in ${channel} ${said}.` };
  },
});

async function demandOurs(client: SlackClient, channel: string, name: Named): Promise<Standing> {
  const message = await demandMessage(client, channel, name);
  if (message.ours) return message;
  throw new SluiceError('forbidden', {
    cause: `slack: message ${message.ts} in ${channel} is not ours (it is of ${message.user}).`,
    remedy: 'Reply in its thread instead.',
    rule: 'slack.own-messages',
  });
}

export const updateTools = [updateMessage];
