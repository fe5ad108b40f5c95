import { expect, it } from 'vitest';
import { standIn } from '../../test/support/stand-in.ts';
import { SlackClient } from './client.ts';
import { slackWorld } from './testing/workspace.ts';

const { current, read } = slackWorld();

it.each(['release', '#release', 'C0RELEASE'])('W-N01 finds the channel %s', async (name) => {
  expect(await read('slack_find_channel', { name })).toMatchObject({
    outcome: 'found',
    channel: { id: 'C0RELEASE', name: 'release', allowed: true, member: true, private: false },
    summary: '#release is C0RELEASE; messages may go there.',
  });
});

it.each([
  ['releas', 'unknown', ['release', 'release-notes']],
  ['Release', 'unknown', ['release', 'release-notes']],
  ['shared', 'ambiguous', ['shared', 'shared']],
  ['old-release', 'unknown', ['release']],
  ['zzzzzzzz', 'unknown', []],
])('W-N02 %s is %s', async (name, outcome, candidates) => {
  const answer = await read('slack_find_channel', { name });
  expect(answer).toMatchObject({ outcome, complete: true, candidates: candidates.map((name) => ({ name })) });
  expect(answer).not.toHaveProperty('channel');
});

it('says that messages may not go to a channel', async () => {
  expect(await read('slack_find_channel', { name: 'rehearsal' })).toMatchObject({
    channel: { allowed: false },
  });
});

it.each([
  ['rl@example.com', 'U0RLEAD'],
  ['rl+oncall@example.com', 'U0RLEAD'],
  ['@rlead', 'U0RLEAD'],
  ['U0SAM1', 'U0SAM1'],
  ['samantha', 'U0SAM2'],
])('finds the person %s', async (who, id) => {
  expect(await read('slack_find_user', { who })).toMatchObject({ outcome: 'found', user: { id } });
});

it.each([
  ['rlea', 'unknown', ['rlead']],
  ['sam', 'ambiguous', ['sam', 'samantha']],
  ['gone', 'unknown', []],
  ['gone@example.com', 'unknown', []],
  ['nobody@example.com', 'unknown', []],
])('W-N04 the person %s is %s', async (who, outcome, handles) => {
  const answer = await read('slack_find_user', { who });
  expect(answer).toMatchObject({ outcome, candidates: handles.map((handle) => ({ handle })) });
  expect(answer).not.toHaveProperty('user');
});

it('the list of channels is read once, and anew for a name that is not in it', async () => {
  await using server = await standIn({
    'GET /conversations.list': [
      { body: { ok: true, channels: [{ id: 'C1', name: 'one' }], response_metadata: { next_cursor: 'n' } } },
      { body: { ok: true, channels: [{ id: 'C2', name: 'two' }] } },
      { body: { ok: true, channels: [{ id: 'C3', name: 'three' }] } },
    ],
  });
  const client = new SlackClient(server.http(), ['one', 'two', 'three']);
  expect(await client.place('two')).toMatchObject({ id: 'C2' });
  expect(await client.place('#one')).toMatchObject({ id: 'C1' });
  expect(server.requests()).toHaveLength(2);
  expect(await client.place('three')).toMatchObject({ id: 'C3' });
  expect(server.requests()).toHaveLength(3);
  expect(server.requests()[1]).toContain('cursor=n');
});

it('a list kept for too long is read again', async () => {
  let wall = 0;
  const clock = { now: async () => 0, wall: () => wall, sleep: async () => undefined };
  await using server = await standIn({
    'GET /conversations.list': [
      { body: { ok: true, channels: [{ id: 'C1', name: 'one' }] } },
      { body: { ok: true, channels: [{ id: 'C9', name: 'one' }] } },
    ],
  });
  const client = new SlackClient(server.http(), ['one'], { clock });
  await client.place('one');
  wall = 599_000;
  expect(await client.place('one')).toMatchObject({ id: 'C1' });
  wall = 601_000;
  expect(await client.place('one')).toMatchObject({ id: 'C9' });
});

it('asks by nothing but GET', async () => {
  const requests = await current().requests();
  expect(requests.length).toBeGreaterThan(5);
  expect(new Set(requests.map(({ method }) => method))).toEqual(new Set(['GET']));
});
