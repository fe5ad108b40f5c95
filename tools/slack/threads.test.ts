import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../sandbox/bench.ts';
import { OTHERS, slackWorld, stampAt } from './testing/workspace.ts';

const REPLY = 'slack_reply_in_thread';
const UPDATE = 'slack_update_message';
const { current, reset, write, read, effects, fault } = slackWorld();
const channel = 'C0RELEASE';
const parent = { channel, text: 'Promoted.', key: 'promoted' };
const reply = { channel, text: 'Signed.', key: 'signed' };

beforeEach(reset);

describe('a reply', () => {
  it('goes into the thread of a message found by its key, once', async () => {
    const { ts } = Object(await write('slack_post_message', parent));
    const first = await write(REPLY, { ...reply, thread_key: 'promoted' });
    expect(first).toMatchObject({
      outcome: 'sent',
      thread_ts: ts,
      permalink: expect.stringContaining(`?thread_ts=${ts}`),
    });
    expect(await write(REPLY, { ...reply, thread_ts: ts })).toMatchObject({
      outcome: 'adopted',
      ts: at(first, 'ts'),
      thread_ts: ts,
    });
    expect(await effects()).toHaveLength(2);
  });

  it('may have the key of the message that it answers', async () => {
    await write('slack_post_message', parent);
    expect(await write(REPLY, { ...reply, key: 'promoted', thread_key: 'promoted' })).toMatchObject({
      outcome: 'sent',
    });
  });

  it('to a reply goes into the same thread', async () => {
    expect(await write(REPLY, { ...reply, thread_ts: stampAt(4000) })).toMatchObject({ thread_ts: OTHERS });
  });

  it.each(['reset_after', 'truncated'])('whose answer is lost by %s is not sent again', async (name) => {
    await fault({ path: 'chat.postMessage', fault: name });
    expect(await write(REPLY, { ...reply, thread_ts: OTHERS })).toMatchObject({
      outcome: 'sent',
      thread_ts: OTHERS,
    });
    expect(await effects()).toHaveLength(1);
  });

  it.each([
    [{ thread_key: 'nothing' }, 'not_found'],
    [{ thread_ts: '1.000001' }, 'not_found'],
    [{}, 'invalid_input'],
    [{ thread_ts: OTHERS, thread_key: 'promoted' }, 'invalid_input'],
    [{ thread_ts: OTHERS, channel: 'rehearsal' }, 'forbidden'],
  ])('%j is %s', async (odd, code) => {
    await expect(write(REPLY, { ...reply, ...odd })).rejects.toMatchObject({ code });
    expect(await effects()).toEqual([]);
  });
});

describe('a change', () => {
  const text = 'Promoted & signed <!here>';

  it('of our message happens once, and keeps its key', async () => {
    const { ts } = Object(await write('slack_post_message', parent));
    expect(await write(UPDATE, { channel, key: 'promoted', text })).toMatchObject({ outcome: 'sent', ts });
    expect(await write(UPDATE, { channel, ts, text })).toMatchObject({ outcome: 'adopted', ts });
    expect(await write('slack_post_message', parent)).toMatchObject({ outcome: 'adopted', ts });
    expect((await effects()).slice(1)).toEqual([
      ['message_updated', 'release', 'Promoted & signed &lt;!here>'],
    ]);
  });

  it('back to an earlier text is a change again', async () => {
    await write('slack_post_message', parent);
    for (const next of ['a', 'b', 'a', 'a']) await write(UPDATE, { channel, key: 'promoted', text: next });
    expect((await effects()).slice(1).map(([, , said]) => said)).toEqual(['a', 'b', 'a']);
  });

  it.each(['reset_after', 'truncated'])('whose answer is lost by %s is looked up', async (name) => {
    await write('slack_post_message', parent);
    await fault({ path: 'chat.update', fault: name });
    expect(await write(UPDATE, { channel, key: 'promoted', text })).toMatchObject({ outcome: 'sent' });
    expect(await effects()).toHaveLength(2);
  });

  it('of a reply is found in its thread', async () => {
    await write(REPLY, { ...reply, thread_ts: OTHERS });
    await expect(write(UPDATE, { channel, key: 'signed', text })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await write(UPDATE, { channel, key: 'signed', thread_ts: OTHERS, text })).toMatchObject({
      outcome: 'sent',
    });
  });

  it("of somebody else's message is refused before anything is sent", async () => {
    const refused = write(UPDATE, { channel, ts: OTHERS, text });
    await expect(refused).rejects.toMatchObject({ code: 'forbidden', rule: 'slack.own-messages' });
    const requests = await current().requests();
    expect(requests.filter(({ mutating }) => mutating === true)).toEqual([]);
  });
});

