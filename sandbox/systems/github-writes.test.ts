import { beforeEach, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const MAIN = '1'.repeat(40);
const WORK = '2'.repeat(40);
const { current, reset } = bench({
  name: 'github-writes',
  clock: '2026-06-25T12:00:00Z',
  github: {
    repositories: {
      'demo/app': {
        branches: { main: { head: MAIN, files: { 'a.txt': 'a\n' } }, work: { head: WORK } },
        commits: {
          [MAIN]: { message: 'one', at: '2026-06-01T00:00:00Z' },
          [WORK]: { message: 'two', at: '2026-06-02T00:00:00Z', parents: [MAIN] },
        },
        tags: { v1: { commit: MAIN } },
        pull_requests: {
          '1': {
            title: 'Old',
            author: 'bob',
            branch: 'old',
            head: WORK,
            created: '2026-06-02T00:00:00Z',
            state: 'merged',
          },
          '2': { title: 'New', author: 'bob', branch: 'new', head: WORK, created: '2026-06-03T00:00:00Z' },
        },
        runs: {
          '7': {
            workflow: 'Build',
            file: 'build.yml',
            number: 1,
            branch: 'main',
            commit: MAIN,
            created: '2026-06-02T00:00:00Z',
            state: { status: 'completed', conclusion: 'success' },
            jobs: [
              { id: 71, name: 'build', state: { status: 'completed', conclusion: 'success' }, log: 'text\n' },
            ],
          },
        },
        releases: { '5': { tag: 'v1', created: '2026-06-02T00:00:00Z' } },
      },
    },
  },
});
const ROOT = '/github/repos/demo/app';
const PULL = { title: 'x', head: 'demo:work', base: 'main' };

beforeEach(reset);

it.each([
  ['POST', '/pulls', { ...PULL, colour: 'red' }],
  ['POST', '/pulls', { ...PULL, draft: 'yes' }],
  ['POST', '/pulls', { title: 'x', base: 'main' }],
  ['POST', '/pulls', { ...PULL, head: 'demo:nothing' }],
  ['POST', '/pulls', { ...PULL, base: 'nothing' }],
  ['POST', '/pulls', { ...PULL, head: 'demo:main' }],
  ['PATCH', '/pulls/1', { state: 'open' }],
  ['PATCH', '/pulls/2', { state: 'merged' }],
  ['PATCH', '/pulls/2', { title: 7 }],
  ['POST', '/pulls/2/requested_reviewers', { reviewers: 'carol' }],
  ['POST', '/pulls/2/requested_reviewers', { reviewers: ['bob'] }],
  ['POST', '/issues/2/labels', { labels: [1] }],
  ['POST', '/issues/2/comments', { text: 'x' }],
  ['POST', '/releases', { name: 'no tag' }],
  ['POST', '/releases', { tag_name: 'v1' }],
  ['POST', '/releases', { tag_name: 'v2', target_commitish: 'nothing' }],
  ['POST', '/releases', { tag_name: 'v2', make_latest: true }],
  ['POST', '/git/tags', { tag: 'v2', message: 'x', object: 'f'.repeat(40), type: 'commit' }],
  ['POST', '/git/refs', { ref: 'refs/tags/v1', sha: MAIN }],
  ['POST', '/git/refs', { ref: 'refs/tags/v2', sha: 'f'.repeat(40) }],
])('%s %s refuses %j', async (method, path, json) => {
  const answer = await current().ask(`${ROOT}${path}`, { method, json });
  expect(answer.status).toBe(422);
  expect(at(answer.body, 'message')).toEqual(expect.any(String));
  expect(await current().effects()).toEqual([]);
});

it('opens one pull request between two branches, not two', async () => {
  const first = await current().post(`${ROOT}/pulls`, { json: PULL });
  expect(first.status).toBe(201);
  expect(first.body).toMatchObject({ number: 3, head: { label: 'demo:work', sha: WORK }, mergeable: null });
  const second = await current().post(`${ROOT}/pulls`, { json: PULL });
  expect(at(second.body, 'errors.0.message')).toBe('A pull request already exists for demo:work.');
  expect(await current().effects()).toMatchObject([
    { kind: 'pull_request_opened', key: 'demo/app:demo:work:main' },
  ]);
});

it('runs nothing again that has not failed', async () => {
  const answer = await current().post(`${ROOT}/actions/runs/7/rerun-failed-jobs`, { json: {} });
  expect(answer.status).toBe(403);
});

it('hands logs out at another place, which wants no token', async () => {
  const redirect = await fetch(`${current().sandbox.url}${ROOT}/actions/jobs/71/logs`, {
    redirect: 'manual',
  });
  expect(redirect.status).toBe(302);
  const place = redirect.headers.get('location') ?? '';
  expect(await (await fetch(place)).text()).toBe('text\n');
  expect((await fetch(place, { headers: { authorization: 'Bearer x' } })).status).toBe(403);
  expect((await fetch(place.split('?')[0] ?? '')).status).toBe(403);
});

it('lets strangers write nothing', async () => {
  const json = PULL;
  expect((await current().post(`${ROOT}/pulls`, { json, auth: false })).status).toBe(404);
  const headers = { authorization: 'Bearer wrong' };
  expect((await current().post(`${ROOT}/pulls`, { json, headers })).status).toBe(401);
  expect(await current().effects()).toEqual([]);
});

it('gives a file at a commit or tag where a branch stands', async () => {
  for (const ref of ['main', MAIN, 'v1']) {
    const answer = await current().ask(`${ROOT}/contents/a.txt?ref=${ref}`);
    expect([ref, answer.status]).toEqual([ref, 200]);
  }
  expect((await current().ask(`${ROOT}/contents/a.txt?ref=work`)).status).toBe(404);
});
