import { sha256 } from '../../src/kit/canonical.ts';
import { formatDuration } from '../../src/kit/duration.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { SlackClient } from './client.ts';

/** Stands for a person in a message's metadata, where everybody in the channel can read it. */
export function authorMark(principal: string): string {
  return sha256(`slack author ${principal}`).slice(0, 16);
}

/**
 * Refuses for as long as this author's window is full, counted by what stands in the channel (or the thread).
 * A busy line, and no NotYet: also a notice of a step waits then, and is not dropped.
 */
export async function assertRoom(
  client: SlackClient,
  asked: { channel: string; threadTs?: string | undefined; principal: string; now: number },
): Promise<void> {
  const { limits } = client;
  if (limits === undefined) return;
  const { perAuthor, windowMs } = limits;
  const author = authorMark(asked.principal);
  const times = await client.postedBy(asked.channel, author, asked.now - windowMs, asked.threadTs);
  const oldestThatCounts = times[perAuthor - 1];
  if (oldestThatCounts === undefined) return;
  const seconds = Math.max(1, Math.ceil(oldestThatCounts + (windowMs - asked.now) / 1000));
  throw new SluiceError('rate_limited', {
    cause: `slack: ${asked.principal} has posted ${times.length} times to ${asked.channel} within ${formatDuration(windowMs)}, and ${perAuthor} are allowed.`,
    remedy: `Try again in ${formatDuration(seconds * 1000)}, or say several things in one message.`,
    rule: 'slack.limits',
    retryAfterSeconds: seconds,
  });
}
