import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../sandbox/bench.ts';
import { principal } from '../../test/support/stand-in.ts';
import { authorMark } from './limits.ts';
import { NOW, OTHERS, slackWorld, stampAt } from './testing/workspace.ts';

const POST = 'slack_post_message';
const { current, reset, registry, write, effects, fault } = slackWorld();
const input = { channel: 'C0RELEASE', text: 'Promoted.', key: 'z:4.20.27:promoted' };

beforeEach(reset);

const posts = async () =>
  (await current().requests()).filter(({ path }) => String(path).endsWith('chat.postMessage'));

describe('W-N01 an exact channel', () => {
  it.each([['C0RELEASE'], ['release'], ['#release']])(
    '%s gets one message, with its address',
    async (channel) => {
      const first = await write(POST, { ...input, channel }, { settings: { channels: ['C0RELEASE'] } });
      expect(first).toMatchObject({
        channel,
        channel_id: 'C0RELEASE',
        outcome: 'sent',
        permalink: expect.stringMatching(/^https:\/\/example\.slack\.com\/archives\/C0RELEASE\/p\d+$/),
      });
      const again = await write(POST, { ...input, text: 'Promoted, again.' });
      expect(again).toMatchObject({
        outcome: 'adopted',
        ts: at(first, 'ts'),
        permalink: at(first, 'permalink'),
      });
      expect(await effects()).toEqual([['message_posted', 'release', 'Promoted.']]);
    },
  );

  it('is allowed by its name in the settings too', async () => {
    expect(await write(POST, { ...input, channel: 'C0NOTES' })).toMatchObject({ channel_id: 'C0NOTES' });
    expect(await write(POST, { ...input, channel: 'release-notes' })).toMatchObject({ outcome: 'adopted' });
  });

  it('a key in metadata that another app wrote is not ours', async () => {
    const metadata = { event_type: 'sluice_message', event_payload: { key: input.key } };
    const messages = [{ channel: 'release', ts: OTHERS, user: 'U0OTHER', text: 'Promoted!', metadata }];
    await current().control('/scenario', { patch: { slack: { messages } } });
    expect(await write(POST, input)).toMatchObject({ outcome: 'sent' });
  });
});

describe('W-N02 a channel that is not exactly one', () => {
  it.each([
    ['releas', 'not_found', '#release (C0RELEASE)'],
    ['old-release', 'not_found', '#release'],
    ['secret', 'not_found', ''],
    ['shared', 'conflict', ''],
  ])('%s is refused with what may be meant', async (channel, code, candidate) => {
    const refused = write(POST, { ...input, channel });
    await expect(refused).rejects.toMatchObject({ code, remedy: expect.stringContaining(candidate) });
    expect(await posts()).toEqual([]);
  });

  it('names the channels of one name', async () => {
    await expect(write(POST, { ...input, channel: 'shared' })).rejects.toThrow(
      '#shared (C0SHARED1), #shared (C0SHARED2)',
    );
  });

  it('one that exists and is not allowed is forbidden', async () => {
    const refused = write(POST, { ...input, channel: 'rehearsal' });
    await expect(refused).rejects.toMatchObject({ code: 'forbidden', rule: 'slack.channels' });
    expect(await posts()).toEqual([]);
  });
});

describe('W-N03 a busy Slack', () => {
  it('says when to come back, and the next call posts once', async () => {
    await fault({ path: 'chat.postMessage', fault: '429', retry_after: 30 });
    await expect(write(POST, input)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 30,
      reached: 'no',
    });
    expect(await write(POST, input)).toMatchObject({ outcome: 'sent' });
    expect(await effects()).toHaveLength(1);
  });

  it('a look-up waits by itself', async () => {
    await fault({ path: 'conversations.history', fault: '429', retry_after: 2 });
    expect(await write(POST, input)).toMatchObject({ outcome: 'sent' });
    expect(await posts()).toHaveLength(1);
  });

  it.each(['reset_after', 'truncated', '500'])(
    'an answer lost by %s brings no second message',
    async (name) => {
      await fault({ path: 'chat.postMessage', fault: name });
      const first = await write(POST, input).catch((error: unknown) => error);
      expect(first).toMatchObject(name === '500' ? { code: 'blocked' } : { outcome: 'sent' });
      await write(POST, input);
      expect(await effects()).toHaveLength(1);
    },
  );
});

