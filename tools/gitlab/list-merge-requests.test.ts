import { expect, test } from 'vitest';
import { FILE, gitlabWorld, mergeRequest, TARGET } from './testing/world.ts';

const touching = { [FILE]: 'ref: other\n' };

test('W-R19: an open one that changes the same file is found with its patch; others are not', async () => {
  const { ask } = await gitlabWorld({
    merge_requests: {
      7: mergeRequest({ files: touching }),
      8: mergeRequest({ files: { 'data/other.yaml': 'x\n' } }),
      9: mergeRequest({ files: touching, state: 'merged' }),
      10: mergeRequest({ files: touching, target_branch: 'next' }),
    },
  });
  const wish = { project: TARGET, touching_file: FILE, target_branch: 'master' };
  expect(await ask('list_merge_requests', wish)).toMatchObject({
    exists: true,
    merge_requests: [{ iid: 7, patch: expect.stringContaining('+ref: other') }],
    truncated: false,
    summary: `1 merge request changes ${FILE} in ${TARGET}: !7.`,
  });
  expect(await ask('list_merge_requests', { ...wish, except: [7] })).toMatchObject({
    exists: false,
    merge_requests: [],
  });
});

test('W-R19: too many to look at is not "none"', async () => {
  const many = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [String(i + 1), mergeRequest()]));
  const { ask } = await gitlabWorld({ merge_requests: many });
  const found = await ask('list_merge_requests', { project: TARGET, touching_file: FILE });
  expect(found).toMatchObject({ exists: null, truncated: true });
  expect(found.summary).toContain('not known');
});

test('W-P11: in the order of the list, each once, with filters and a cursor', async () => {
  const { ask } = await gitlabWorld({
    merge_requests: {
      1446: mergeRequest({ created: '2026-03-01T01:00:00Z' }),
      1450: mergeRequest({ created: '2026-03-01T02:00:00Z', labels: [{ value: ['bot/hold', 'x'] }] }),
      1452: mergeRequest({ created: '2026-03-01T03:00:00Z', author: 'lead' }),
    },
  });
  const numbers = async (input: object) => {
    const found = await ask<{ merge_requests: { iid: number }[]; cursor: string | null }>(
      'list_merge_requests',
      { project: TARGET, ...input },
    );
    return [found.merge_requests.map(({ iid }) => iid), found.cursor];
  };
  expect(await numbers({})).toEqual([[1452, 1450, 1446], null]);
  expect(await numbers({ limit: 2 })).toEqual([[1452, 1450], '2']);
  expect(await numbers({ limit: 2, cursor: '2' })).toEqual([[1446], null]);
  expect(await numbers({ author: 'lead' })).toEqual([[1452], null]);
  expect(await numbers({ labels: ['bot/hold', 'x'] })).toEqual([[1450], null]);
  expect(await numbers({ state: 'merged' })).toEqual([[], null]);
});

test('a project that is not there is an error, not an empty list', async () => {
  const { ask } = await gitlabWorld();
  await expect(ask('list_merge_requests', { project: 'no/where' })).rejects.toMatchObject({
    code: 'not_found',
  });
});
