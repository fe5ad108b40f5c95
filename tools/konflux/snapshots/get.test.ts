import { describe, expect, it } from 'vitest';
import { snapshotNamed, world } from '../releases/testing/world.ts';
import { component, FAILED, IMAGE, PUSH } from './testing/objects.ts';

const tests = [
  {
    scenario: 'unit',
    status: 'TestPassed',
    lastUpdateTime: '2026-01-15T10:20:00Z',
    details: 'Integration test passed',
    startTime: '2026-01-15T10:00:00Z',
    completionTime: '2026-01-15T10:12:30Z',
    testPipelineRunName: 'demo-app-unit-x1',
  },
  {
    scenario: 'demo-smoke',
    status: 'TestFail',
    lastUpdateTime: '2026-01-15T10:20:00Z',
    details: 'Integration test failed',
    startTime: '2026-01-15T10:00:00Z',
    completionTime: '2026-01-15T11:00:05Z',
    testPipelineRunName: 'demo-app-demo-smoke-x1',
  },
  {
    scenario: 'perf',
    status: 'InProgress',
    lastUpdateTime: '2026-01-15T10:20:00Z',
    startTime: '2026-01-15T11:58:00Z',
    isOptionalScenario: true,
  },
];

it('konflux_snapshot_get tells one Snapshot', async () => {
  await using w = await world({ objects: [snapshotNamed('demo-app-1', { conditions: FAILED, tests })] });
  expect(await w.read('konflux_snapshot_get', { name: 'demo-app-1' })).toMatchInlineSnapshot(`
    {
      "application": "demo-app",
      "archived": false,
      "auto_released": null,
      "build_run": null,
      "commit": "0123456789abcdef0123456789abcdef01234567",
      "component": "demo-backend",
      "component_count": 1,
      "component_group": null,
      "components": [
        {
          "digest": "sha256:abababababababababababababababababababababababababababababababab",
          "git_url": "https://gitlab.example.com/demo/demo-backend",
          "image": "quay.io/demo-org/demo-backend",
          "name": "demo-backend",
          "revision": "0123456789abcdef0123456789abcdef01234567",
        },
      ],
      "conditions": [
        {
          "message": "",
          "reason": "Failed",
          "status": "False",
          "type": "AppStudioTestSucceeded",
        },
        {
          "message": "",
          "reason": "Finished",
          "status": "True",
          "type": "AppStudioIntegrationStatus",
        },
      ],
      "created_at": "2026-01-15T10:00:00Z",
      "event": "push",
      "failed_scenarios": [
        "demo-smoke",
      ],
      "name": "demo-app-1",
      "namespace": "demo-tenant",
      "next": "konflux_snapshot_promotable {"name":"demo-app-1","namespace":"demo-tenant"}",
      "promotable": false,
      "pull_request": null,
      "reasons": [
        "Required scenario demo-smoke: TestFail.",
      ],
      "scenarios": [
        {
          "optional": false,
          "outcome": "passed",
          "scenario": "unit",
        },
        {
          "optional": false,
          "outcome": "failed",
          "scenario": "demo-smoke",
        },
        {
          "optional": true,
          "outcome": "running",
          "scenario": "perf",
        },
      ],
      "should_release": true,
      "state": "failed",
      "summary": "demo-app-1 has failed its tests: 1 component of demo-app. It may not be promoted: Required scenario demo-smoke: TestFail.",
      "truncated": false,
      "type": "component",
    }
  `);
});

it('konflux_snapshot_get cuts a long list of components, and stays below 10 KB', async () => {
  const components = Array.from({ length: 120 }, (_, n) => component(`demo-component-with-a-name-${n}`));
  const spec = { application: 'demo-app', components };
  await using w = await world({ objects: [snapshotNamed('demo-app-1', { spec })] });
  const answer = await w.read('konflux_snapshot_get', { name: 'demo-app-1' });
  expect(answer).toMatchObject({ component_count: 120, truncated: true });
  expect(JSON.stringify(answer).length).toBeLessThan(10_000);
});

describe('konflux_snapshot_tests', () => {
  it('tells each scenario, what needs a look first', async () => {
    await using w = await world({ objects: [snapshotNamed('demo-app-1', { conditions: FAILED, tests })] });
    expect(await w.read('konflux_snapshot_tests', { name: 'demo-app-1' })).toMatchInlineSnapshot(`
      {
        "archived": false,
        "namespace": "demo-tenant",
        "next": "konflux_test_results {"snapshot":"demo-app-1","scenario":"demo-smoke","namespace":"demo-tenant"}",
        "outcomes": {
          "deleted": 0,
          "failed": 1,
          "invalid": 0,
          "passed": 1,
          "running": 1,
          "unknown": 0,
          "warning": 0,
        },
        "scenarios": [
          {
            "details": "Integration test failed",
            "duration": "1h 5s",
            "duration_s": 3605,
            "finished_at": "2026-01-15T11:00:05Z",
            "optional": false,
            "outcome": "failed",
            "run": "demo-app-demo-smoke-x1",
            "scenario": "demo-smoke",
            "started_at": "2026-01-15T10:00:00Z",
            "status": "TestFail",
          },
          {
            "details": "",
            "duration": "2m",
            "duration_s": 120,
            "finished_at": null,
            "optional": true,
            "outcome": "running",
            "run": null,
            "scenario": "perf",
            "started_at": "2026-01-15T11:58:00Z",
            "status": "InProgress",
          },
          {
            "details": "Integration test passed",
            "duration": "12m 30s",
            "duration_s": 750,
            "finished_at": "2026-01-15T10:12:30Z",
            "optional": false,
            "outcome": "passed",
            "run": "demo-app-unit-x1",
            "scenario": "unit",
            "started_at": "2026-01-15T10:00:00Z",
            "status": "TestPassed",
          },
        ],
        "snapshot": "demo-app-1",
        "state": "failed",
        "summary": "demo-app-1 has failed its tests: of 3 scenarios 1 running, 1 passed, 1 failed. Not passed: demo-smoke.",
        "truncated": false,
        "unreadable": false,
      }
    `);
  });

  it('says when nothing is recorded, and when the record cannot be read', async () => {
    await using w = await world({
      objects: [
        snapshotNamed('bare'),
        snapshotNamed('broken', { annotations: { 'test.appstudio.openshift.io/status': '[{' } }),
      ],
    });
    expect(await w.read('konflux_snapshot_tests', { name: 'bare' })).toMatchObject({
      scenarios: [],
      summary: 'bare has passed; no scenario has been recorded for it.',
    });
    expect(await w.read('konflux_snapshot_tests', { name: 'broken' })).toMatchObject({
      state: 'passed',
      unreadable: true,
      summary: expect.stringContaining('cannot be read'),
    });
  });
});

