import { expect, test } from 'vitest';
import { performDirect } from '../../src/kit/perform-direct.ts';
import { Registry } from '../../src/kit/registry.ts';
import { type Answers, principal, services, standIn } from '../../test/support/stand-in.ts';
import { slack } from './module.ts';

const POST = 'POST /chat.postMessage';
const HISTORY = 'GET /conversations.history';
const LINK = 'GET /chat.getPermalink';
const input = { channel: 'C1', text: 'promoted @here', key: 'z-stream:4.20.27:promoted' };
const there = { ts: '9.9', metadata: { event_type: 'sluice_message', event_payload: { key: input.key } } };
const options = { principal, now: 0 };
const permalink = 'https://example.slack.com/archives/C1/p12';
const link = { [LINK]: { body: { ok: true, channel: 'C1', permalink } } };

async function post(answers: Answers, asked: object = input) {
  await using server = await standIn(answers);
  const settings = { slack: { base_url: server.url, token: 'cmd:echo slack-secret', channels: ['C1'] } };
  const registry = new Registry([slack], settings, services);
  const perform = async (effects: Parameters<typeof performDirect>[0]) =>
    await performDirect(effects, services);
  const answer = await registry
    .write('slack_post_message', asked, options, perform)
    .catch((error: unknown) => error);
  return { answer, requests: server.requests().map((request) => request.split('?')[0]) };
}

test('W-N01 posts what does not stand there yet', async () => {
  const answers = {
    [HISTORY]: { body: { ok: true, messages: [] } },
    [POST]: { body: { ok: true, channel: 'C1', ts: '1.2' } },
    ...link,
  };
  const { answer, requests } = await post(answers);
  expect(answer).toMatchInlineSnapshot(`
    {
      "channel": "C1",
      "channel_id": "C1",
      "outcome": "sent",
      "permalink": "https://example.slack.com/archives/C1/p12",
      "summary": "Posted to C1 as 1.2.",
      "ts": "1.2",
    }
  `);
  expect(requests).toEqual([HISTORY, POST, LINK]);
});

test('finds what stands there', async () => {
  const { answer, requests } = await post({
    [HISTORY]: { body: { ok: true, messages: [there] } },
    ...link,
  });
  expect(answer).toMatchObject({ outcome: 'adopted', ts: '9.9' });
  expect(requests).toEqual([HISTORY, LINK]);
});

test('a lost answer is looked up, not sent again', async () => {
  const answers = {
    [HISTORY]: [{ body: { ok: true, messages: [] } }, { body: { ok: true, messages: [there] } }],
    [POST]: { status: 503 },
    ...link,
  };
  const { answer, requests } = await post(answers);
  expect(answer).toMatchObject({ outcome: 'sent', ts: '9.9' });
  expect(requests).toEqual([HISTORY, POST, HISTORY, LINK]);
});

test('an answer that was cut short is a lost one', async () => {
  const answers = {
    [HISTORY]: [{ body: { ok: true, messages: [] } }, { body: { ok: true, messages: [there] } }],
    [POST]: { body: '{"ok":true,"chan' },
    ...link,
  };
  const { answer, requests } = await post(answers);
  expect(answer).toMatchObject({ outcome: 'sent', ts: '9.9' });
  expect(requests).toEqual([HISTORY, POST, HISTORY, LINK]);
});

test('a message whose address Slack does not tell is posted all the same', async () => {
  const answers = {
    [HISTORY]: { body: { ok: true, messages: [] } },
    [POST]: { body: { ok: true, channel: 'C1', ts: '1.2' } },
    [LINK]: { body: { ok: false, error: 'message_not_found' } },
  };
  const { answer } = await post(answers);
  expect(answer).toMatchObject({ outcome: 'sent', ts: '1.2', permalink: null });
});

test('W-N03 a busy Slack refuses once, says when, and gets one request', async () => {
  const answers = {
    [HISTORY]: { body: { ok: true, messages: [] } },
    [POST]: { status: 429, headers: { 'retry-after': '30' } },
  };
  const { answer, requests } = await post(answers);
  expect(answer).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 30, reached: 'no' });
  expect(requests).toEqual([HISTORY, POST]);
});

test('another channel is refused before anything is asked', async () => {
  const { answer, requests } = await post({}, { ...input, channel: 'C2' });
  expect(answer).toMatchObject({ code: 'forbidden' });
  expect(requests).toEqual([]);
});

test('the preview shows the text as it will stand', async () => {
  const settings = { slack: { base_url: 'http://127.0.0.1:1', token: 'env:NONE', channels: ['C1'] } };
  const effects = await new Registry([slack], settings, services).effects(
    'slack_post_message',
    input,
    options,
  );
  expect(effects.map(({ key, preview }) => ({ key, preview }))).toMatchInlineSnapshot(`
    [
      {
        "key": "slack:C1:z-stream:4.20.27:promoted",
        "preview": {
          "action": "post message",
          "after": {
            "text": "promoted @ here",
          },
          "system": "slack",
          "target": "channel C1",
        },
      },
    ]
  `);
});

test.each([{ text: '' }, { text: ' ' }, { key: 'a b' }, { channel: 'C1?x' }, { thread_ts: 'x' }])(
  '%j is refused',
  async (odd) => {
    expect((await post({}, { ...input, ...odd })).answer).toMatchObject({ code: 'invalid_input' });
  },
);
