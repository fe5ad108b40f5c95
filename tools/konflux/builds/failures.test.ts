import { expect, it } from 'vitest';
import { ended, podObject, runObject, taskObject } from './testing/objects.ts';
import { component, failed, sixBuilds } from './testing/team.ts';
import { world } from './testing/world.ts';

interface Failures {
  causes: { cause: string; count: number; runs: string[]; log: string[]; note?: string }[];
  runs: { name: string }[];
  summary: string;
}

it('W-K15 what failed, timed out or was cancelled, newest first, with its cause; the counts are of all', async () => {
  await using konflux = await world({ objects: [component(), ...sixBuilds] });
  expect(await konflux.read('konflux_pipeline_failures')).toMatchInlineSnapshot(`
    {
      "causes": [
        {
          "cause": "failed in task build, step compile: exit code 2 (Failed)",
          "count": 1,
          "log": [
            "go build ./...",
            "main.go:7: undefined: x",
            "exit status 2",
          ],
          "message": ""step-compile" exited with code 2",
          "runs": [
            "build-failed",
          ],
        },
        {
          "cause": "timed out: PipelineRunTimeout",
          "count": 1,
          "log": [],
          "message": "failed to finish within "1h0m0s"",
          "runs": [
            "build-timeout",
          ],
        },
        {
          "cause": "cancelled",
          "count": 1,
          "log": [],
          "message": "PipelineRun "build-cancelled" was cancelled",
          "runs": [
            "build-cancelled",
          ],
        },
      ],
      "namespace": "demo-tenant",
      "next": "konflux_pipeline_logs {"name":"build-failed","namespace":"demo-tenant"}",
      "runs": [
        {
          "component": "demo-backend",
          "created_at": "2026-01-15T11:20:00Z",
          "failure": {
            "exit_code": 2,
            "message": ""step-compile" exited with code 2",
            "reason": "Failed",
            "step": "compile",
            "task": "build",
            "task_run": "build-failed-build",
          },
          "name": "build-failed",
          "reason": "Failed",
          "state": "failed",
          "type": "build",
        },
        {
          "component": "demo-backend",
          "created_at": "2026-01-15T09:00:00Z",
          "failure": null,
          "message": "failed to finish within "1h0m0s"",
          "name": "build-timeout",
          "reason": "PipelineRunTimeout",
          "state": "timeout",
          "type": "build",
        },
        {
          "component": "demo-backend",
          "created_at": "2026-01-15T09:00:00Z",
          "failure": null,
          "message": "PipelineRun "build-cancelled" was cancelled",
          "name": "build-cancelled",
          "reason": "Cancelled",
          "state": "cancelled",
          "type": "build",
        },
      ],
      "summary": "6 pipeline runs in demo-tenant: 1 running, 2 failed (1 by time-out), 1 cancelled, 2 succeeded. The newest cause: failed in task build, step compile: exit code 2 (Failed).",
      "total": 3,
      "totals": {
        "cancelled": 1,
        "failed": 2,
        "pending": 0,
        "running": 1,
        "succeeded": 2,
        "timed_out": 1,
      },
      "truncated": false,
    }
  `);
});

it('runs that ended for the same thing are one cause, told by the newest of them', async () => {
  const oom = taskObject({
    run: 'test-1',
    task: 'smoke',
    outcome: 'False/Failed: out of memory',
    steps: [ended('run', 137, 'OOMKilled')],
  });
  await using konflux = await world({
    objects: [
      ...failed('build-1', '11:01:00', { pod: false }),
      ...failed('build-2', '11:02:00'),
      ...failed('build-3', '11:03:00'),
      runObject({ name: 'test-1', type: 'test', created: '2026-01-15T11:30:00Z', outcome: 'False/Failed' }),
      oom,
      podObject('test-1-smoke-pod', { 'step-run': ['allocating', 'Killed'] }),
    ],
  });
  const answer = (await konflux.read('konflux_pipeline_failures')) as Failures;
  expect(answer.causes).toMatchObject([
    {
      cause: 'failed in task smoke, step run: exit code 137 (OOMKilled)',
      count: 1,
      log: ['allocating', 'Killed'],
    },
    {
      cause: 'failed in task build, step compile: exit code 2 (Failed)',
      count: 3,
      runs: ['build-3', 'build-2', 'build-1'],
      log: ['go build ./...', 'main.go:7: undefined: x', 'exit status 2'],
    },
  ]);
  expect(answer.summary).toContain(
    'The most frequent cause (3 runs): failed in task build, step compile: exit code 2 (Failed).',
  );
  const paths = (await konflux.requests()).map(({ path }) => path.split('/').at(-1));
  expect(paths.sort()).toEqual(['log', 'log', 'pipelineruns', 'taskruns']);
});

