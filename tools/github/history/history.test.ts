import { expect, test } from 'vitest';
import { C1, C2, C3, C4, REPO, S1, W } from '../testing/scenario.ts';
import { world } from '../testing/world.ts';

const compare = (base: string, head: string) => ({ repository: REPO, base, head });

test('R01 what comes, newest first, with its ticket keys', async () => {
  const { read } = await world();
  expect(await read('github_compare_refs', compare('v1.0', 'main'))).toMatchObject({
    status: 'ahead',
    ahead_by: 2,
    behind_by: 0,
    base_commit: C2,
    coming: [{ commit: C4, subject: 'Docs (#12)' }, { commit: C3 }],
    going: [],
    ticket_keys: ['DEMO-3'],
    truncated: false,
    keys_complete: true,
    summary: 'main is 2 commits ahead of v1.0, with 1 ticket key.',
  });
});

test('P02 keys of whole messages, each once; names of standards are none', async () => {
  const { read } = await world();
  expect(await read('github_compare_refs', compare(C1, C2))).toMatchObject({
    ticket_keys: ['DEMO-1', 'DEMO-2'],
  });
});

test('R09 a step back shows what would go', async () => {
  const { read } = await world();
  expect(await read('github_compare_refs', compare('main', 'v1.0'))).toMatchObject({
    status: 'behind',
    behind_by: 2,
    coming: [],
    going: [{ commit: C4 }, { commit: C3 }],
    ticket_keys: [],
    ticket_keys_going: ['DEMO-3'],
  });
});

test('R08 R10 the same, and side by side', async () => {
  const { read } = await world();
  expect(await read('github_compare_refs', compare('main', C4))).toMatchObject({ status: 'identical' });
  expect(await read('github_compare_refs', compare('main', S1))).toMatchObject({
    status: 'diverged',
    merge_base: C2,
    coming: [{ commit: S1 }],
    going: [{ commit: C4 }, { commit: C3 }],
  });
});

test('R23 many commits: all are counted, few are shown, all keys are read', async () => {
  const { read, patch } = await world();
  const id = (n: number) => String(n).padStart(40, 'b');
  const commits = Object.fromEntries(
    Array.from({ length: 500 }, (_, n) => [
      id(n),
      {
        message: `DEMO-${100 + (n % 120)}: change`,
        at: new Date(Date.parse('2026-06-10T00:00:00Z') + n * 60_000).toISOString(),
        parents: [n === 0 ? C4 : id(n - 1)],
      },
    ]),
  );
  await patch({ repositories: { [REPO]: { commits } } });
  const found = await read('github_compare_refs', { ...compare('main', id(499)), limit: 3 });
  expect(found).toMatchObject({ ahead_by: 500, truncated: true, keys_complete: true });
  expect(found.coming).toMatchObject([{ commit: id(499) }, { commit: id(498) }, { commit: id(497) }]);
  expect(found.ticket_keys).toHaveLength(120);
});

test('R05 a ref that is not there is named; a range is no ref', async () => {
  const { read, requests } = await world();
  await expect(read('github_compare_refs', compare('main', 'f'.repeat(40)))).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('no commit, tag or branch main or ffff'),
  });
  await expect(read('github_get_commit', { repository: REPO, ref: 'f'.repeat(40) })).rejects.toMatchObject({
    code: 'not_found',
  });
  const asked = (await requests()).length;
  await expect(read('github_compare_refs', compare('main...x', 'main'))).rejects.toMatchObject({
    code: 'invalid_input',
  });
  expect(await requests()).toHaveLength(asked);
});

test('R04 P07 a commit by a short id', async () => {
  const { read } = await world();
  expect(await read('github_get_commit', { repository: REPO, ref: '333333333333' })).toMatchObject({
    commit: C3,
    parents: [C2],
    files: [{ path: 'src/app.ts' }],
    ticket_keys: ['DEMO-3'],
    verified: false,
    summary: '333333333333 by alice: Fix DEMO-3 (#11)',
  });
});

