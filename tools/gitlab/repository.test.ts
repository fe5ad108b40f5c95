import { expect, test } from 'vitest';
import { FILE, FORK, gitlabWorld, TARGET } from './testing/world.ts';

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];
const history = {
  commits: [
    { id: A, title: 'First', created: '2026-03-01T01:00:00Z' },
    { id: B, title: 'Second', created: '2026-03-01T02:00:00Z' },
  ],
  tags: { v1: A, v2: B },
};

test('files, commits, branches and what lies between two refs', async () => {
  const { ask } = await gitlabWorld(history);
  expect(await ask('get_file', { project: TARGET, path: FILE })).toMatchObject({
    content: 'ref: old\n',
    commit: B,
    binary: false,
    truncated: false,
  });
  expect(await ask('get_commit', { project: TARGET, ref: 'v1' })).toMatchObject({ id: A, title: 'First' });
  expect(await ask('compare_refs', { project: TARGET, from: 'v1', to: 'v2' })).toMatchObject({
    commit_count: 1,
    commits: [{ id: B }],
    summary: `v2 has 1 commit that v1 of ${TARGET} has not; no files changed.`,
  });
  expect(await ask('list_branches', { project: FORK, search: '^sta' })).toMatchObject({
    branches: [{ name: 'stable', protected: true, default: false }],
  });
});

test('a long file comes in parts', async () => {
  const lines = Array.from({ length: 300 }, (_, i) => `line ${i + 1} ${'x'.repeat(30)}`);
  const { ask } = await gitlabWorld({ branches: { master: { [FILE]: lines.join('\n') } } });
  const first = await ask<{ content: string; cursor: number }>('get_file', { project: TARGET, path: FILE });
  const rest: string[] = first.content.split('\n');
  for (let from: number | null = first.cursor; from !== null; ) {
    const part: { content: string; cursor: number | null } = await ask('get_file', {
      project: TARGET,
      path: FILE,
      from_line: from,
    });
    rest.push(...part.content.split('\n'));
    from = part.cursor;
  }
  expect(rest).toEqual(lines);
});

test.each(['../x', 'a/../b', '/etc/passwd'])('path %j never becomes a request', async (path) => {
  const { ask } = await gitlabWorld();
  await expect(ask('get_file', { project: TARGET, path })).rejects.toMatchObject({ code: 'invalid_input' });
});

test.each(['..', '.'])('ref %j never asks for something else', async (ref) => {
  const { ask } = await gitlabWorld();
  await expect(ask('get_commit', { project: TARGET, ref })).rejects.toMatchObject({ code: 'invalid_input' });
});

test('a release is of a tag that is there, once', async () => {
  const { tell, fault, effects, ask } = await gitlabWorld(history);
  await fault({ system: 'gitlab', method: 'POST', fault: 'reset_after' });
  const wish = { project: TARGET, tag: 'v2', name: 'Second', description: 'What is new' };
  expect(await tell('create_release', wish)).toMatchObject({ created: true, commit: B, differs: [] });
  expect(await tell('create_release', { ...wish, name: 'Else' })).toMatchObject({
    created: false,
    differs: ['name'],
  });
  await expect(tell('create_release', { ...wish, tag: 'v3' })).rejects.toMatchObject({
    code: 'precondition',
  });
  expect(await effects()).toEqual([`release_created ${TARGET}@v2`]);
  expect(await ask('list_releases', { project: TARGET })).toMatchObject({ releases: [{ tag: 'v2' }] });
});

test('deployments, environments and freezes as GitLab tells them', async () => {
  const { ask } = await gitlabWorld({
    environments: [{ id: 1, name: 'production', tier: 'production' }],
    deployments: [
      {
        id: 5,
        environment: 'production',
        status: 'success',
        ref: 'master',
        sha: A,
        created: '2026-03-02T09:00:00Z',
        user: 'dev',
      },
    ],
    freeze_periods: [{ id: 1, start: '0 18 * * 5', end: '0 8 * * 1', time_zone: 'Europe/Berlin' }],
  });
  expect(await ask('list_environments', { project: TARGET })).toMatchObject({
    environments: [{ name: 'production', state: 'available' }],
  });
  expect(
    await ask('list_deployments', { project: TARGET, environment: 'production', status: 'success' }),
  ).toMatchObject({ deployments: [{ id: 5, commit: A, by: 'dev' }] });
  expect(await ask('list_freeze_periods', { project: TARGET })).toMatchObject({
    frozen: false,
    freeze_periods: [{ time_zone: 'Europe/Berlin' }],
  });
  expect(await ask('list_freeze_periods', { project: FORK })).toMatchObject({ frozen: false });
});

test('accounts by name or address, never by both', async () => {
  const { ask } = await gitlabWorld();
  expect(await ask('find_user', { username: 'dev' })).toMatchObject({ user: { id: 2 } });
  expect(await ask('find_user', { email: 'dev@example.com' })).toMatchObject({ user: { id: 2 } });
  expect(await ask('find_user', { username: 'nobody' })).toMatchObject({ user: null });
  await expect(ask('find_user', {})).rejects.toMatchObject({ code: 'invalid_input' });
});