it('a failure without a task tells the reason of the run', async () => {
  await using konflux = await world({
    objects: [runObject({ name: 'bad', outcome: 'False/CouldntGetPipeline: no such pipeline' })],
  });
  expect(await konflux.read('konflux_pipeline_failures')).toMatchObject({
    causes: [{ cause: 'failed: CouldntGetPipeline', message: 'no such pipeline', log: [] }],
  });
});

it('an excerpt that cannot be had is said, and the cause is told all the same', async () => {
  await using lost = await world({ objects: failed('build-1', '11:01:00', { pod: false }) });
  expect(await lost.read('konflux_pipeline_failures')).toMatchObject({
    causes: [{ count: 1, log: [], note: expect.stringContaining('The pod is gone') }],
  });
  await using forbidden = await world({
    objects: failed('build-1', '11:01:00'),
    forbidden: [{ verb: 'get', resource: 'pods/log' }],
  });
  expect(await forbidden.read('konflux_pipeline_failures')).toMatchObject({
    causes: [{ count: 1, log: [], note: 'The log could not be read (forbidden).' }],
  });
});

it('TaskRuns and logs that only the archive has', async () => {
  const [run = {}, ...rest] = failed('build-1', '11:01:00');
  await using konflux = await world({ objects: [run], archived: rest });
  expect(await konflux.read('konflux_pipeline_failures')).toMatchObject({
    causes: [{ cause: expect.stringContaining('step compile'), log: { length: 3 } }],
  });
});

it('no failure is said with what was looked at', async () => {
  await using konflux = await world({ objects: [runObject({ outcome: 'True/Succeeded' })] });
  expect(await konflux.read('konflux_pipeline_failures')).toMatchObject({
    causes: [],
    runs: [],
    total: 0,
    summary:
      '1 pipeline run in demo-tenant: 1 succeeded. None of those that the cluster still has failed or was cancelled.',
  });
});

it.each([
  [{ limit: 1 }, ['build-failed']],
  [{ type: 'test' }, []],
  [{ created_after: '2026-01-15T10:30:00Z' }, ['build-failed']],
  [{ component: 'demo-backend' }, ['build-failed', 'build-timeout', 'build-cancelled']],
])('%j', async (filter, names) => {
  await using konflux = await world({ objects: [component(), ...sixBuilds] });
  const { runs } = (await konflux.read('konflux_pipeline_failures', filter)) as Failures;
  expect(runs.map(({ name }) => name)).toEqual(names);
});

it('thirty failures with talkative logs stay below 10 KB', async () => {
  const long = 'x'.repeat(900);
  const objects = Array.from({ length: 30 }, (_, n) => {
    const run = `build-${n}`;
    return [
      runObject({ name: run, outcome: `False/Failed: ${long}`, created: `2026-01-15T10:00:${10 + n}Z` }),
      taskObject({ run, task: `t${n}`, outcome: `False/Failed: ${long}`, steps: [ended('run', 1)] }),
      podObject(`${run}-t${n}-pod`, { 'step-run': Array.from({ length: 50 }, () => long) }),
    ];
  }).flat();
  await using konflux = await world({ objects });
  const answer = await konflux.read('konflux_pipeline_failures');
  expect(answer).toMatchObject({ truncated: true, total: 30 });
  expect(JSON.stringify(answer).length).toBeLessThan(10_000);
});
