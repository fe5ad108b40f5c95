import { expect, test } from 'vitest';
import { APP, FORK, gitWorld } from './testing/world.ts';

test('branches, those with the newest commit first', async () => {
  await using world = await gitWorld();
  world.seed([
    { branch: 'release-1.1', from: world.C1, files: { a: 'a' } },
    { branch: 'release-1.2', from: world.C2, files: { a: 'a' } },
    { branch: 'release-1/x', from: world.C2, files: { a: 'a' } },
  ]);
  const all = await world.read('git_list_branches', {});
  expect(all).toMatchObject({ total: 4, truncated: false, free_name: null });
  expect(all.branches.map((branch: { name: string }) => branch.name)).toEqual([
    'release-1/x',
    'release-1.2',
    'release-1.1',
    'main',
  ]);
  expect(all.branches[3]).toMatchObject({ default: true, commit: world.C3, subject: 'AAP-3 change b' });
  const some = await world.read('git_list_branches', { pattern: 'release-*', limit: 1 });
  expect(some).toMatchObject({
    total: 2,
    truncated: true,
    summary: '2 branches of app (origin) fit release-*.',
  });
});

test('W-R18 a free name for a branch of the fork', async () => {
  await using world = await gitWorld();
  const free = async () =>
    (await world.read('git_list_branches', { remote: 'fork', free_name_for: 'rel', pattern: 'rel*' }))
      .free_name;
  expect(await free()).toBe('rel');
  world.server.seed(FORK, [{ branch: 'rel', from: world.C1, files: { x: '1' } }]);
  expect(await free()).toBe('rel-v2');
  world.server.seed(FORK, [{ branch: 'rel-v2', from: world.C1, files: { x: '1' } }]);
  expect(await free()).toBe('rel-v3');
});

test('tags, newest first or by version', async () => {
  await using world = await gitWorld();
  const tag = (name: string, commit: string, day: number) =>
    `tag ${name}\nfrom ${commit}\ntagger Rel <rel@example.com> ${1_780_000_000 + day * 86_400} +0000\ndata 8\nsays ${name.slice(-2)}\n`;
  const tags = [tag('v1.10', world.C2, 1), tag('v1.9', world.C3, 2)];
  world.server.git(APP, ['fast-import', '--quiet'], tags.join(''));
  world.put('refs/tags/light', world.C1);
  const newest = await world.read('git_list_tags', {});
  expect(newest.tags.map((one: { name: string }) => one.name)).toEqual(['v1.9', 'v1.10', 'light']);
  expect(newest.tags).toMatchObject([
    { commit: world.C3, annotated: true, subject: 'says .9' },
    { commit: world.C2, annotated: true },
    { commit: world.C1, annotated: false, subject: 'AAP-1 begin' },
  ]);
  const versions = await world.read('git_list_tags', { pattern: 'v1.*', order: 'version' });
  expect(versions).toMatchObject({
    total: 2,
    tags: [{ name: 'v1.10' }, { name: 'v1.9' }],
    summary: '2 tags of app (origin) fit v1.*; the highest is v1.10.',
  });
});

test('an empty repository has none', async () => {
  await using world = await gitWorld();
  world.server.create('empty.git');
  const url = `${world.server.url}/empty.git`;
  const empty = world.machine(undefined, { url, fork_url: undefined });
  const listed = await empty.read('git_list_branches', {});
  expect(listed).toMatchObject({ branches: [], total: 0 });
  await expect(empty.read('git_log', {})).rejects.toMatchObject({ code: 'not_found' });
});