describe('W-N04 mentions', () => {
  it('of people found exactly, by address and by handle', async () => {
    const mention = ['rl+oncall@example.com', '@samantha', 'samantha'];
    await write(POST, { ...input, text: 'Promoted. <@U0GONE> <!here>', mention });
    expect(await effects()).toEqual([
      ['message_posted', 'release', '<@U0RLEAD> <@U0SAM2> Promoted. &lt;@U0GONE> &lt;!here>'],
    ]);
  });

  it.each([
    ['nobody@example.com', 'not_found', 'e-mail address'],
    ['gone@example.com', 'not_found', 'e-mail address'],
    ['gone', 'not_found', 'e-mail address'],
    ['rleed', 'not_found', '@rlead (Release Lead, U0RLEAD)'],
    ['sam', 'conflict', '@samantha (Sam Two, U0SAM2)'],
  ])('%s is refused: nothing is posted', async (who, code, remedy) => {
    const refused = write(POST, { ...input, mention: ['rlead', who] });
    await expect(refused).rejects.toMatchObject({ code, remedy: expect.stringContaining(remedy) });
    expect(await posts()).toEqual([]);
  });

  it('goes without the unknown one when the flag says so', async () => {
    const mention = ['rlead', 'rleed', 'sam'];
    expect(await write(POST, { ...input, mention, skip_unknown_mentions: true })).toMatchObject({
      mentions_left_out: ['rleed', 'sam'],
      summary: expect.stringContaining('Not mentioned, as not found exactly: rleed, sam.'),
    });
    expect(await effects()).toEqual([['message_posted', 'release', '<@U0RLEAD> Promoted.']]);
  });
});

describe('limits', () => {
  const settings = { limits: { per_author: 3, window: '300s' } };
  const number = (n: number) => ({ ...input, key: `k${n}` });

  it('the fourth message of one person within the window waits, and what stands is still answered', async () => {
    for (const n of [1, 2, 3]) await write(POST, number(n), { settings });
    const fourth = write(POST, number(4), { settings, now: NOW + 100_000 });
    await expect(fourth).rejects.toMatchObject({
      code: 'rate_limited',
      rule: 'slack.limits',
      retryAfterSeconds: 201,
    });
    expect(await write(POST, number(2), { settings })).toMatchObject({ outcome: 'adopted' });
    expect(await effects()).toHaveLength(3);
  });

  it('the window moves on, another person has a window of their own, and so has another channel', async () => {
    for (const n of [1, 2, 3]) await write(POST, number(n), { settings });
    await write(POST, { ...number(4), channel: 'release-notes' }, { settings });
    await write(POST, number(5), { settings, who: 'second@example.com' });
    await write(POST, number(6), { settings, now: NOW + 301_000 });
    expect(await effects()).toHaveLength(6);
  });

  it('an old first message takes no room in its thread, one of now does', async () => {
    const once = { limits: { per_author: 1, window: '300s' } };
    await write(POST, input, { settings: once });
    const reply = (key: string, now: number) =>
      write(
        'slack_reply_in_thread',
        { channel: 'C0RELEASE', thread_key: input.key, key, text: 'x' },
        { settings: once, now },
      );
    await expect(reply('r1', NOW + 10_000)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(await reply('r1', NOW + 301_000)).toMatchObject({ outcome: 'sent' });
  });

  it("another app's marks take no room", async () => {
    const once = { limits: { per_author: 1, window: '300s' } };
    const author = authorMark(principal.id);
    const metadata = { event_type: 'sluice_message', event_payload: { key: 'x', author } };
    const messages = [{ channel: 'release', ts: stampAt(10), user: 'U0OTHER', text: 'x', metadata }];
    await current().control('/scenario', { patch: { slack: { messages } } });
    expect(await write(POST, input, { settings: once })).toMatchObject({ outcome: 'sent' });
  });

  it('tells nobody who it was', async () => {
    await write(POST, input, { settings });
    const [effect] = await current().effects();
    expect(effect?.data.metadata).toMatchObject({
      event_payload: { author: expect.stringMatching(/^[\da-f]{16}$/) },
    });
    expect(JSON.stringify(effect)).not.toContain(principal.id);
  });
});

describe('redirect_to', () => {
  const settings = { redirect_to: 'rehearsal' };

  it('takes every message, and mentions nobody', async () => {
    const answer = await write(POST, { ...input, mention: ['rlead'] }, { settings });
    expect(answer).toMatchObject({ channel: 'C0RELEASE', channel_id: 'C0REHEARSAL', outcome: 'sent' });
    expect(await effects()).toEqual([['message_posted', 'rehearsal', '[for C0RELEASE @rlead] Promoted.']]);
    expect(await write(POST, input, { settings })).toMatchObject({ outcome: 'adopted' });
  });

  it('takes replies and changes too, and opens no other channel', async () => {
    await write(POST, input, { settings });
    const reply = { channel: 'C0RELEASE', thread_key: input.key, key: 'r1', text: 'Signed.' };
    await write('slack_reply_in_thread', reply, { settings });
    await write(
      'slack_update_message',
      { channel: 'C0RELEASE', key: input.key, text: 'Done.' },
      { settings },
    );
    expect((await effects()).map(([kind, key]) => [kind, key])).toEqual([
      ['message_posted', 'rehearsal'],
      ['message_posted', 'rehearsal'],
      ['message_updated', 'rehearsal'],
    ]);
    const refused = write(POST, { ...input, channel: 'rehearsal' }, { settings });
    await expect(refused).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('shows in the preview', async () => {
    const [effect] = await registry(settings).effects(POST, input, { principal, now: NOW });
    expect(effect?.preview).toMatchObject({
      target: 'C0REHEARSAL instead of channel C0RELEASE',
      after: { text: '[for C0RELEASE] Promoted.' },
    });
  });
});
