import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const { current, reset } = bench();
const API = '/slack/api';
const METADATA = { event_type: 'sluice_notice', event_payload: { key: 'take-ownership:4.20.27' } };

beforeEach(reset);

it('keeps messages with their metadata, as JSON or as a form', async () => {
  const first = await current().post(`${API}/chat.postMessage`, {
    json: { channel: 'qe-release', text: 'one', metadata: METADATA },
  });
  const second = await current().post(`${API}/chat.postMessage`, {
    form: {
      channel: 'C0QERELEASE',
      text: 'two',
      metadata: JSON.stringify(METADATA),
      thread_ts: String(at(first.body, 'ts')),
    },
  });
  expect(first.body).toMatchObject({ ok: true, channel: 'C0QERELEASE' });
  expect(Number(at(second.body, 'ts'))).toBeGreaterThan(Number(at(first.body, 'ts')));
  const history = await current().post(`${API}/conversations.history`, {
    form: { channel: 'C0QERELEASE', include_all_metadata: 'true' },
  });
  expect(history.body).toMatchObject({
    ok: true,
    has_more: false,
    messages: [{ text: 'one', metadata: METADATA }],
  });
  const thread = await current().ask(
    `${API}/conversations.replies?channel=C0QERELEASE&ts=${String(at(first.body, 'ts'))}&include_all_metadata=true`,
  );
  expect(at(thread.body, 'messages')).toMatchObject([{ text: 'one' }, { text: 'two', metadata: METADATA }]);
  const plain = await current().ask(`${API}/conversations.history?channel=C0QERELEASE`);
  expect(at(plain.body, 'messages.0.metadata')).toBeUndefined();
  expect(await current().effects()).toMatchObject([
    { kind: 'message_posted', key: 'qe-release', data: { text: 'one', metadata: METADATA } },
    { kind: 'message_posted', key: 'qe-release' },
  ]);
});

it('pages through history and cuts it by time', async () => {
  const stamps: string[] = [];
  for (const text of ['a', 'b', 'c']) {
    const { body } = await current().post(`${API}/chat.postMessage`, { json: { channel: 'art', text } });
    stamps.push(String(at(body, 'ts')));
  }
  const history = async (query: string) =>
    (await current().ask(`${API}/conversations.history?channel=C0FORUMART&${query}`)).body;
  const page = await history('limit=2');
  expect(page).toMatchObject({ has_more: true, messages: [{ text: 'c' }, { text: 'b' }] });
  const cursor = String(at(page, 'response_metadata.next_cursor'));
  expect(await history(`limit=2&cursor=${encodeURIComponent(cursor)}`)).toMatchObject({
    has_more: false,
    messages: [{ text: 'a' }],
  });
  expect(at(await history(`oldest=${stamps[1]}`), 'messages')).toMatchObject([{ text: 'c' }]);
  expect(at(await history(`oldest=${stamps[1]}&inclusive=true`), 'messages')).toHaveLength(2);
});

it('knows people and groups', async () => {
  const found = await current().ask(`${API}/users.lookupByEmail?email=rl@example.com`);
  expect(at(found.body, 'user.id')).toBe('U0RLEAD');
  expect(at((await current().ask(`${API}/usergroups.list`)).body, 'usergroups.0.handle')).toBe(
    'openshift-qe-lead-4-17',
  );
  expect((await current().post(`${API}/auth.test`)).body).toMatchObject({ ok: true, user_id: 'U0SLUICE' });
});

describe('refusals', () => {
  it.each([
    ['chat.postMessage', { channel: 'nowhere', text: 'x' }, 'channel_not_found'],
    ['chat.postMessage', { channel: 'art' }, 'no_text'],
    ['chat.postMessage', { channel: 'art', text: 'x', thread: '1.1' }, 'invalid_arguments'],
    ['chat.postMessage', { channel: 'art', text: 'x', thread_ts: 1.1 }, 'thread_not_found'],
    ['chat.postMessage', { channel: 'art', text: 'x', thread_ts: 'first' }, 'invalid_arguments'],
    ['chat.postMessage', { channel: 'art', text: 'x', metadata: { key: 1 } }, 'invalid_metadata_format'],
    ['chat.postMessage', { channel: 'art', text: 'x'.repeat(40_001) }, 'msg_too_long'],
    ['chat.update', { channel: 'C0FORUMART', ts: '1.1', text: 'x' }, 'message_not_found'],
    ['chat.getPermalink', { channel: 'C0FORUMART', message_ts: '1.1' }, 'message_not_found'],
    ['conversations.replies', { channel: 'C0FORUMART', ts: '1.1' }, 'thread_not_found'],
    ['conversations.list', { types: 'everything' }, 'invalid_arguments'],
    ['conversations.list', { cursor: 'made up' }, 'invalid_cursor'],
    ['conversations.history', { channel: 'nowhere' }, 'channel_not_found'],
    ['conversations.history', { channel: 'art' }, 'channel_not_found'],
    ['users.lookupByEmail', { email: 'x@example.com' }, 'users_not_found'],
  ])('%s %j -> %s', async (method, json, error) => {
    expect(await current().post(`${API}/${method}`, { json })).toMatchObject({
      status: 200,
      body: { ok: false, error },
    });
  });

  it('wants its token', async () => {
    expect((await current().post(`${API}/auth.test`, { auth: false })).body).toEqual({
      ok: false,
      error: 'not_authed',
    });
    const headers = { authorization: 'Bearer xoxb-wrong' };
    expect((await current().post(`${API}/auth.test`, { headers })).body).toEqual({
      ok: false,
      error: 'invalid_auth',
    });
  });
});
