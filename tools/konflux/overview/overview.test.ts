import { describe, expect, it } from 'vitest';
import { ended, runObject, taskObject } from '../builds/testing/objects.ts';
import {
  ATTEMPT,
  admissionObject,
  CONDITIONS,
  planObject,
  releaseObject,
} from '../releases/testing/objects.ts';
import { CLOSED, snapshotNamed, world } from '../releases/testing/world.ts';
import { corpusObject, needsCorpus, noCorpus } from '../snapshots/testing/corpus.ts';
import {
  applicationObject,
  component,
  componentObject,
  FAILED,
  groupObject,
  scenarioObject,
  TESTING,
} from '../snapshots/testing/objects.ts';

/** W-K15: the six builds of the facts, restated. */
const SIX = [
  runObject({ name: 'ok', outcome: 'True/Succeeded' }),
  runObject({ name: 'ok-with-skips', outcome: 'True/Completed' }),
  runObject({ name: 'busy', outcome: 'Unknown/Running', started: '2026-01-15T11:30:00Z' }),
  runObject({
    name: 'bad',
    outcome: 'False/Failed: Tasks Completed: 3 (Failed: 1, Cancelled 0), Skipped: 9',
    children: ['init'],
    created: '2026-01-15T10:05:00Z',
  }),
  runObject({ name: 'late', outcome: 'False/PipelineRunTimeout: failed to finish within "1h0m0s"' }),
  runObject({ name: 'stopped', outcome: 'False/Cancelled: was cancelled' }),
];
const badTask = taskObject({
  run: 'bad',
  task: 'init',
  outcome: 'False/Failed: "step-clone" exited with code 1',
  steps: [ended('clone', 1)],
});

describe('W-K15 six builds in one namespace', () => {
  it('are counted by their conditions: 1 running, 2 failed, 1 cancelled, 2 succeeded', async () => {
    await using w = await world({ objects: [applicationObject('demo-app'), ...SIX, badTask] });
    expect(await w.read('konflux_overview', {})).toMatchObject({
      counts: { applications: 1, pipeline_runs: 6 },
      pipelines: { running: 1, failed: 2, timed_out: 1, cancelled: 1, succeeded: 2, pending: 0 },
      running: [{ name: 'busy', reason: 'Running', duration: '30m' }],
      failed: [
        { name: 'bad', reason: 'Failed', failed_in: 'task init, step clone: exit code 1 (Failed)' },
        { name: 'late', state: 'timeout', reason: 'PipelineRunTimeout' },
      ],
      summary:
        'demo-tenant: 1 application, 0 components. Pipelines: 1 running, 2 failed, 1 cancelled, 2 succeeded.',
      next: 'konflux_pipeline_status {"name":"bad","namespace":"demo-tenant"}',
    });
  });

  it('words in messages and names change nothing', async () => {
    const objects = [
      runObject({ name: 'failed-running-succeeded', outcome: 'True/Succeeded: 1 Failed 2 Running' }),
      runObject({ name: 'succeeded', outcome: 'False/CouldntGetTask: Succeeded' }),
    ];
    await using w = await world({ objects });
    expect(await w.read('konflux_overview', {})).toMatchObject({
      pipelines: { succeeded: 1, failed: 1, running: 0 },
      failed: [{ name: 'succeeded', reason: 'CouldntGetTask' }],
    });
  });

  it.skipIf(noCorpus)(`as recorded ${needsCorpus}`, async () => {
    const recorded = ['succeeded', 'completed-with-skips', 'running', 'failed'].map(
      (name) => corpusObject(`pipelinerun-build-${name}`) as object,
    );
    const objects = [corpusObject('application') as object, ...recorded, ...SIX.slice(4)];
    await using w = await world({ objects });
    expect(await w.read('konflux_overview', {})).toMatchObject({
      counts: { applications: 1 },
      pipelines: { running: 1, failed: 2, timed_out: 1, cancelled: 1, succeeded: 2 },
    });
  });
});

