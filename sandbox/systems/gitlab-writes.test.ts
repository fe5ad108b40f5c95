import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const project = (id: number, more: object) => ({
  id,
  web_url: `https://gitlab.example.com/p${id}`,
  branches: { main: { 'a.txt': 'old\n' }, next: { 'a.txt': 'new\n' } },
  ...more,
});
const { current, reset } = bench({
  name: 'gitlab writes',
  clock: '2026-03-02T12:00:00Z',
  gitlab: {
    users: [{ id: 1, username: 'bot', name: 'Bot' }],
    token_user: 'bot',
    projects: {
      'group/target': project(1, { merge_request_outcomes: [[{ after: '10m', state: 'merged' }]] }),
      'bot/fork': project(2, { forked_from: 'group/target' }),
      'bot/other': project(3, {}),
    },
  },
});
const POST = (id: number) => `/gitlab/api/v4/projects/${id}/merge_requests`;
const wish = { source_branch: 'next', target_branch: 'main', title: 'Next', target_project_id: 1 };

beforeEach(reset);

describe('a merge request that is opened', () => {
  it('stands in the target project, once, and becomes what the scenario says', async () => {
    const made = await current().post(POST(2), { json: wish });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ iid: 1, source_project_id: 2, target_project_id: 1, state: 'opened' });
    expect((await current().post(POST(2), { json: wish })).status).toBe(409);
    expect(at((await current().ask(`${POST(1)}/1/diffs`)).body, '0.new_path')).toBe('a.txt');
    await current().to('2026-03-02T12:10:00Z');
    expect(at((await current().ask(`${POST(1)}/1`)).body, 'state')).toBe('merged');
    expect((await current().ask(`${POST(1)}?state=opened`)).body).toEqual([]);
  });

  it.each([
    [2, { ...wish, squosh: true }, 400],
    [2, { ...wish, target_project_id: 'group/target' }, 400],
    [2, { ...wish, title: '' }, 400],
    [2, { ...wish, title: 7 }, 400],
    [2, { ...wish, source_branch: 'nowhere' }, 422],
    [3, wish, 422],
    [1, { ...wish, source_branch: 'main' }, 422],
    [9, wish, 404],
  ])('from project %i with %j is refused', async (id, json, status) => {
    expect((await current().post(POST(id), { json })).status).toBe(status);
    expect(await current().effects()).toEqual([]);
  });

  it('is changed by what GitLab takes alone', async () => {
    await current().post(POST(2), { json: wish });
    const put = async (json: object) => (await current().ask(`${POST(1)}/1`, { method: 'PUT', json })).status;
    expect(await put({})).toBe(400);
    expect(await put({ state_event: 'merge' })).toBe(400);
    expect(await put({ add_labels: ['x'] })).toBe(400);
    expect(await put({ add_labels: 'x,y', remove_labels: 'y', title: 'Other' })).toBe(200);
    expect((await current().ask(`${POST(1)}/1`)).body).toMatchObject({ title: 'Other', labels: ['x', 'y'] });
  });
});
