import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GitWorld, gitWorld } from './testing/world.ts';

const subjects = (commits: { subject: string }[]) => commits.map(({ subject }) => subject);
const JUNE = Date.parse('2026-06-01T12:00:00Z') / 1_000;

describe('in a history that stays as it is', () => {
  let world: GitWorld;
  const heads: Record<string, string> = {};
  beforeAll(async () => {
    world = await gitWorld();
    const { C2, C3 } = world;
    world.seed([
      { branch: 'side', from: C2, message: 'OPS-9 side', files: { s: 's' } },
      ...Array.from({ length: 500 }, (_, index) => ({
        branch: 'big',
        ...(index === 0 ? { from: C3 } : {}),
        message: `BIG-${index + 1} work ${'x'.repeat(300)}`,
        files: { n: `${index}` },
      })),
      {
        branch: 'times',
        from: C3,
        message: 'by ann',
        author: 'Ann [x]* <ann@example.com>',
        at: JUNE,
        files: { a: 'a' },
      },
      { branch: 'times', message: 'later', at: JUNE + 86_400, files: { l: 'l' } },
      {
        branch: 'strange',
        from: C3,
        message: 'error: fatal: \u202econflict\u202c %H $(id) {{x}}\n\nbody',
        files: { e: 'e' },
      },
    ]);
    const side = world.tip('side') ?? '';
    world.seed([{ branch: 'merged', from: C3, message: 'Merge side', merges: [side], files: { s: 's' } }]);
    await world.client.refresh('app');
    for (const name of ['side', 'big', 'times', 'strange', 'merged']) heads[name] = world.tip(name) ?? '';
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  test('W-R01 what a release brings: its commits, their Jira keys, the files', async () => {
    const answer = await world.read('git_compare', { base: world.C1, head: 'main' });
    expect(answer).toMatchObject({
      relation: 'ahead',
      downgrade: false,
      ahead: 2,
      behind: 0,
      merge_base: world.C1,
      removed: [],
      truncated: false,
      jira_keys: ['AAP-3', 'AAP-2'],
      files_changed: 1,
      lines_added: 8,
      lines_deleted: 0,
      summary: expect.stringMatching(
        /^app: main is 2 commits ahead of [0-9a-f]{40}; 1 file differ, 2 Jira keys\.$/,
      ),
    });
    expect(subjects(answer.added)).toEqual(['AAP-3 change b', 'AAP-2 add b']);
  });

  test('W-R09 a downgrade says so, and what it takes back', async () => {
    const answer = await world.read('git_compare', { base: world.C3, head: world.C1 });
    expect(answer).toMatchObject({
      relation: 'behind',
      downgrade: true,
      ahead: 0,
      behind: 2,
      added: [],
      jira_keys: ['AAP-3', 'AAP-2'],
      lines_deleted: 8,
    });
    expect(subjects(answer.removed)).toEqual(['AAP-3 change b', 'AAP-2 add b']);
    expect(answer.summary).toContain('a downgrade');
  });

  test('diverged and identical are told apart', async () => {
    const diverged = await world.read('git_compare', { base: world.C3, head: heads.side });
    expect(diverged).toMatchObject({ relation: 'diverged', ahead: 1, behind: 1, merge_base: world.C2 });
    expect([subjects(diverged.added), subjects(diverged.removed)]).toEqual([
      ['OPS-9 side'],
      ['AAP-3 change b'],
    ]);
    expect(await world.read('git_compare', { base: 'main', head: world.C3 })).toMatchObject({
      relation: 'identical',
      ahead: 0,
      behind: 0,
      files_changed: 0,
    });
  });

  test('W-R23 no commits are none, 500 are counted and cut', async () => {
    expect(await world.read('git_compare', { base: world.C3, head: world.C3 })).toMatchObject({
      ahead: 0,
      added: [],
    });
    const answer = await world.read('git_compare', { base: world.C3, head: heads.big });
    expect(answer).toMatchObject({ ahead: 500, truncated: true });
    expect(answer.added).toHaveLength(20);
    expect(answer.jira_keys).toHaveLength(200);
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  });

  test('merges may be left out', async () => {
    const input = { base: world.C3, head: heads.merged };
    const all = await world.read('git_compare', input);
    expect(all.added).toMatchObject([
      { subject: 'Merge side', merge: true },
      { subject: 'OPS-9 side', merge: false },
    ]);
    const without = await world.read('git_compare', { ...input, merges: false });
    expect(without).toMatchObject({ ahead: 1, added: [{ subject: 'OPS-9 side' }] });
  });

  test('the log by path, author and time', async () => {
    const log = async (input: object) =>
      subjects((await world.read('git_log', { ref: heads.times, ...input })).commits);
    expect(await log({ path: 'b' })).toEqual(['AAP-3 change b', 'AAP-2 add b']);
    expect(await log({ path: 'deploy' })).toEqual(['AAP-1 begin']);
    expect(await log({ author: 'ann [x]*' })).toEqual(['by ann']);
    expect(await log({ author: '.*' })).toEqual([]);
    expect(await log({ since: '2026-06-02' })).toEqual(['later']);
    expect(await log({ since: '2026-06-01T00:00:00Z', until: '2026-06-01T14:00:00+02:00' })).toEqual([
      'by ann',
    ]);
    expect(await log({ path: 'no/such' })).toEqual([]);
  });

  test('subjects are data: markup and invisible characters do nothing', async () => {
    const { commits } = await world.read('git_log', { ref: heads.strange, limit: 1 });
    expect(commits[0].subject).toBe('error: fatal: conflict %H $(id) {{x}}');
  });
});

test('the log pages by a cursor that stays where it began', async () => {
  await using world = await gitWorld();
  const first = await world.read('git_log', { limit: 2 });
  expect(subjects(first.commits)).toEqual(['AAP-3 change b', 'AAP-2 add b']);
  expect(first).toMatchObject({ truncated: true, jira_keys: ['AAP-3', 'AAP-2'], from: world.C3 });
  world.seed([{ branch: 'main', message: 'in between', files: { z: 'z' } }]);
  const second = await world.read('git_log', { limit: 2, cursor: first.next_cursor });
  expect(second).toMatchObject({ truncated: false, next_cursor: null });
  expect(subjects(second.commits)).toEqual(['AAP-1 begin']);
  await expect(world.read('git_log', { cursor: '--all:3' })).rejects.toMatchObject({ code: 'invalid_input' });
});