const team = [
  applicationObject('demo-app'),
  applicationObject('other-app'),
  componentObject('demo-backend'),
  componentObject('other', { application: 'other-app' }),
  scenarioObject('demo-smoke'),
  snapshotNamed('demo-app-1'),
  snapshotNamed('demo-app-2', { created: '2026-01-15T11:00:00Z', conditions: FAILED }),
  snapshotNamed('other-1', {
    created: '2026-01-15T11:30:00Z',
    conditions: TESTING,
    labels: {},
    spec: { application: 'other-app', components: [component('other')] },
  }),
  planObject(),
  admissionObject({ blocked: true }),
  releaseObject({
    name: 'rel-bad',
    snapshot: 'demo-app-1',
    conditions: CONDITIONS.failed,
    attempts: [ATTEMPT.failed],
  }),
  releaseObject({ name: 'rel-run', snapshot: 'demo-app-1', conditions: CONDITIONS.progressing }),
  releaseObject({
    name: 'rel-ok',
    snapshot: 'demo-app-1',
    conditions: CONDITIONS.succeeded,
    created: '2026-01-15T11:00:00Z',
  }),
  ...SIX,
  badTask,
  runObject({ name: 'bad-of-other', component: 'other', application: '', outcome: 'False/Failed' }),
];

describe('konflux_overview', () => {
  it('of an application tells what is its own', async () => {
    await using w = await world({ objects: team });
    const answer = await w.read('konflux_overview', { application: 'demo-app' });
    expect(answer).toMatchInlineSnapshot(`
      {
        "application": "demo-app",
        "blocked_plans": [
          {
            "plan": "demo-app-prod",
            "why": "Its admission managed-demo-tenant/demo-app-prod blocks releases.",
          },
        ],
        "counts": {
          "applications": 1,
          "component_groups": 0,
          "components": 1,
          "pipeline_runs": 6,
          "release_plans": 1,
          "releases": 3,
          "scenarios": 1,
          "snapshots": 2,
        },
        "failed": [
          {
            "component": "demo-backend",
            "created_at": "2026-01-15T10:05:00Z",
            "duration": null,
            "duration_s": null,
            "failed_in": "task init, step clone: exit code 1 (Failed)",
            "message": "Tasks Completed: 3 (Failed: 1, Cancelled 0), Skipped: 9",
            "name": "bad",
            "reason": "Failed",
            "recovered": false,
            "state": "failed",
            "type": "build",
          },
          {
            "component": "demo-backend",
            "created_at": "2026-01-15T10:00:00Z",
            "duration": null,
            "duration_s": null,
            "message": "failed to finish within "1h0m0s"",
            "name": "late",
            "reason": "PipelineRunTimeout",
            "recovered": false,
            "state": "timeout",
            "type": "build",
          },
        ],
        "namespace": "demo-tenant",
        "next": "konflux_release_get {"name":"rel-run","namespace":"demo-tenant"}",
        "pipelines": {
          "cancelled": 1,
          "failed": 2,
          "pending": 0,
          "running": 1,
          "succeeded": 2,
          "timed_out": 1,
        },
        "releases": [
          {
            "created_at": "2026-01-15T10:00:00Z",
            "message": "",
            "name": "rel-run",
            "phase": "managed",
            "plan": "demo-app-prod",
            "recovered": false,
            "snapshot": "demo-app-1",
            "state": "progressing",
          },
          {
            "created_at": "2026-01-15T10:00:00Z",
            "message": "Release processing failed on managed pipelineRun",
            "name": "rel-bad",
            "phase": "managed",
            "plan": "demo-app-prod",
            "recovered": true,
            "snapshot": "demo-app-1",
            "state": "failed",
          },
        ],
        "running": [
          {
            "component": "demo-backend",
            "duration": "30m",
            "duration_s": 1800,
            "name": "busy",
            "reason": "Running",
            "state": "running",
            "type": "build",
          },
        ],
        "snapshots": [
          {
            "application": "demo-app",
            "commit": "0123456789abcdef0123456789abcdef01234567",
            "component": "demo-backend",
            "component_group": null,
            "created_at": "2026-01-15T11:00:00Z",
            "event": "push",
            "name": "demo-app-2",
            "promotable": false,
            "state": "failed",
          },
          {
            "application": "demo-app",
            "commit": "0123456789abcdef0123456789abcdef01234567",
            "component": "demo-backend",
            "component_group": null,
            "created_at": "2026-01-15T10:00:00Z",
            "event": "push",
            "name": "demo-app-1",
            "promotable": true,
            "state": "passed",
          },
        ],
        "summary": "demo-app: 1 application, 1 component. Pipelines: 1 running, 2 failed, 1 cancelled, 2 succeeded. Releases: 1 in progress, 1 failed. Blocked release plans: 1. Newest Snapshot: demo-app-2 (failed).",
        "truncated": false,
        "unavailable": [],
      }
    `);
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  });

  it('of another one: a run that says its component alone is told by it', async () => {
    await using w = await world({ objects: team });
    expect(await w.read('konflux_overview', { application: 'other-app' })).toMatchObject({
      counts: { applications: 1, components: 1, snapshots: 1, releases: 0, pipeline_runs: 1 },
      failed: [{ name: 'bad-of-other' }],
      blocked_plans: [],
      snapshots: [{ name: 'other-1', state: 'testing' }],
    });
  });

  it('asks few requests, however many objects there are', async () => {
    await using w = await world({ objects: team });
    await w.read('konflux_overview', {});
    expect((await w.requests()).length).toBeLessThanOrEqual(10);
  });

  it('fits 10 KB with hundreds of runs, snapshots and releases', async () => {
    const many = Array.from({ length: 60 }, (_, n) => [
      runObject({
        name: `a-build-with-a-rather-long-name-${n}`,
        outcome: `False/Failed: ${'x'.repeat(600)}`,
      }),
      runObject({ name: `a-build-that-runs-and-has-a-long-name-${n}`, outcome: 'Unknown/Running' }),
      snapshotNamed(`demo-app-20260115-100000-${100 + n}`, { conditions: FAILED }),
      releaseObject({
        name: `demo-app-20260115-100000-${100 + n}-rel`,
        snapshot: `demo-app-20260115-100000-${100 + n}`,
        conditions: [`Validated=False/Failed: ${'y'.repeat(600)}`, 'Released=False/Failed'],
      }),
    ]).flat();
    await using w = await world({ objects: [...team, ...many] });
    const answer = await w.read('konflux_overview', {});
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
    expect(answer).toMatchObject({ truncated: true, pipelines: { failed: 63, running: 61 } });
  });

  it('names what we may not read, and counts the rest', async () => {
    const forbidden = [{ resource: 'releases', namespace: 'demo-tenant' }, ...CLOSED];
    await using w = await world({ objects: team, forbidden });
    expect(await w.read('konflux_overview', {})).toMatchObject({
      counts: { applications: 2, releases: null },
      unavailable: [
        { kind: 'Release', code: 'forbidden' },
        { kind: 'ReleasePlanAdmission in managed-demo-tenant', code: 'forbidden' },
      ],
      summary: expect.stringContaining('Not readable: Release, ReleasePlanAdmission in managed-demo-tenant.'),
    });
  });

  it('is forbidden where we may read nothing at all', async () => {
    await using w = await world({ objects: team, forbidden: [{ resource: '*', namespace: 'demo-tenant' }] });
    await expect(w.read('konflux_overview', {})).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('of an application that is not there is refused', async () => {
    await using w = await world({ objects: team });
    await expect(w.read('konflux_overview', { application: 'demo' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: expect.stringContaining('demo-app'),
    });
  });

  it('W-K23 of a component group', async () => {
    const objects = [
      groupObject('demo-group', ['demo-backend']),
      componentObject('demo-backend', {}),
      snapshotNamed('of-group', { labels: {}, spec: { componentGroup: 'demo-group', components: [] } }),
      runObject({ name: 'busy', application: '', outcome: 'Unknown/Running' }),
    ];
    await using w = await world({ objects });
    expect(await w.read('konflux_overview', { application: 'demo-group' })).toMatchObject({
      counts: { applications: 0, component_groups: 1, components: 1, snapshots: 1, pipeline_runs: 1 },
      running: [{ name: 'busy' }],
      summary: expect.stringContaining('1 component group, 1 component.'),
    });
  });

  it('a failure that a later run has made good is called recovered', async () => {
    const objects = [
      runObject({ name: 'bad', outcome: 'False/Failed', created: '2026-01-15T10:00:00Z' }),
      runObject({ name: 'good', outcome: 'True/Succeeded', created: '2026-01-15T11:00:00Z' }),
      runObject({ name: 'bad-web', component: 'demo-web', outcome: 'False/Failed' }),
    ];
    await using w = await world({ objects });
    expect(await w.read('konflux_overview', {})).toMatchObject({
      failed: [
        { name: 'bad-web', recovered: false },
        { name: 'bad', recovered: true },
      ],
    });
  });

  it('plans that no admission matches are blocked; one whose admission is open is not', async () => {
    const plan = {
      ...planObject({ matched: 'False' }),
      metadata: { ...planObject().metadata, name: 'lost' },
    };
    const lost = { ...plan, spec: { ...plan.spec, application: 'other-app' } };
    await using w = await world({
      objects: [applicationObject('demo-app'), planObject(), lost, admissionObject()],
    });
    expect(await w.read('konflux_overview', {})).toMatchObject({
      blocked_plans: [{ plan: 'lost', why: 'No admission in managed-demo-tenant matches it.' }],
    });
  });
});
