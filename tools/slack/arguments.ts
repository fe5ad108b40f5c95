import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import type { SlackClient, Standing } from './client.ts';

export const CHANNEL = /^#?[A-Za-z0-9][\w.-]{0,79}$/;

export const Channel = z.string().regex(CHANNEL).describe('an allowed channel, by id (C…) or exact name');

export const Text = z.string().min(1).max(4000).regex(/\S/).describe("Slack's mrkdwn");

export const Key = z
  .string()
  .regex(/^[\w.:/@+-]{1,200}$/)
  .describe('what this message is about, e.g. z-stream:4.20.27:promoted');

export const Stamp = z.string().regex(/^\d{1,12}\.\d{1,9}$/);

export const Who = z
  .string()
  .regex(/^@?[^\s<>&@][^<>&\r\n]{0,119}$/)
  .describe('an e-mail address, or an exact handle');

export const Mentions = {
  mention: z.array(Who).max(10).optional().describe('people to mention, by e-mail address or exact handle'),
  skip_unknown_mentions: z
    .boolean()
    .optional()
    .describe('post without the mention of somebody who is not found exactly; else that is refused'),
};

/** A message is named by its time stamp or by its key, never by both. */
export type Named = { ts: string } | { key: string; threadTs: string | undefined };

export function named(
  fields: { ts?: string | undefined; key?: string | undefined; threadTs?: string | undefined },
  words: string,
): Named {
  const { ts, key, threadTs } = fields;
  if (ts !== undefined && key === undefined) return { ts };
  if (key !== undefined && ts === undefined) return { key, threadTs };
  throw new SluiceError('invalid_input', {
    cause: `slack: exactly one of ${words} names the message.`,
    remedy: 'Give the one that you know.',
  });
}

export async function demandMessage(client: SlackClient, channel: string, name: Named): Promise<Standing> {
  const message = await client.standing(channel, name);
  if (message !== undefined) return message;
  const what = 'ts' in name ? `at ${name.ts}` : `of ours with the key ${name.key} among the newest 2000`;
  throw new SluiceError('not_found', {
    cause: `slack: there is no message ${what} in ${channel}.`,
    remedy: 'Check the channel and the key; a reply is looked for in its thread alone (thread_ts).',
  });
}
