import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APP, type GitWorld, gitWorld } from './testing/world.ts';

describe('in a repository that stays as it is', () => {
  let world: GitWorld;
  let [side, orphan, tagged, many]: [string, string, string, string[]] = ['', '', '', []];
  beforeAll(async () => {
    world = await gitWorld();
    const { C1, C2 } = world;
    // main alone holds C2 and C3.
    [side = '', tagged = ''] = world.seed([
      { branch: 'side', from: C1, files: { s: 's' } },
      { branch: 'tagged', from: C1, files: { t: 't' } },
      { branch: 'release-1.2.1', from: C1, files: { r: 'r' } },
      { branch: 'twice', from: C1, files: { t: '2' } },
    ]);
    many = world.seed(
      Array.from({ length: 700 }, (_, index) => ({
        branch: 'many',
        ...(index === 0 ? { from: C1 } : {}),
        message: `n ${index}`,
        files: { n: `${index}` },
      })),
    );
    [orphan = ''] = world.seed([{ branch: 'orphan', message: 'alone' }]);
    world.put('refs/tags/twice', C2);
    world.server.git(
      APP,
      ['fast-import', '--quiet'],
      `tag v2\nfrom ${tagged}\ntagger Rel <rel@example.com> 1780000000 +0000\ndata 3\ntwo\n`,
    );
  });
  afterAll(async () => {
    expect(world.pushes()).toEqual([]);
    await world[Symbol.asyncDispose]();
  });

  test('W-R04 a commit by its id, as it is kept', async () => {
    const { C2, C3 } = world;
    expect(await world.read('git_find_commit', { ref: C2 })).toMatchObject({
      commit: C2,
      resolved_as: 'full id',
      notice: null,
      subject: 'AAP-2 add b',
      on_default_branch: true,
      branches: ['main'],
      tags: ['twice'],
      summary: `${C2} is ${C2} in app, on the default branch main.`,
    });
    const upper = await world.read('git_find_commit', { ref: C2.toUpperCase() });
    expect(upper).toMatchObject({ commit: C2, notice: 'The id is kept in small letters.' });
    const short = await world.read('git_find_commit', { ref: C3.slice(0, 12) });
    expect(short).toMatchObject({
      commit: C3,
      resolved_as: 'short id',
      notice: `Resolved from a short id: from here on use ${C3}.`,
    });
  });

  test('W-R04 a tag and a branch become the id; 41 digits are told apart', async () => {
    const tag = await world.read('git_find_commit', { ref: 'v2' });
    expect(tag).toMatchObject({ commit: tagged, resolved_as: 'tag', tags: ['v2'], branches: ['tagged'] });
    expect(await world.read('git_find_commit', { ref: 'main' })).toMatchObject({
      commit: world.C3,
      resolved_as: 'branch',
      notice: `The branch may move: from here on use ${world.C3}.`,
    });
    await expect(world.read('git_find_commit', { ref: `${world.C1}0` })).rejects.toMatchObject({
      code: 'not_found',
      remedy: 'A commit id has 40 digits, this has 41: copy it again.',
    });
  });

  test('W-R05 a commit that is not there is not found, after a fetch', async () => {
    const none = 'a'.repeat(40);
    await expect(world.read('git_find_commit', { ref: none })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/^commit a{40} not found in app \(origin\), fetched at 20\d\d-/),
    });
    await expect(world.read('git_find_commit', { ref: 'no-such' })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('branch or tag no-such not found'),
    });
  });

  test('W-R10 a commit beside the default branch says so', async () => {
    expect(await world.read('git_find_commit', { ref: side })).toMatchObject({
      on_default_branch: false,
      default_branch: 'main',
      branches: ['side'],
      summary: expect.stringContaining('not on the default branch main'),
    });
  });

  test('a short id that fits several commits lists them; a name that is two things as well', async () => {
    const prefixes = new Map<string, string[]>();
    for (const id of many) prefixes.set(id.slice(0, 4), [...(prefixes.get(id.slice(0, 4)) ?? []), id]);
    const [prefix = '', ids = []] = [...prefixes].find(([, group]) => group.length > 1) ?? [];
    const call = world.read('git_find_commit', { ref: prefix });
    await expect(call).rejects.toMatchObject({ code: 'conflict', rule: 'git.ambiguous' });
    for (const id of ids) await expect(call).rejects.toThrow(id);
    await expect(world.read('git_find_commit', { ref: 'twice' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await world.read('git_find_commit', { ref: 'refs/tags/twice' })).toMatchObject({
      commit: world.C2,
    });
  });

  test('W-H05 a name matches exactly', async () => {
    await expect(world.read('git_find_commit', { ref: 'release-1.2' })).rejects.toMatchObject({
      code: 'not_found',
    });
    const listed = await world.read('git_list_branches', { pattern: 'release-1.2' });
    expect(listed).toMatchObject({ branches: [], total: 0 });
  });

  test('the merge base, and which side holds the other', async () => {
    const ask = async (base: string, head: string) => await world.read('git_merge_base', { base, head });
    expect(await ask('main', 'side')).toMatchObject({
      merge_base: world.C1,
      head_holds_base: false,
      base_holds_head: false,
    });
    expect(await ask(world.C1, side)).toMatchObject({ merge_base: world.C1, head_holds_base: true });
    expect(await ask(side, world.C1)).toMatchObject({ merge_base: world.C1, base_holds_head: true });
    expect(await ask(world.C3, world.C3)).toMatchObject({ head_holds_base: true, base_holds_head: true });
  });

  test('two lines of history that share nothing have no merge base', async () => {
    expect(await world.read('git_merge_base', { base: 'main', head: 'orphan' })).toMatchObject({
      merge_base: null,
      summary: 'main and orphan of app share no history.',
    });
    expect(await world.read('git_compare', { base: world.C3, head: orphan })).toMatchObject({
      relation: 'diverged',
      merge_base: null,
      ahead: 1,
      behind: 3,
    });
  });
});

