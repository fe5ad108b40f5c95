import { describe, expect, it } from 'vitest';
import { snapshotNamed, world } from '../releases/testing/world.ts';
import { readTestOutput, runOutcome } from './test-output.ts';
import { FAILED, output, scenarioObject, testRunObjects } from './testing/objects.ts';

const WARNED = output('WARNING', 10, 0, 1, 'Task deprecated-image-check completed: one warning');

describe('what a task says', () => {
  it('W-K16 WARNING 10/0/1 with a note', () => {
    expect(readTestOutput(JSON.stringify(WARNED))).toEqual({
      result: 'WARNING',
      successes: 10,
      failures: 0,
      warnings: 1,
      note: 'Task deprecated-image-check completed: one warning',
      at: Date.parse('2026-01-15T10:00:00Z'),
    });
  });

  it.each(['', '{', '[]', '{"result":"GREEN"}', '{"successes":1}'])('%j cannot be read', (text) => {
    expect(readTestOutput(text).result).toBe('UNREADABLE');
  });

  it('counts may be text, times may be ISO', () => {
    const text = '{"result":"SUCCESS","successes":"3","timestamp":"2026-01-15T10:00:00Z"}';
    expect(readTestOutput(text)).toMatchObject({ successes: 3, failures: 0, at: Date.UTC(2026, 0, 15, 10) });
  });
});

describe('the outcome of a run', () => {
  it.each([
    ['W-K16 passed_with_warnings', 'succeeded', ['SUCCESS', 'WARNING'], 'passed_with_warnings'],
    ['passed', 'succeeded', ['SUCCESS', 'SKIPPED'], 'passed'],
    ['passed without any result', 'succeeded', [], 'passed'],
    ['failed by a FAILURE', 'succeeded', ['WARNING', 'FAILURE'], 'failed'],
    ['failed by an ERROR', 'succeeded', ['SUCCESS', 'ERROR'], 'failed'],
    ['invalid', 'succeeded', ['SUCCESS', 'UNREADABLE'], 'invalid'],
    ['failed whatever the tasks say', 'failed', ['SUCCESS'], 'failed'],
    ['timeout', 'timeout', [], 'timeout'],
    ['cancelled', 'cancelled', ['SUCCESS'], 'cancelled'],
    ['running', 'running', ['FAILURE'], 'running'],
    ['running while pending', 'pending', [], 'running'],
  ] as const)('is %s', (_, state, results, outcome) => {
    const outputs = results.map((result) => ({ ...readTestOutput(''), result }));
    expect(runOutcome(state, outputs)).toBe(outcome);
  });
});

