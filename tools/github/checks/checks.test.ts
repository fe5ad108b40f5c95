import { describe, expect, test } from 'vitest';
import { C1, C4, REPO, W } from '../testing/scenario.ts';
import { world } from '../testing/world.ts';
import { type Check, verdictOf } from './checks.ts';

const check = (state: Check['state'], name = 'x'): Check => ({
  name,
  kind: 'check_run',
  state,
  conclusion: state,
  app: null,
  url: null,
});

describe('a verdict', () => {
  test.each([
    [[], [], 'none'],
    [['passed', 'skipped'], [], 'passed'],
    [['passed', 'pending'], [], 'pending'],
    [['pending', 'failed'], [], 'failed'],
    [['passed'], ['x'], 'passed'],
    [['passed'], ['y'], 'pending'],
    [[], ['y'], 'pending'],
  ] as const)('of %j with %j required is %s', (states, required, verdict) => {
    expect(
      verdictOf(
        states.map((state) => check(state)),
        required,
      ).verdict,
    ).toBe(verdict);
  });
});

test('checks of a branch: pending, and later passed', async () => {
  const { read, to } = await world();
  const input = { repository: REPO, ref: 'feature' };
  expect(await read('github_list_checks', input)).toMatchInlineSnapshot(`
    {
      "checks": [
        {
          "app": "github-actions",
          "conclusion": "in_progress",
          "kind": "check_run",
          "name": "build",
          "state": "pending",
          "url": "https://github.com/demo/backend/runs/1",
        },
        {
          "app": null,
          "conclusion": "pending",
          "kind": "status",
          "name": "ci/old",
          "state": "pending",
          "url": null,
        },
        {
          "app": "github-actions",
          "conclusion": "skipped",
          "kind": "check_run",
          "name": "optional",
          "state": "skipped",
          "url": "https://github.com/demo/backend/runs/2",
        },
      ],
      "commit": "6666666666666666666666666666666666666666",
      "counts": {
        "failed": 0,
        "passed": 0,
        "pending": 2,
        "skipped": 1,
      },
      "missing": [],
      "repository": "demo/backend",
      "summary": "3 checks of demo/backend at 666666666666: pending.",
      "truncated": false,
      "verdict": "pending",
    }
  `);
  await to('2026-06-25T12:15:00Z');
  expect(await read('github_list_checks', input)).toMatchObject({
    verdict: 'pending',
    counts: { pending: 1 },
  });
  await to('2026-06-25T12:20:00Z');
  expect(await read('github_list_checks', input)).toMatchObject({ verdict: 'passed', commit: W });
  expect(await read('github_list_checks', { ...input, required: ['build', 'e2e'] })).toMatchObject({
    verdict: 'pending',
    missing: ['e2e'],
  });
});

test('an unknown conclusion has not passed', async () => {
  const { read } = await world();
  const found = await read('github_list_checks', { repository: REPO, ref: C4 });
  expect(found).toMatchObject({ verdict: 'failed', counts: { failed: 2 } });
  expect(found.summary).toContain('Failed: build, odd.');
});

test('nothing reported is none, though GitHub calls the sum of no statuses pending', async () => {
  const { read } = await world();
  expect(await read('github_list_checks', { repository: REPO, ref: C1 })).toMatchObject({ verdict: 'none' });
});

test('more checks than a page holds, the failing one first', async () => {
  const { read, patch } = await world();
  const state = { status: 'completed', conclusion: 'success' };
  const runs = Array.from({ length: 130 }, (_, n) => ({
    name: `check-${n}`,
    state: n === 125 ? { status: 'completed', conclusion: 'timed_out' } : state,
  }));
  await patch({ repositories: { [REPO]: { checks: { [C4]: { runs } } } } });
  const found = await read('github_list_checks', { repository: REPO, ref: C4, limit: 2 });
  expect(found).toMatchObject({ verdict: 'failed', counts: { passed: 129, failed: 1 }, truncated: true });
  expect(found.checks).toMatchObject([{ name: 'check-125', conclusion: 'timed_out' }, { name: 'check-0' }]);
});

test('E02 a ref that is not there is an error, not an empty table', async () => {
  const { read } = await world();
  await expect(read('github_list_checks', { repository: REPO, ref: 'nowhere' })).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('nowhere'),
  });
});