test('W-R05 what was pushed a moment ago is found; what lost its branch is not', async () => {
  await using world = await gitWorld();
  await world.read('git_find_commit', { ref: 'main' });
  const [side = ''] = world.seed([{ branch: 'side', from: world.C1, files: { s: 's' } }]);
  expect(await world.read('git_find_commit', { ref: side })).toMatchObject({ branches: ['side'] });
  world.put('refs/heads/side', undefined);
  await world.read('git_fetch', {});
  await expect(world.read('git_find_commit', { ref: side })).rejects.toMatchObject({ code: 'not_found' });
});

test('a fetch reports what changed since the last', async () => {
  await using world = await gitWorld({}, { cold: true });
  const first = await world.read('git_fetch', {});
  expect(first).toMatchObject({ total: 1, changes: [{ kind: 'branch', name: 'main', change: 'new' }] });
  const [C4 = ''] = world.seed([{ branch: 'main', files: { c: 'c' } }]);
  world.seed([{ branch: 'gone', from: world.C1, files: { g: 'g' } }]);
  world.put('refs/tags/v1', world.C1);
  expect((await world.read('git_fetch', {})).changes).toMatchObject([
    { kind: 'branch', name: 'gone', change: 'new', from: null },
    { kind: 'branch', name: 'main', change: 'moved', from: world.C3, to: C4 },
    { kind: 'tag', name: 'v1', change: 'new', to: world.C1 },
  ]);
  world.put('refs/heads/main', world.C2);
  world.put('refs/heads/gone', undefined);
  world.put('refs/tags/v1', world.C2);
  const third = await world.read('git_fetch', {});
  expect(third.changes).toMatchObject([
    { name: 'gone', change: 'removed', to: null },
    { name: 'main', change: 'rewritten', to: world.C2 },
    { kind: 'tag', name: 'v1', change: 'rewritten' },
  ]);
  expect(third.summary).toMatch(/2 of them rewritten/);
  expect(await world.read('git_fetch', {})).toMatchObject({ changes: [], total: 0, truncated: false });
});

test('W-P16 a repository that the settings do not name is not found, with the near one', async () => {
  await using world = await gitWorld();
  await expect(world.read('git_log', { repository: 'aap' })).rejects.toMatchObject({
    code: 'not_found',
    remedy: expect.stringContaining('Did you mean app?'),
  });
  expect(world.server.requests).toEqual([]);
});