test('R10 where a commit is held', async () => {
  const { read } = await world();
  expect(await read('github_find_commit', { repository: REPO, ref: 'v1.1-light' })).toMatchObject({
    commit: C3,
    on_default_branch: true,
    head_of: ['gone'],
    pull_requests: [{ number: 11, merged: true }],
    next: null,
  });
  expect(await read('github_find_commit', { repository: REPO, ref: W })).toMatchObject({
    on_default_branch: false,
    head_of: ['feature', 'fresh'],
  });
  expect(await read('github_find_commit', { repository: REPO, ref: S1 })).toMatchObject({
    on_default_branch: false,
    head_of: [],
    next: expect.stringContaining('fork'),
  });
});

test('a file at a ref, in parts', async () => {
  const { read } = await world();
  const input = { repository: REPO, path: 'deploy/prod.yml', ref: 'main' };
  expect(await read('github_get_file', input)).toMatchObject({
    lines: ['ref: abc', 'replicas: 2'],
    total_lines: 2,
    truncated: false,
  });
  expect(await read('github_get_file', { ...input, limit: 1 })).toMatchObject({
    lines: ['ref: abc'],
    truncated: true,
    next_line: 2,
  });
  await expect(read('github_get_file', { ...input, path: 'no.yml' })).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('no.yml'),
  });
});

test('H05 branches and tags, by names that begin so', async () => {
  const { read } = await world();
  expect(await read('github_list_branches', { repository: REPO, prefix: 'f' })).toMatchObject({
    branches: [{ name: 'feature', commit: W, protected: false }, { name: 'fresh' }],
    complete: true,
  });
  expect((await read('github_list_branches', { repository: REPO, protected: true })).branches).toMatchObject([
    { name: 'main' },
    { name: 'release-1' },
  ]);
  const tags = await read('github_list_tags', { repository: REPO, limit: 1 });
  expect(tags).toMatchObject({ tags: [{ name: 'v1.1-light', commit: C3 }], complete: false, next_page: 2 });
  expect((await read('github_list_tags', { repository: REPO, prefix: 'v1.0' })).tags).toEqual([
    { name: 'v1.0', commit: C2 },
  ]);
});

const TAG = { repository: REPO, tag: 'v2.0', commit: C4, message: 'Two' };

test('S14 an annotated tag is made once, whichever answer is lost', async () => {
  const { write, changes, fault, read } = await world();
  await fault({ system: 'github', method: 'POST', path: '/git/refs', fault: 'reset_after' });
  expect(await write('github_create_tag', TAG)).toMatchObject({ outcome: 'sent', commit: C4 });
  expect(await write('github_create_tag', TAG)).toMatchObject({ outcome: 'adopted' });
  expect(await changes()).toEqual([`tag_created ${REPO}:v2.0`]);
  expect((await read('github_list_tags', { repository: REPO, prefix: 'v2' })).tags).toEqual([
    { name: 'v2.0', commit: C4 },
  ]);
});

test('a lost answer about the object alone has made no tag, and says so', async () => {
  const { write, changes, fault } = await world();
  await fault({ system: 'github', method: 'POST', path: '/git/tags', fault: 'reset_after' });
  await expect(write('github_create_tag', TAG)).rejects.toMatchObject({ code: 'upstream', reached: 'no' });
  expect(await changes()).toEqual([]);
  expect(await write('github_create_tag', TAG)).toMatchObject({ outcome: 'sent' });
});

test('H04 a tag at this commit is taken, one at another is a conflict', async () => {
  const { write, sent } = await world();
  for (const [tag, commit] of [
    ['v1.0', C2],
    ['v1.1-light', C3],
  ]) {
    expect(await write('github_create_tag', { ...TAG, tag, commit })).toMatchObject({ outcome: 'adopted' });
  }
  await expect(write('github_create_tag', { ...TAG, tag: 'v1.0' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(C2),
  });
  await expect(write('github_create_tag', { ...TAG, commit: 'f'.repeat(40) })).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(await sent()).toEqual([]);
});
