import { expect, test } from 'vitest';
import { gitWorld } from './testing/world.ts';

test('W-R25 a file comes as it is, byte for byte', async () => {
  await using world = await gitWorld();
  const text = '---\r\n# \ttab\u200b\r\nref: a\r\nno end';
  world.seed([{ branch: 'main', files: { 'saas.yml': text, bin: '\0' } }]);
  expect(await world.client.readFile('app', 'main', 'saas.yml')).toMatchObject({ text, mode: '100644' });
  expect(await world.client.readFile('app', 'main', 'bin')).toMatchObject({ text: null, bytes: 1 });
  expect(await world.client.readFile('app', 'main', 'no/such')).toBeUndefined();
});

test('files by pattern, at a commit', async () => {
  await using world = await gitWorld();
  world.seed([
    { branch: 'main', files: { 'data/a/saas-x.yml': 'x', 'data/saas.yml': 'y', 'data/a/other.yml': 'z' } },
  ]);
  expect(await world.client.listFiles('app', 'main', 'data/**/saas*.yml')).toEqual({
    commit: world.tip('main'),
    files: ['data/a/saas-x.yml', 'data/saas.yml'],
  });
  expect((await world.client.listFiles('app', world.C1, '**')).files).toEqual(['README', 'deploy/app.yml']);
});

test('what the default branch showed of a file over time', async () => {
  await using world = await gitWorld();
  const [side = ''] = world.seed([
    { branch: 'side', from: world.C3, message: 'on the side', files: { 'deploy/app.yml': 'ref: two\n' } },
  ]);
  world.seed([
    { branch: 'main', message: 'unrelated', files: { z: 'z' } },
    { branch: 'main', message: 'Merge side', merges: [side], files: { 'deploy/app.yml': 'ref: two\n' } },
    { branch: 'main', message: 'remove', files: { 'deploy/app.yml': null } },
  ]);
  const history = await world.client.history('app', 'deploy/app.yml');
  expect(history.map(({ commit, text }) => [commit.subject, text])).toEqual([
    ['remove', null],
    ['Merge side', 'ref: two\n'],
    ['AAP-1 begin', 'ref: one\n'],
  ]);
  expect(await world.client.history('app', 'deploy/app.yml', { limit: 1 })).toHaveLength(1);
});

test('heads and branches as they are at this moment', async () => {
  await using world = await gitWorld();
  expect(await world.client.head('app', 'main')).toBe(world.C3);
  expect(await world.client.head('app', 'mai')).toBeUndefined();
  const [C4] = world.seed([{ branch: 'main', files: { x: 'x' } }]);
  expect(await world.client.head('app', 'main')).toBe(C4);
  expect(await world.client.head('app', 'main', { remote: 'fork' })).toBe(world.C3);
  world.seed([{ branch: 'x/main', files: { x: 'x' } }]);
  expect(await world.client.remoteBranches('app', { pattern: 'main' })).toEqual([
    { name: 'main', commit: C4 },
  ]);
  expect(await world.client.remoteBranches('app', { remote: 'local' })).toEqual([]);
});

test('addresses and names', async () => {
  await using world = await gitWorld();
  expect(world.client.repositories()).toEqual(['app']);
  expect(world.client.defaultBranch('app')).toBe('main');
  expect([world.client.url('app'), world.client.url('app', 'fork')]).toEqual([world.url, world.forkUrl]);
});

test('a planned commit is the one that is sent', async () => {
  await using world = await gitWorld();
  const change = {
    repo: 'app',
    remote: 'fork' as const,
    branch: 'rel',
    expectedHead: world.C3,
    createBranch: true,
    files: [{ path: 'deploy/app.yml', content: 'ref: two\n' }],
    message: 'two',
  };
  const planned = await world.client.planCommit(change);
  expect(planned).toMatchObject({ parent: world.C3, empty: false, files: [{ added: 1, deleted: 1 }] });
  const effect = await world.client.commitEffect(change);
  expect(effect.key).toBe(`git:app:fork:heads/rel:${planned.commit}`);
  expect(world.pushes()).toEqual([]);
  // What was only planned is shown by no ref, and so is not found.
  await expect(world.client.resolve('app', planned.commit)).rejects.toMatchObject({ code: 'not_found' });
});
