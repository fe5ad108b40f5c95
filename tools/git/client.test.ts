import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APP, type GitWorld, gitWorld } from './testing/world.ts';

describe('reading', () => {
  const TEXT = '---\r\n# \ttab\u200b\r\nref: a\r\nno end';
  let world: GitWorld;
  beforeAll(async () => {
    world = await gitWorld();
    const { C3 } = world;
    const [side = ''] = world.seed([
      { branch: 'side', from: C3, message: 'on the side', files: { 'deploy/app.yml': 'ref: two\n' } },
    ]);
    world.seed([
      { branch: 'files', from: C3, files: { 'saas.yml': TEXT, bin: '\0' } },
      {
        branch: 'files',
        files: { 'data/a/saas-x.yml': 'x', 'data/saas.yml': 'y', 'data/a/other.yml': 'z' },
      },
      { branch: 'main', message: 'unrelated', files: { z: 'z' } },
      { branch: 'main', message: 'Merge side', merges: [side], files: { 'deploy/app.yml': 'ref: two\n' } },
      { branch: 'main', message: 'remove', files: { 'deploy/app.yml': null } },
      ...Array.from({ length: 120 }, (_, index) => ({
        branch: 'often',
        ...(index === 0 ? { from: C3 } : {}),
        files: { 'deploy/app.yml': `ref: ${index}\n` },
      })),
    ]);
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  test('W-R25 a file comes as it is, byte for byte', async () => {
    expect(await world.client.readFile('app', 'files', 'saas.yml')).toMatchObject({
      text: TEXT,
      mode: '100644',
      blob: world.server.git(APP, ['rev-parse', 'files:saas.yml']),
    });
    const ref = world.tip('files') ?? '';
    expect(await world.client.readFile('app', ref, 'bin')).toMatchObject({ text: null, bytes: 1 });
    expect(await world.client.readFile('app', ref, 'no/such')).toBeUndefined();
    expect(await world.client.readFile('app', ref, 'saas.yml/x')).toBeUndefined();
  });

  test('files by pattern, at a commit', async () => {
    const commit = world.tip('files') ?? '';
    expect(await world.client.listFiles('app', commit, 'data/**/saas*.yml')).toEqual({
      commit,
      files: ['data/a/saas-x.yml', 'data/saas.yml'],
    });
    expect((await world.client.listFiles('app', world.C1, '**')).files).toEqual(['README', 'deploy/app.yml']);
  });

  test('what the default branch showed of a file over time', async () => {
    const history = await world.client.history('app', 'deploy/app.yml');
    expect(history.map(({ commit, text }) => [commit.subject, text])).toEqual([
      ['remove', null],
      ['Merge side', 'ref: two\n'],
      ['AAP-1 begin', 'ref: one\n'],
    ]);
    expect(await world.client.history('app', 'deploy/app.yml', { limit: 1 })).toHaveLength(1);
  });

  test('a long history, each version as it was', async () => {
    const ref = world.tip('often') ?? '';
    const history = await world.client.history('app', 'deploy/app.yml', { ref, limit: 200 });
    const wanted = Array.from({ length: 120 }, (_, index) => `ref: ${119 - index}\n`);
    expect(history.map(({ text }) => text)).toEqual([...wanted, 'ref: one\n']);
  });

  test('how commits stand to each other', async () => {
    const { client, C1, C2, C3 } = world;
    const other = (await client.resolve('app', 'side')).commit;
    const main = (await client.resolve('app', 'main')).commit;
    expect(await client.mergeBase('app', other, C2)).toBe(C2);
    expect(await client.isAncestor('app', C1, other)).toBe(true);
    expect(await client.isAncestor('app', other, C1)).toBe(false);
    expect(await client.changedPaths('app', C3, main)).toEqual(['deploy/app.yml', 'z']);
    expect(await client.changedPaths('app', C3, C3)).toEqual([]);
  });
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