describe('konflux_snapshot_compare', () => {
  const digest = `sha256:${'ef'.repeat(32)}`;
  const newRevision = 'fedcba9876543210fedcba9876543210fedcba98';
  const before = snapshotNamed('before', {
    spec: {
      application: 'demo-app',
      components: [component('same'), component('changed'), component('gone'), component('source-only')],
    },
  });
  const after = snapshotNamed('after', {
    created: '2026-01-15T11:00:00Z',
    labels: PUSH,
    spec: {
      application: 'demo-app',
      components: [
        component('changed', `quay.io/demo-org/moved@${digest}`, newRevision),
        component('new'),
        component('source-only', IMAGE, newRevision),
        component('same'),
      ],
    },
  });

  it('tells what was added, removed and changed, from and to', async () => {
    await using w = await world({ objects: [before, after] });
    expect(await w.read('konflux_snapshot_compare', { from: 'before', to: 'after' })).toMatchInlineSnapshot(`
      {
        "added": [
          {
            "digest": "sha256:abababababababababababababababababababababababababababababababab",
            "git_url": "https://gitlab.example.com/demo/new",
            "image": "quay.io/demo-org/demo-backend",
            "name": "new",
            "revision": "0123456789abcdef0123456789abcdef01234567",
          },
        ],
        "changed": [
          {
            "digest_from": "sha256:abababababababababababababababababababababababababababababababab",
            "digest_to": "sha256:efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef",
            "git_url": "https://gitlab.example.com/demo/changed",
            "image_from": "quay.io/demo-org/demo-backend",
            "image_to": "quay.io/demo-org/moved",
            "name": "changed",
            "revision_from": "0123456789abcdef0123456789abcdef01234567",
            "revision_to": "fedcba9876543210fedcba9876543210fedcba98",
          },
          {
            "digest_from": "sha256:abababababababababababababababababababababababababababababababab",
            "digest_to": "sha256:abababababababababababababababababababababababababababababababab",
            "git_url": "https://gitlab.example.com/demo/source-only",
            "name": "source-only",
            "revision_from": "0123456789abcdef0123456789abcdef01234567",
            "revision_to": "fedcba9876543210fedcba9876543210fedcba98",
          },
        ],
        "from": {
          "application": "demo-app",
          "archived": false,
          "component_group": null,
          "created_at": "2026-01-15T10:00:00Z",
          "name": "before",
          "state": "passed",
        },
        "namespace": "demo-tenant",
        "removed": [
          {
            "digest": "sha256:abababababababababababababababababababababababababababababababab",
            "git_url": "https://gitlab.example.com/demo/gone",
            "image": "quay.io/demo-org/demo-backend",
            "name": "gone",
            "revision": "0123456789abcdef0123456789abcdef01234567",
          },
        ],
        "same": false,
        "summary": "From before to after: 2 changed (changed, source-only), 1 added (new), 1 removed (gone), 1 unchanged.",
        "to": {
          "application": "demo-app",
          "archived": false,
          "component_group": null,
          "created_at": "2026-01-15T11:00:00Z",
          "name": "after",
          "state": "passed",
        },
        "truncated": false,
        "unchanged": 1,
      }
    `);
  });

  it('the other way round says which is older', async () => {
    await using w = await world({ objects: [before, after] });
    expect(await w.read('konflux_snapshot_compare', { from: 'after', to: 'before' })).toMatchObject({
      added: [{ name: 'gone' }],
      removed: [{ name: 'new' }],
      summary: expect.stringContaining('before is the older one.'),
    });
  });

  it('one in several versions is several components', async () => {
    const versions = (digestOfV2: string) => ({
      componentGroup: 'demo-group',
      components: [
        { ...component('demo'), version: 'v1' },
        { ...component('demo', `quay.io/demo-org/demo@${digestOfV2}`), version: 'v2' },
      ],
    });
    const objects = [
      snapshotNamed('a', { spec: versions(`sha256:${'11'.repeat(32)}`) }),
      snapshotNamed('b', { spec: versions(`sha256:${'22'.repeat(32)}`) }),
    ];
    await using w = await world({ objects });
    expect(await w.read('konflux_snapshot_compare', { from: 'a', to: 'b' })).toMatchObject({
      changed: [{ name: 'demo', version: 'v2' }],
      unchanged: 1,
    });
    expect(await w.read('konflux_snapshot_compare', { from: 'a', to: 'a' })).toMatchObject({
      same: true,
      summary: 'a and a hold the same 2 components.',
    });
  });
});