describe('konflux_test_results', () => {
  const objects = [
    snapshotNamed('demo-app-1', {
      conditions: FAILED,
      tests: [
        { scenario: 'demo-smoke', status: 'TestFail', lastUpdateTime: 'x', testPipelineRunName: 'smoke-2' },
        {
          scenario: 'long-ago',
          status: 'TestPassed',
          lastUpdateTime: 'x',
          testPipelineRunName: 'long-ago-1',
        },
      ],
    }),
    scenarioObject('demo-smoke'),
    scenarioObject('never-ran'),
    ...testRunObjects('smoke-1', {
      tasks: { init: undefined, smoke: output('SUCCESS', 12), lint: WARNED },
    }),
    ...testRunObjects('smoke-2', {
      created: '2026-01-15T11:00:00Z',
      tasks: { smoke: output('FAILURE', 9, 3, 0, 'three failed'), lint: output('SKIPPED') },
    }),
    ...testRunObjects('of-another', { snapshot: 'demo-app-2', tasks: { smoke: '{broken' } }),
  ];

  it('W-K16 of a Snapshot: by run and task, warnings pass, what is pruned comes from its record', async () => {
    await using w = await world({ objects });
    expect(await w.read('konflux_test_results', { snapshot: 'demo-app-1' })).toMatchInlineSnapshot(`
      {
        "archived": false,
        "namespace": "demo-tenant",
        "next": "konflux_pipeline_status {"name":"smoke-2","namespace":"demo-tenant"}",
        "outcomes": {
          "cancelled": 0,
          "failed": 1,
          "invalid": 0,
          "passed": 0,
          "passed_with_warnings": 1,
          "running": 0,
          "timeout": 0,
          "unknown": 0,
        },
        "recorded": [
          {
            "outcome": "passed",
            "run": "long-ago-1",
            "scenario": "long-ago",
          },
        ],
        "runs": [
          {
            "created_at": "2026-01-15T11:00:00Z",
            "duration": "20m",
            "duration_s": 1200,
            "outcome": "failed",
            "reason": "Succeeded",
            "run": "smoke-2",
            "scenario": "demo-smoke",
            "snapshot": "demo-app-1",
            "state": "succeeded",
            "task_count": 2,
            "tasks": [
              {
                "failures": 3,
                "note": "three failed",
                "result": "FAILURE",
                "successes": 9,
                "task": "smoke",
                "warnings": 0,
              },
              {
                "failures": 0,
                "result": "SKIPPED",
                "successes": 0,
                "task": "lint",
                "warnings": 0,
              },
            ],
          },
          {
            "created_at": "2026-01-15T10:00:00Z",
            "duration": "20m",
            "duration_s": 1200,
            "outcome": "passed_with_warnings",
            "reason": "Succeeded",
            "run": "smoke-1",
            "scenario": "demo-smoke",
            "snapshot": "demo-app-1",
            "state": "succeeded",
            "task_count": 2,
            "tasks": [
              {
                "failures": 0,
                "note": "Task deprecated-image-check completed: one warning",
                "result": "WARNING",
                "successes": 10,
                "task": "lint",
                "warnings": 1,
              },
              {
                "failures": 0,
                "result": "SUCCESS",
                "successes": 12,
                "task": "smoke",
                "warnings": 0,
              },
            ],
          },
        ],
        "summary": "Of 2 test runs of demo-app-1: 1 passed with warnings, 1 failed. smoke-2 (demo-smoke): task smoke says FAILURE. Without a run that is still there: long-ago (passed).",
        "total": 2,
        "truncated": false,
      }
    `);
  });

  it('of a scenario, over all Snapshots', async () => {
    await using w = await world({ objects });
    expect(await w.read('konflux_test_results', { scenario: 'demo-smoke' })).toMatchObject({
      total: 3,
      recorded: [],
      runs: [
        { run: 'smoke-2', outcome: 'failed' },
        { run: 'smoke-1', outcome: 'passed_with_warnings' },
        { run: 'of-another', snapshot: 'demo-app-2', outcome: 'invalid', tasks: [{ result: 'UNREADABLE' }] },
      ],
    });
  });

  it('of a run that failed itself: the task and step', async () => {
    const failed = testRunObjects('smoke-3', {
      outcome: 'False/Failed: Tasks Completed: 1 (Failed: 1)',
      tasks: { smoke: output('ERROR', 0, 0, 0, 'no cluster') },
    });
    await using w = await world({ objects: [snapshotNamed('demo-app-1'), ...failed] });
    expect(await w.read('konflux_test_results', { snapshot: 'demo-app-1' })).toMatchObject({
      runs: [
        {
          run: 'smoke-3',
          outcome: 'failed',
          state: 'failed',
          reason: 'Failed',
          message: 'Tasks Completed: 1 (Failed: 1)',
          tasks: [{ task: 'smoke', result: 'ERROR', note: 'no cluster' }],
        },
      ],
      next: 'konflux_pipeline_status {"name":"smoke-3","namespace":"demo-tenant"}',
    });
  });

  it('a scenario without runs is told from one that is not there', async () => {
    await using w = await world({ objects });
    expect(await w.read('konflux_test_results', { scenario: 'never-ran' })).toMatchObject({
      total: 0,
      summary: 'There is no test run of never-ran in the namespace.',
    });
    await expect(w.read('konflux_test_results', { scenario: 'demo-smok' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: expect.stringContaining('demo-smoke'),
    });
    await expect(w.read('konflux_test_results', {})).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('W-K24 pruned runs are looked up in the archive, their tasks too', async () => {
    await using w = await world({
      objects: [snapshotNamed('demo-app-1')],
      archived: testRunObjects('smoke-1', { tasks: { lint: WARNED } }),
    });
    expect(await w.read('konflux_test_results', { snapshot: 'demo-app-1' })).toMatchObject({
      archived: true,
      runs: [{ run: 'smoke-1', outcome: 'passed_with_warnings', tasks: [{ warnings: 1 }] }],
    });
  });

  it('where the tasks have been pruned, what the run says as a whole', async () => {
    const value = JSON.stringify(WARNED);
    const [run] = testRunObjects('smoke-1') as [{ status: object }];
    const bare = { ...run, status: { ...run.status, results: [{ name: 'TEST_OUTPUT', value }] } };
    await using w = await world({ objects: [snapshotNamed('demo-app-1'), bare] });
    expect(await w.read('konflux_test_results', { snapshot: 'demo-app-1' })).toMatchObject({
      runs: [{ outcome: 'passed_with_warnings', tasks: [{ task: '(the whole run)', result: 'WARNING' }] }],
    });
  });

  it('many runs are cut, asked for in few requests, and stay below 10 KB', async () => {
    const tasks = Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [`task-${n}`, output('WARNING', n, 0, 1, 'x'.repeat(400))]),
    );
    const many = Array.from({ length: 14 }, (_, n) =>
      testRunObjects(`smoke-${n}`, { created: `2026-01-15T10:${10 + n}:00Z`, tasks }),
    ).flat();
    await using w = await world({ objects: [snapshotNamed('demo-app-1'), ...many] });
    const answer = await w.read('konflux_test_results', { snapshot: 'demo-app-1' });
    expect(answer).toMatchObject({ total: 14, truncated: true });
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
    const requests = (await w.requests()).filter(({ path }) => path.includes('/apis/'));
    expect(requests.length).toBeLessThanOrEqual(3);
  });
});
