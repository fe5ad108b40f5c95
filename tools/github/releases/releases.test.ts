import { expect, test } from 'vitest';
import { C2, C3, C4, REPO } from '../testing/scenario.ts';
import { world } from '../testing/world.ts';

test('releases, drafts among them', async () => {
  const { read } = await world();
  expect(await read('github_list_releases', { repository: REPO })).toMatchObject({
    releases: [
      { tag: 'v1.1', draft: true, published_at: null },
      { tag: 'v1.0', draft: false, name: 'One' },
    ],
    summary: '2 releases of demo/backend; the newest that is published and no prerelease is v1.0.',
  });
});

test('one release, by its tag or the latest', async () => {
  const { read } = await world();
  const first = await read('github_get_release', { repository: REPO, tag: 'v1.0' });
  expect(first).toMatchObject({
    commit: C2,
    notes: ['The first.'],
    assets: [{ name: 'app.tgz', digest: `sha256:${'a'.repeat(64)}` }],
  });
  expect(await read('github_get_release', { repository: REPO })).toEqual(first);
  expect(await read('github_get_release', { repository: REPO, tag: 'v1.1' })).toMatchObject({
    draft: true,
    commit: null,
  });
  await expect(read('github_get_release', { repository: REPO, tag: 'v9' })).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('release of tag v9'),
  });
});

const NEW = { repository: REPO, tag: 'v2.0', commit: C4, name: 'Two', notes: 'All of it.' };

test('S14 makes a release and its tag once, also when the answer is lost', async () => {
  const { write, changes, requests, fault, read } = await world();
  await fault({ system: 'github', method: 'POST', fault: 'reset_after' });
  expect(await write('github_create_release', NEW)).toMatchObject({
    outcome: 'sent',
    id: 1_000,
    draft: false,
  });
  expect(await write('github_create_release', NEW)).toMatchObject({ outcome: 'adopted', id: 1_000 });
  expect(await changes()).toEqual([`release_created ${REPO}:v2.0`]);
  expect((await requests()).filter(({ mutating }) => mutating)).toMatchObject([
    {
      body: {
        tag_name: 'v2.0',
        target_commitish: C4,
        name: 'Two',
        body: 'All of it.',
        draft: false,
        prerelease: false,
        generate_release_notes: false,
      },
    },
  ]);
  expect(await read('github_get_release', { repository: REPO, tag: 'v2.0' })).toMatchObject({ commit: C4 });
});

test('S14 a draft is found again, though GitHub finds none by its tag', async () => {
  const { write, changes, fault } = await world();
  await fault({ system: 'github', method: 'POST', fault: 'reset_after' });
  const draft = { ...NEW, draft: true, generate_notes: true };
  expect(await write('github_create_release', draft)).toMatchObject({ outcome: 'sent', draft: true });
  expect(await write('github_create_release', draft)).toMatchObject({ outcome: 'adopted' });
  expect(await changes()).toHaveLength(1);
});

test.each([
  ['H04 a tag at another commit', { tag: 'v1.0', commit: C4 }, 'conflict', 'github.tag-exists'],
  ['no tag and no commit', { commit: undefined }, 'precondition', undefined],
  ['a commit that is not there', { commit: 'f'.repeat(40) }, 'not_found', undefined],
  ['R04 a short commit', { commit: '444444444444' }, 'invalid_input', undefined],
  ['a draft that is there', { tag: 'v1.1' }, 'conflict', 'github.release-exists'],
  [
    'a release that is no prerelease',
    { tag: 'v1.0', commit: C2, prerelease: true },
    'conflict',
    'github.release-exists',
  ],
])('%s stops before anything is sent', async (_, change, code, rule) => {
  const { write, sent } = await world();
  await expect(write('github_create_release', { ...NEW, ...change })).rejects.toMatchObject({ code, rule });
  expect(await sent()).toEqual([]);
});

test('a draft that a person has published is the one that was made', async () => {
  const { write, sent } = await world();
  const input = { ...NEW, tag: 'v1.0', commit: C2, draft: true };
  expect(await write('github_create_release', input)).toMatchObject({ outcome: 'adopted', id: 50 });
  expect(await sent()).toEqual([]);
});

test('notes from merged pull requests, by the categories of the repository, without a request that changes', async () => {
  const { read, sent } = await world();
  const found = await read('github_generate_release_notes', { repository: REPO, base: 'v1.0', head: 'main' });
  expect(found).toMatchObject({
    notes: [
      "## What's Changed",
      '### Fixes',
      '* Fix the cache by @alice in https://github.com/demo/backend/pull/11',
      '### Other Changes',
      '* Docs by @bob in https://github.com/demo/backend/pull/12',
    ],
    pull_requests: [11, 12],
    commits: 2,
    complete: true,
  });
  expect(await sent()).toEqual([]);
  expect(
    await read('github_generate_release_notes', { repository: REPO, base: C3, head: 'main' }),
  ).toMatchObject({ pull_requests: [12] });
});

test('environments and deployments', async () => {
  const { read } = await world();
  expect((await read('github_list_environments', { repository: REPO })).environments).toMatchObject([
    { name: 'stage', reviewers: [], wait_minutes: 0, branches: 'all' },
    { name: 'production', reviewers: ['carol'], wait_minutes: 30, branches: 'protected' },
  ]);
  expect((await read('github_list_deployments', { repository: REPO })).deployments).toMatchObject([
    { id: 71, environment: 'stage', state: 'none', statuses: [] },
    { id: 70, state: 'success', commit: C2, statuses: [{ state: 'success' }, { state: 'in_progress' }] },
  ]);
  expect(
    await read('github_list_deployments', { repository: REPO, environment: 'production' }),
  ).toMatchObject({
    summary: '1 deployment of demo/backend; the newest, of 222222222222 to production, is success.',
  });
});
