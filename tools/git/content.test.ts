import { afterAll, beforeAll, expect, test } from 'vitest';
import { APP, type GitWorld, gitWorld } from './testing/world.ts';

/** Nothing here writes: one world for all, with a branch for each test, whose head has its name. */
let world: GitWorld;
const heads: Record<string, string> = {};
beforeAll(async () => {
  world = await gitWorld();
  const { C2, C3 } = world;
  world.seed([
    {
      branch: 'two',
      from: C3,
      message: 'title\n\nwhy\nso',
      files: { b: null, 'deploy/app.yml': 'ref: two\n' },
    },
    { branch: 'long', from: C3, message: 'long', files: { long: 'line of text\n'.repeat(20_000) } },
    {
      branch: 'bin',
      from: C3,
      files: { bin: 'a\0b', latin: Buffer.from([0xff, 0xfe]).toString('latin1') },
    },
    { branch: 'side', from: C2, files: { b: null, moved: '1\n2\n3\n4\n5\n6\n7\n8\n', s: 's\n' } },
    {
      branch: 'evil',
      from: C3,
      files: { '.gitattributes': '* diff=evil filter=evil merge=evil\n', b: 'x\n' },
    },
    {
      branch: 'again',
      from: C3,
      message: 'AAP-4 again',
      author: 'Ann <ann@example.com>',
      files: { b: '1\n2\n3\nfour\n5\n6\n7\n8\n9\n' },
    },
  ]);
  world.server.git(
    APP,
    ['fast-import', '--quiet'],
    'commit refs/heads/bin\ncommitter a <a@example.com> 1780000000 +0000\ndata 4\nlink\nfrom refs/heads/bin^0\nM 120000 inline link\ndata 11\n/etc/passwd\n',
  );
  await world.client.refresh('app');
  for (const name of ['two', 'long', 'bin', 'side', 'evil', 'again']) heads[name] = world.tip(name) ?? '';
});
afterAll(async () => {
  expect(world.pushes()).toEqual([]);
  await world[Symbol.asyncDispose]();
});

test('a commit with its message, files and patch', async () => {
  expect(await world.read('git_show', { ref: 'two' })).toMatchObject({
    commit: heads.two,
    subject: 'title',
    message: 'why\nso',
    parents: [world.C3],
    files: [
      { path: 'b', added: 0, deleted: 8, binary: false },
      { path: 'deploy/app.yml', added: 1, deleted: 1 },
    ],
    patch: expect.arrayContaining(['-ref: one', '+ref: two']),
    truncated: false,
    summary: expect.stringMatching(/^[0-9a-f]{12} of app by Dev: 2 files, 1 lines added, 9 deleted\.$/),
  });
  expect(await world.read('git_show', { ref: world.C1 })).toMatchObject({
    parents: [],
    files: [
      { path: 'README', added: 1 },
      { path: 'deploy/app.yml', added: 1 },
    ],
  });
});

test('a patch is cut where it was asked to be, and says so', async () => {
  const cut = await world.read('git_show', { ref: heads.long, patch_bytes: 1_000 });
  expect(cut.truncated).toBe(true);
  expect(cut.patch.join('\n').length).toBeLessThanOrEqual(1_000);
  const none = await world.read('git_diff', { base: world.C3, head: heads.long, patch_bytes: 0 });
  expect(none).toMatchObject({ patch: [], truncated: false, files: [{ path: 'long', added: 20_000 }] });
  const usual = await world.read('git_diff', { base: world.C3, head: heads.long });
  expect(JSON.stringify(usual).length).toBeLessThan(10_000);
});

test('a file by lines, as it was', async () => {
  const whole = await world.read('git_show', { ref: world.C2, path: 'b' });
  expect(whole).toMatchObject({
    text: ['1', '2', '3', '4', '5', '6', '7', '8'],
    total_lines: 8,
    truncated: false,
  });
  const part = await world.read('git_show', { ref: world.C3, path: 'b', start_line: 4, lines: 2 });
  expect(part).toMatchObject({ text: ['four', '5'], total_lines: 8, truncated: true });
  await expect(world.read('git_show', { ref: world.C1, path: 'b' })).rejects.toMatchObject({
    code: 'not_found',
  });
  await expect(world.read('git_show', { ref: world.C3, path: 'deploy' })).rejects.toMatchObject({
    code: 'precondition',
    message: 'deploy is a folder, not a file.',
  });
  await expect(world.read('git_show', { ref: world.C3, path: 'README/x' })).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('what is not text is said to be so; a link is not followed', async () => {
  expect(await world.read('git_show', { ref: heads.bin, path: 'bin' })).toMatchObject({
    text: [],
    total_lines: null,
    bytes: 3,
    summary: expect.stringContaining('is not text'),
  });
  await expect(world.read('git_show', { ref: heads.bin, path: 'link' })).rejects.toThrow(
    'is a symbolic link',
  );
});

test('a difference, also since the merge base, by path and with a moved file', async () => {
  const since = await world.read('git_diff', { base: 'main', head: 'side', since_merge_base: true });
  expect(since).toMatchObject({
    base: world.C2,
    files: [
      { path: 'moved', from: 'b', added: 0, deleted: 0 },
      { path: 's', added: 1 },
    ],
  });
  const plain = await world.read('git_diff', { base: world.C3, head: heads.side, paths: ['s'] });
  expect(plain).toMatchObject({ base: world.C3, files_changed: 1, files: [{ path: 's' }] });
  const [line] = plain.patch;
  expect(line).toBe('diff --git a/s b/s');
});

test('attributes in the repository run nothing', async () => {
  const input = { base: world.C3, head: heads.evil };
  expect(await world.read('git_diff', input)).toMatchObject({ files_changed: 2 });
});

test('who wrote which lines', async () => {
  const ref = heads.again;
  expect(await world.read('git_blame', { ref, path: 'b' })).toMatchObject({
    total_lines: 9,
    truncated: false,
    parts: [
      { start_line: 1, end_line: 3, commit: world.C2, subject: 'AAP-2 add b', text: ['1', '2', '3'] },
      { start_line: 4, end_line: 4, commit: world.C3, text: ['four'] },
      { start_line: 5, end_line: 8, commit: world.C2 },
      { start_line: 9, end_line: 9, author: 'Ann', text: ['9'] },
    ],
    summary: 'Lines 1 to 9 of b (9 in all) come from 3 commits.',
  });
  expect(await world.read('git_blame', { path: 'b', start_line: 4, lines: 1 })).toMatchObject({
    commit: world.C3,
    parts: [{ start_line: 4, end_line: 4 }],
    truncated: true,
  });
  await expect(world.read('git_blame', { ref, path: 'b', start_line: 10 })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('has 9 lines'),
  });
});