describe('reading', () => {
  it('a thread lists who said what, and is no approval', async () => {
    await write(REPLY, { ...reply, thread_ts: OTHERS });
    expect(await read('slack_list_thread', { channel, thread_ts: OTHERS })).toMatchInlineSnapshot(`
      {
        "channel": "C0RELEASE",
        "messages": [
          {
            "at": "2026-06-25T10:36:40.000Z",
            "ours": false,
            "text": "When is it <@U0SAM1>?",
            "ts": "1782383800.000100",
            "user": "U0RLEAD",
          },
          {
            "at": "2026-06-25T10:53:20.000Z",
            "ours": false,
            "text": "approved",
            "ts": "1782384800.000100",
            "user": "U0SAM1",
          },
          {
            "at": "2026-06-25T12:00:00.000Z",
            "key": "signed",
            "ours": true,
            "text": "Signed.",
            "ts": "1782388800.000001",
            "user": "U0SLUICE",
          },
        ],
        "summary": "2 replies on this page of thread 1782383800.000100 in C0RELEASE.",
        "thread_ts": "1782383800.000100",
        "truncated": false,
      }
    `);
  });

  it('W-P24 an alert: its name and how many fire', async () => {
    const [first, second] = [stampAt(3000), stampAt(2000)];
    const alert = { channel: 'release', user: 'U0RLEAD' };
    const messages = [
      { ...alert, ts: first, text: 'Alert: HighCPUUsage [FIRING:3] on node a' },
      { ...alert, ts: second, text: 'looking into it', thread_ts: first },
    ];
    await current().control('/scenario', { patch: { slack: { messages } } });
    const answer = await read('slack_list_thread', { channel, thread_ts: first });
    expect(at(answer, 'messages.0.alert')).toEqual({ name: 'HighCPUUsage', firing: 3 });
    expect(at(answer, 'messages.1')).not.toHaveProperty('alert');
  });

  it('a thread comes in pages', async () => {
    const first = await read('slack_list_thread', { channel, thread_ts: OTHERS, limit: 1 });
    expect(first).toMatchObject({ truncated: true, messages: [{ ts: OTHERS }] });
    const cursor = at(first, 'next_cursor');
    expect(await read('slack_list_thread', { channel, thread_ts: OTHERS, limit: 1, cursor })).toMatchObject({
      truncated: false,
      messages: [{ text: 'approved', ours: false }],
    });
  });

  it('the largest page stays small', async () => {
    const messages = Array.from({ length: 60 }, (_, n) => ({
      channel: 'release',
      ts: stampAt(3000 - n),
      user: 'U0RLEAD',
      text: 'long '.repeat(900),
      ...(n === 0 ? {} : { thread_ts: stampAt(3000) }),
    }));
    await current().control('/scenario', { patch: { slack: { messages } } });
    const answer = await read('slack_list_thread', { channel, thread_ts: stampAt(3000) });
    expect(at(answer, 'messages')).toHaveLength(20);
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  });

  it('the address of a message, by key or time', async () => {
    await write('slack_post_message', parent);
    const byKey = await read('slack_get_permalink', { channel, key: 'promoted' });
    expect(await read('slack_get_permalink', { channel, ts: at(byKey, 'ts') })).toEqual(byKey);
    expect(at(byKey, 'permalink')).toMatch(/^https:\/\/example\.slack\.com\/archives\/C0RELEASE\/p\d+$/);
  });

  it.each([
    ['slack_list_thread', { channel, thread_ts: '1.000001' }, 'not_found'],
    ['slack_list_thread', { channel: 'rehearsal', thread_ts: OTHERS }, 'forbidden'],
    ['slack_get_permalink', { channel, ts: '1.000001' }, 'not_found'],
    ['slack_get_permalink', { channel, key: 'nothing' }, 'not_found'],
    ['slack_get_permalink', { channel }, 'invalid_input'],
  ])('%s %j is %s', async (tool, input, code) => {
    await expect(read(tool, input)).rejects.toMatchObject({ code });
  });
});
