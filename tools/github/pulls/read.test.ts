import { expect, test } from 'vitest';
import { REPO } from '../testing/scenario.ts';
import { world } from '../testing/world.ts';

test('a pull request: who says what, what is required, what is in its way', async () => {
  const { read } = await world();
  const found = await read('github_get_pull_request', { repository: REPO, number: 20 });
  expect(found).toMatchInlineSnapshot(`
    {
      "author": "alice",
      "base": "main",
      "blockers": [
        "checks are not finished",
        "changes are asked for by erin",
      ],
      "body": [
        "Raises it.",
      ],
      "body_truncated": false,
      "changed_files": 1,
      "checks": {
        "counts": {
          "failed": 0,
          "passed": 0,
          "pending": 2,
          "skipped": 1,
        },
        "missing": [],
        "verdict": "pending",
      },
      "created_at": "2026-06-24T08:00:00Z",
      "head": "demo:feature",
      "head_commit": "6666666666666666666666666666666666666666",
      "labels": [
        "release",
      ],
      "merge_commit": null,
      "merge_state": "blocked",
      "mergeable": true,
      "merged_at": null,
      "next": "Waiting for dave, @platform.",
      "number": 20,
      "repository": "demo/backend",
      "required": {
        "approvals": 1,
        "checks": [
          "build",
        ],
      },
      "reviews": {
        "approved_by": [
          "carol",
          "mallory",
        ],
        "approved_older_commit": [
          "carol",
        ],
        "changes_requested_by": [
          "erin",
        ],
        "missing_approvals": 0,
        "waiting_for": [
          "dave",
          "@platform",
        ],
      },
      "state": "open",
      "summary": "#20 into main is open, checks pending, approved by carol, mallory. In its way: checks are not finished; changes are asked for by erin.",
      "title": "Raise prod",
      "updated_at": "2026-06-24T08:00:00Z",
      "url": "https://github.com/demo/backend/pull/20",
    }
  `);
});

test('approvals count of those who have a say, and requirements that cannot be seen are null', async () => {
  const { read, patch } = await world();
  const reviews = [{ author: 'erin', state: 'APPROVED', at: '2026-06-25T10:00:00Z' }];
  await patch({ repositories: { [REPO]: { pull_requests: { '20': { reviews } } } } });
  expect(await read('github_get_pull_request', { repository: REPO, number: 20 })).toMatchObject({
    reviews: { approved_by: ['erin'], missing_approvals: 0 },
  });
  await patch({ repositories: { [REPO]: { pull_requests: { '20': { base: 'release-1' } } } } });
  expect(await read('github_get_pull_request', { repository: REPO, number: 20 })).toMatchObject({
    reviews: { missing_approvals: null },
    required: { approvals: null, checks: [] },
    blockers: ['checks are not finished', 'a rule of the target branch that cannot be seen from here'],
  });
});

test('P23: a conflict, and while GitHub still works it out', async () => {
  const { read, patch } = await world();
  const become = (mergeable: boolean | null) =>
    patch({ repositories: { [REPO]: { pull_requests: { '20': { mergeable: [{ value: mergeable }] } } } } });
  await become(false);
  const conflicting = await read('github_get_pull_request', { repository: REPO, number: 20 });
  expect(conflicting.blockers).toContain('it conflicts with its target branch');
  await become(null);
  expect(await read('github_get_pull_request', { repository: REPO, number: 20 })).toMatchObject({
    mergeable: null,
    blockers: expect.arrayContaining(['GitHub has not worked out yet whether it can be merged']),
    next: expect.stringContaining('Ask again'),
  });
});

test('a merged one has nothing in its way', async () => {
  const { read } = await world();
  expect(await read('github_get_pull_request', { repository: REPO, number: 11 })).toMatchObject({
    state: 'merged',
    merge_commit: '3'.repeat(40),
    blockers: [],
    next: null,
  });
});

test('one that is not there is named', async () => {
  const { read } = await world();
  await expect(read('github_get_pull_request', { repository: REPO, number: 99 })).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('/pulls/99'),
  });
});

test.each([
  [{}, [20]],
  [{ state: 'all' }, [20, 12, 11]],
  [{ path: 'deploy/prod.yml' }, [20]],
  [{ path: 'deploy/' }, [20]],
  [{ path: 'deploy/prod' }, []],
  [{ head: 'feature' }, [20]],
  [{ head: 'bob:feature' }, []],
  [{ author: 'Bob', state: 'closed' }, [12]],
  [{ label: 'bug', state: 'all' }, [11]],
  [{ base: 'release-1' }, []],
])('R19: pull requests by %j', async (filter, numbers) => {
  const { read } = await world();
  const found = await read('github_list_pull_requests', { repository: REPO, ...filter });
  expect(found.pull_requests).toMatchObject(numbers.map((number) => ({ number })));
  expect(found.complete).toBe(true);
});

test('a list in pages says that there is more', async () => {
  const { read } = await world();
  const input = { repository: REPO, state: 'all', limit: 2 };
  const first = await read('github_list_pull_requests', input);
  expect(first).toMatchObject({
    pull_requests: [{ number: 20 }, { number: 12 }],
    complete: false,
    next_page: 2,
  });
  const second = await read('github_list_pull_requests', { ...input, page: 2 });
  expect(second).toMatchObject({ pull_requests: [{ number: 11 }], complete: false, next_page: null });
});

test('reviews: a comment is no last word, and an approval of an older commit is marked', async () => {
  const { read } = await world();
  const found = await read('github_list_reviews', { repository: REPO, number: 20, limit: 3 });
  expect(found).toMatchObject({
    approved_by: ['carol', 'mallory'],
    approved_older_commit: ['carol'],
    changes_requested_by: ['erin'],
    waiting_for: ['dave', '@platform'],
    truncated: true,
  });
  expect(found.reviews).toMatchObject([
    { reviewer: 'erin', state: 'commented', body: 'Only a thought.' },
    { reviewer: 'erin', state: 'changes_requested' },
    { reviewer: 'mallory', on_head: true },
  ]);
});
