import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const { current, reset } = bench();
const PROJECT = '/gitlab/api/v4/projects/hybrid-platforms%2Fart%2Focp-shipment-data';
const REQUEST = `${PROJECT}/merge_requests/609`;
const IMAGE = 'shipment/ocp/openshift-4.20/openshift-4-20/prod/4.20.27.image.20260625101500.yaml';

beforeEach(reset);

describe('merge request', () => {
  it('is read by project path or id', async () => {
    for (const path of [REQUEST, '/gitlab/api/v4/projects/1271/merge_requests/609']) {
      expect((await current().ask(path)).body).toMatchObject({
        iid: 609,
        title: 'Shipment for 4.20.27 (ship date: 2026-Jun-30)',
        state: 'opened',
        labels: [],
        source_branch: 'prepare-shipment-4.20.27-20260625101500',
        source_project_id: 1271,
        web_url: expect.stringMatching(/merge_requests\/609$/),
      });
    }
    expect(at((await current().ask(PROJECT)).body, 'id')).toBe(1271);
    expect((await current().ask(REQUEST.replace('609', '610'))).status).toBe(404);
    expect((await current().ask('/gitlab/api/v4/projects/77')).status).toBe(404);
  });

  it('gains its labels and is merged in time', async () => {
    await current().to('2026-06-26T07:30:00Z');
    expect(at((await current().ask(REQUEST)).body, 'labels')).toEqual(['stage-release-success']);
    await current().to('2026-06-30T13:30:00Z');
    expect((await current().ask(REQUEST)).body).toMatchObject({
      state: 'merged',
      merged_at: '2026-06-30T13:30:00Z',
    });
  });

  it('brings its shipment files', async () => {
    const changes = await current().ask(`${REQUEST}/changes`);
    expect(at(changes.body, 'changes')).toHaveLength(4);
    expect(at(changes.body, 'changes.0.new_path')).toBe(IMAGE);
    expect((await current().ask(`${REQUEST}/diffs`)).body).toHaveLength(4);
    const raw = `${PROJECT}/repository/files/${encodeURIComponent(IMAGE)}/raw`;
    const file = await current().ask(`${raw}?ref=prepare-shipment-4.20.27-20260625101500`);
    expect(at(file.body, 'shipment.data.releaseNotes')).toMatchObject({ type: 'RHBA', live_id: 16165 });
    expect(at(file.body, 'shipment.snapshot.spec.components.0.source.git.revision')).toBe(
      `${'42'.padEnd(39, '0')}1`,
    );
    const fbc = IMAGE.replace('openshift-4-20', 'fbc-openshift-4-20').replace('.image.', '.fbc.');
    const other = await current().ask(
      raw
        .replace(encodeURIComponent(IMAGE), encodeURIComponent(fbc))
        .concat('?ref=refs/merge-requests/609/head'),
    );
    expect(at(other.body, 'shipment.metadata.fbc')).toBe(true);
    expect(at(other.body, 'shipment.data')).toBeUndefined();
    expect((await current().ask(`${raw}?ref=main`)).status).toBe(404);
  });

  it('has pipelines with bridges that end', async () => {
    expect((await current().ask(`${REQUEST}/pipelines`)).body).toMatchObject([
      { id: 770609, status: 'running' },
    ]);
    const bridges = `${PROJECT}/pipelines/770609/bridges`;
    expect((await current().ask(bridges)).body).toMatchObject([
      { stage: 'stage-release-triggers', status: 'running' },
      { stage: 'prod-release-triggers', status: 'manual' },
    ]);
    expect((await current().ask(`${PROJECT}/pipelines/770609/jobs`)).body).toMatchObject([
      { status: 'success' },
    ]);
    await current().to('2026-06-26T07:30:00Z');
    expect(at((await current().ask(bridges)).body, '0.status')).toBe('success');
    expect((await current().ask(`${PROJECT}/pipelines/1/jobs`)).status).toBe(404);
  });
});

describe('notes', () => {
  it('are written and listed page by page, newest first', async () => {
    for (const n of [1, 2, 3]) {
      expect((await current().post(`${REQUEST}/notes`, { json: { body: `note ${n}` } })).status).toBe(201);
    }
    const first = await current().ask(`${REQUEST}/notes?per_page=2`);
    expect(first.body).toMatchObject([
      { body: 'note 3', author: { username: 'sluice-bot' } },
      { body: 'note 2' },
    ]);
    expect(first.headers.get('x-total-pages')).toBe('2');
    expect(first.headers.get('x-next-page')).toBe('2');
    expect(first.headers.get('link')).toContain(
      `${current().sandbox.url}${REQUEST}/notes?per_page=2&page=2>; rel="next"`,
    );
    const last = await current().ask(`${REQUEST}/notes?per_page=2&page=2`);
    expect(last.body).toMatchObject([{ body: 'note 1' }]);
    expect(last.headers.get('x-next-page')).toBe('');
    expect(at((await current().ask(`${REQUEST}/notes?sort=asc`)).body, '0.body')).toBe('note 1');
    expect(await current().effects()).toMatchObject([
      { kind: 'note_created', key: 'hybrid-platforms/art/ocp-shipment-data!609', data: { body: 'note 1' } },
      {},
      {},
    ]);
  });

  it('need a body', async () => {
    expect((await current().post(`${REQUEST}/notes`, { json: {} })).status).toBe(400);
    expect(await current().effects()).toEqual([]);
  });
});

describe('approval', () => {
  it('is given once', async () => {
    expect((await current().ask(`${REQUEST}/approvals`)).body).toMatchObject({
      approved: false,
      approved_by: [],
    });
    expect((await current().post(`${REQUEST}/approve`)).status).toBe(201);
    expect((await current().ask(`${REQUEST}/approvals`)).body).toMatchObject({
      approved: true,
      user_has_approved: true,
      approved_by: [{ user: { username: 'sluice-bot' } }],
    });
    expect((await current().post(`${REQUEST}/approve`)).status).toBe(401);
    expect(await current().effects()).toMatchObject([
      { kind: 'merge_request_approved', data: { user: 'sluice-bot' } },
    ]);
  });

  it('is not taken for what is merged', async () => {
    await current().to('2026-06-30T13:30:00Z');
    expect((await current().post(`${REQUEST}/approve`)).status).toBe(401);
  });
});

describe('users', () => {
  it('are found by whole address or part of the name', async () => {
    const search = async (text: string) =>
      at((await current().ask(`/gitlab/api/v4/users?search=${encodeURIComponent(text)}`)).body, '0.username');
    expect(await search('rl@example.com')).toBe('rlead');
    expect(await search('rl@example')).toBeUndefined();
    expect(await search('Release')).toBe('rlead');
    expect(at((await current().ask('/gitlab/api/v4/user')).body, 'username')).toBe('sluice-bot');
  });

  it('without the token are strangers', async () => {
    expect((await current().ask(REQUEST, { auth: false })).status).toBe(401);
    expect((await current().ask(REQUEST, { headers: { 'private-token': 'wrong' } })).status).toBe(401);
  });
});
