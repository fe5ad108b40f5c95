import { expect, test } from 'vitest';
import { expired, held, standIn } from '../../test/support/stand-in.ts';
import { GitLabClient } from './client.ts';

const PROJECT = 'art/ocp-shipment-data';
const AT = '/projects/art%2Focp-shipment-data';
const MR = `${AT}/merge_requests/609`;
const mergeRequest = {
  iid: 609,
  title: 'Shipment for 4.20.99',
  state: 'merged',
  labels: ['stage-release-success'],
  source_branch: 'prepare-shipment',
  target_branch: 'main',
  source_project_id: 77,
  web_url: 'https://gitlab.example.com/art/ocp-shipment-data/-/merge_requests/609',
  merged_at: '2026-06-30T10:00:00.000Z',
  draft: false,
};

test('a merge request', async () => {
  await using server = await standIn({ [`GET ${MR}`]: { body: mergeRequest } });
  const client = new GitLabClient(server.http({ 'private-token': 't' }), [PROJECT]);
  expect(await client.getMergeRequest(PROJECT, 609)).toMatchInlineSnapshot(`
    {
      "iid": 609,
      "labels": [
        "stage-release-success",
      ],
      "mergedAt": "2026-06-30T10:00:00.000Z",
      "sourceBranch": "prepare-shipment",
      "sourceProjectId": 77,
      "state": "merged",
      "targetBranch": "main",
      "title": "Shipment for 4.20.99",
      "webUrl": "https://gitlab.example.com/art/ocp-shipment-data/-/merge_requests/609",
    }
  `);
  expect(server.seen[0]?.headers['private-token']).toBe('t');
});

test.each([
  [{ status: 401 }, 'auth'],
  [{ status: 404 }, 'not_found'],
  [{ body: { ...mergeRequest, state: 'vanished' } }, 'schema_drift'],
])('%j is %s', async (reply, code) => {
  await using server = await standIn({ [`GET ${MR}`]: reply });
  await expect(
    new GitLabClient(server.http(), [PROJECT]).getMergeRequest(PROJECT, 609),
  ).rejects.toMatchObject({ code });
});

test('lists are read to their last page', async () => {
  const note = (id: number) => ({
    id,
    body: `n${id}`,
    author: { username: 'art-bot' },
    created_at: '2026-06-25T00:00:00Z',
  });
  await using server = await standIn({
    [`GET ${MR}/notes`]: [
      { headers: { 'x-next-page': '2' }, body: [note(1)] },
      { headers: { 'x-next-page': '' }, body: [note(2)] },
    ],
    [`GET ${MR}/diffs`]: { body: [{ new_path: 'shipment/a.yaml' }, { new_path: 'shipment/b.yaml' }] },
  });
  const client = new GitLabClient(server.http(), [PROJECT]);
  expect(await client.listNotes(PROJECT, 609)).toEqual([
    { id: 1, body: 'n1', author: 'art-bot', createdAt: '2026-06-25T00:00:00Z' },
    { id: 2, body: 'n2', author: 'art-bot', createdAt: '2026-06-25T00:00:00Z' },
  ]);
  expect(await client.changedFiles(PROJECT, 609)).toEqual(['shipment/a.yaml', 'shipment/b.yaml']);
  expect(server.requests()).toEqual([
    `GET ${MR}/notes?sort=asc&order_by=created_at&per_page=100&page=1`,
    `GET ${MR}/notes?sort=asc&order_by=created_at&per_page=100&page=2`,
    `GET ${MR}/diffs?per_page=100&page=1`,
  ]);
});

test('a list without an end is refused, not cut', async () => {
  await using server = await standIn({ [`GET ${MR}/diffs`]: { headers: { 'x-next-page': '2' }, body: [] } });
  const files = new GitLabClient(server.http(), [PROJECT]).changedFiles(PROJECT, 609);
  await expect(files).rejects.toMatchObject({ code: 'upstream' });
  expect(server.requests()).toHaveLength(50);
});

test('a file is read as text, its path being one segment', async () => {
  const target = '/projects/77/repository/files/shipment%2Fa%3Fb.yaml/raw';
  await using server = await standIn({ [`GET ${target}`]: { body: 'kind: x\n' } });
  const client = new GitLabClient(server.http(), [PROJECT]);
  expect(await client.rawFile(77, 'shipment/a?b.yaml', 'prepare-shipment')).toBe('kind: x\n');
  for (const path of ['../x', 'a/../b', '', 'a//b']) {
    await expect(client.rawFile(77, path, 'main')).rejects.toMatchObject({ code: 'invalid_input' });
  }
  expect(server.requests()).toEqual([`GET ${target}?ref=prepare-shipment`]);
});

test('an odd project stays one segment', async () => {
  await using server = await standIn({ 'GET /projects/g%2Fx%3Fy/merge_requests/1': { status: 404 } });
  const client = new GitLabClient(server.http(), [PROJECT]);
  await expect(client.getMergeRequest('g/x?y', 1)).rejects.toMatchObject({ code: 'not_found' });
});

test('promise 45: a project that climbs is asked for nowhere', async () => {
  await using server = await standIn({});
  const client = new GitLabClient(server.http(), [PROJECT]);
  for (const project of ['../x', 'g/../x', '..'])
    await expect(client.getMergeRequest(project, 1)).rejects.toMatchObject({ code: 'invalid_input' });
  expect(server.seen).toEqual([]);
});

test('promise 44: a list does not go on by the addresses that an answer names', async () => {
  const headers = { link: '<https://elsewhere.example.com/api/v4/users?page=2>; rel="next"' };
  await using server = await standIn({ 'GET /users': { headers, body: [] } });
  expect(await new GitLabClient(server.http(), [PROJECT]).userNamed('lead')).toBeUndefined();
  expect(server.requests()).toEqual(['GET /users?username=lead']);
});

test('notes and approvals', async () => {
  await using server = await standIn({
    [`POST ${MR}/notes`]: { status: 201, body: { id: 5, body: 'hello' } },
    [`POST ${MR}/approve`]: { status: 201, body: {} },
    [`GET ${MR}/approvals`]: { body: { approved_by: [{ user: { username: 'qe-bot', id: 1 } }] } },
  });
  const client = new GitLabClient(server.http(), [PROJECT]);
  expect(await client.addNote(PROJECT, 609, 'hello', held)).toEqual({ id: 5 });
  await client.approve(PROJECT, 609, held);
  expect(await client.approvals(PROJECT, 609)).toEqual({ approvedBy: ['qe-bot'] });
  expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({ body: 'hello' });
});

test('a 401 to an approval is told apart from a bad token', async () => {
  const me = { id: 1, username: 'qe-bot', name: 'QE Bot' };
  await using server = await standIn({
    [`POST ${MR}/approve`]: { status: 401 },
    'GET /user': [{ body: me }, { status: 401 }],
  });
  const client = new GitLabClient(server.http(), [PROJECT]);
  await expect(client.approve(PROJECT, 609, held)).rejects.toMatchObject({
    code: 'precondition',
    reached: 'no',
  });
  await expect(client.approve(PROJECT, 609, held)).rejects.toMatchObject({ code: 'auth' });
});

test('nothing is sent without a permit', async () => {
  await using server = await standIn({});
  const client = new GitLabClient(server.http(), [PROJECT]);
  await expect(client.addNote(PROJECT, 609, 'x', expired)).rejects.toMatchObject({ code: 'stale' });
  await expect(client.approve(PROJECT, 609, expired)).rejects.toMatchObject({ code: 'stale' });
  expect(server.requests()).toEqual([]);
});
