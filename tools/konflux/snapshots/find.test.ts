import { describe, expect, it } from 'vitest';
import { snapshotNamed, world } from '../releases/testing/world.ts';
import { LABEL } from '../resources/common.ts';
import { component, DIGEST, FAILED, IMAGE, PUSH, SHA, TESTING } from './testing/objects.ts';

const OTHER_SHA = '89abcdef0123456789abcdef0123456789abcdef';
const other = `sha256:${'cd'.repeat(32)}`;
const retests = [
  snapshotNamed('retest-passed', { created: '2026-01-15T10:00:00Z' }),
  snapshotNamed('retest-failed', { created: '2026-01-15T11:00:00Z', conditions: FAILED }),
];
const application = {
  apiVersion: 'appstudio.redhat.com/v1alpha1',
  kind: 'Application',
  metadata: { name: 'demo-app', namespace: 'demo-tenant' },
  spec: { displayName: 'Demo App' },
};

describe('konflux_snapshot_find', () => {
  it('W-K22 of two Snapshots of one commit the passed one is chosen, the other is mentioned', async () => {
    await using w = await world({ objects: retests });
    expect(await w.read('konflux_snapshot_find', { commit: SHA })).toMatchObject({
      chosen: { name: 'retest-passed', state: 'passed', promotable: true },
      others: [{ name: 'retest-failed', state: 'failed' }],
      found: 2,
      summary: `retest-passed is the newest passed Snapshot of commit ${SHA} that may be promoted. Others: retest-failed (failed).`,
    });
  });

  it('W-K22 a shortened commit in capitals finds the same', async () => {
    await using w = await world({ objects: retests });
    expect(await w.read('konflux_snapshot_find', { commit: SHA.slice(0, 8).toUpperCase() })).toMatchObject({
      chosen: { name: 'retest-passed' },
      found: 2,
    });
  });

  it('of several that passed the newest is chosen, the promotable ones first', async () => {
    const objects = [
      ...retests,
      snapshotNamed('newer-passed', { created: '2026-01-15T11:30:00Z' }),
      snapshotNamed('of-a-request', {
        created: '2026-01-15T11:45:00Z',
        labels: { ...PUSH, [LABEL.snapshotEvent]: 'pull_request' },
      }),
    ];
    await using w = await world({ objects });
    expect(await w.read('konflux_snapshot_find', { application: 'demo-app' })).toMatchObject({
      chosen: { name: 'newer-passed' },
      found: 4,
    });
  });

  it('a Snapshot that was built for the commit goes before a newer one that only holds it', async () => {
    const later = snapshotNamed('later-build-of-another', {
      created: '2026-01-15T11:40:00Z',
      labels: { ...PUSH, [LABEL.component]: 'demo-frontend', [LABEL.snapshotSha]: OTHER_SHA },
      spec: {
        application: 'demo-app',
        components: [component('demo-backend'), component('demo-frontend', IMAGE, OTHER_SHA)],
      },
    });
    await using w = await world({ objects: [...retests, later] });
    expect(await w.read('konflux_snapshot_find', { commit: SHA })).toMatchObject({
      chosen: { name: 'retest-passed' },
      others: [{ name: 'later-build-of-another' }, { name: 'retest-failed' }],
    });
  });

  it('by an image digest, alone or in a pull spec', async () => {
    const objects = [
      ...retests,
      snapshotNamed('other-image', {
        spec: {
          application: 'demo-app',
          components: [component('demo-backend', `quay.io/demo-org/x@${other}`)],
        },
      }),
    ];
    await using w = await world({ objects });
    for (const digest of [other, `quay.io/elsewhere/mirror@${other}`])
      expect(await w.read('konflux_snapshot_find', { digest })).toMatchObject({
        chosen: { name: 'other-image' },
        found: 1,
      });
    expect(await w.read('konflux_snapshot_find', { digest: DIGEST, commit: SHA })).toMatchObject({
      found: 2,
    });
  });

  it('none has passed: none is chosen, and what to look at is said', async () => {
    const objects = [
      snapshotNamed('s-1', { conditions: TESTING }),
      snapshotNamed('s-2', { conditions: FAILED }),
    ];
    await using w = await world({ objects });
    expect(await w.read('konflux_snapshot_find', { commit: SHA })).toMatchObject({
      chosen: null,
      others: [{ name: 's-2' }, { name: 's-1' }],
      summary: `No Snapshot of commit ${SHA} in demo-tenant has passed: s-2 (failed), s-1 (testing).`,
      next: 'konflux_snapshot_tests {"name":"s-2","namespace":"demo-tenant"}',
    });
  });

  it('there is none: says so; a name that nothing has is refused', async () => {
    await using w = await world({ objects: [application, ...retests] });
    expect(await w.read('konflux_snapshot_find', { commit: OTHER_SHA })).toMatchObject({
      chosen: null,
      found: 0,
      summary: `No Snapshot in demo-tenant has commit ${OTHER_SHA}.`,
    });
    await expect(w.read('konflux_snapshot_find', { application: 'demo' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: expect.stringContaining('demo-app'),
    });
    await expect(w.read('konflux_snapshot_find', {})).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('W-K24 what the cluster has pruned is found in the archive, and said to be there', async () => {
    await using w = await world({ objects: [application], archived: retests });
    expect(await w.read('konflux_snapshot_find', { commit: SHA })).toMatchObject({
      archived: true,
      chosen: { name: 'retest-passed' },
      summary: expect.stringContaining('cannot be released any more'),
    });
  });

  it('W-K23 by a component group', async () => {
    const spec = { componentGroup: 'demo-group', components: [component('demo-backend')] };
    await using w = await world({ objects: [snapshotNamed('of-group', { spec, labels: {} }), ...retests] });
    expect(await w.read('konflux_snapshot_find', { application: 'demo-group' })).toMatchObject({
      chosen: { name: 'of-group', application: null, component_group: 'demo-group' },
      found: 1,
    });
  });
});

describe('a Snapshot by its name', () => {
  it('W-K18 a commit in its place is refused, with the Snapshots that have it', async () => {
    await using w = await world({ objects: retests });
    await expect(w.read('konflux_snapshot_get', { name: SHA })).rejects.toMatchObject({
      code: 'invalid_input',
      message: `"${SHA}" is a commit, not the name of a Snapshot.`,
      remedy: expect.stringContaining('retest-failed (failed), retest-passed (passed)'),
    });
    await expect(w.read('konflux_snapshot_get', { name: OTHER_SHA })).rejects.toMatchObject({
      remedy: expect.stringContaining('No Snapshot in the namespace has this commit'),
    });
  });

  it('W-K24 that is not there lists near ones; one in the archive is said to be archived', async () => {
    await using w = await world({ objects: retests, archived: [snapshotNamed('pruned')] });
    await expect(w.read('konflux_snapshot_get', { name: 'retest' })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('neither in the cluster nor in KubeArchive'),
      remedy: expect.stringContaining('retest-passed'),
    });
    expect(await w.read('konflux_snapshot_get', { name: 'pruned' })).toMatchObject({
      archived: true,
      summary: expect.stringContaining('is known from the archive alone'),
    });
  });

  it('that we may not read is forbidden, not missing', async () => {
    await using w = await world({
      objects: retests,
      forbidden: [{ resource: 'snapshots', namespace: 'demo-tenant' }],
    });
    for (const name of ['konflux_snapshot_list', 'konflux_snapshot_find'])
      await expect(w.read(name, name.endsWith('find') ? { commit: SHA } : {})).rejects.toMatchObject({
        code: 'forbidden',
      });
  });
});

describe('konflux_snapshot_list', () => {
  const objects = [
    application,
    ...retests,
    snapshotNamed('of-a-request', {
      created: '2026-01-15T11:45:00Z',
      labels: { ...PUSH, [LABEL.snapshotEvent]: 'Merge_Request', [LABEL.snapshotPullRequest]: '7' },
    }),
    snapshotNamed('of-group', {
      created: '2026-01-15T09:00:00Z',
      conditions: TESTING,
      labels: {},
      spec: { componentGroup: 'demo-group', components: [component('demo-web', IMAGE, OTHER_SHA)] },
    }),
  ];

  it('is newest first, and counts what was cut off', async () => {
    await using w = await world({ objects });
    expect(await w.read('konflux_snapshot_list', { limit: 2 })).toMatchInlineSnapshot(`
      {
        "matching": 4,
        "namespace": "demo-tenant",
        "snapshots": [
          {
            "application": "demo-app",
            "commit": "0123456789abcdef0123456789abcdef01234567",
            "component": "demo-backend",
            "component_group": null,
            "created_at": "2026-01-15T11:45:00Z",
            "event": "pull_request",
            "failed_scenarios": [],
            "name": "of-a-request",
            "promotable": false,
            "pull_request": "7",
            "state": "passed",
            "type": "component",
          },
          {
            "application": "demo-app",
            "commit": "0123456789abcdef0123456789abcdef01234567",
            "component": "demo-backend",
            "component_group": null,
            "created_at": "2026-01-15T11:00:00Z",
            "event": "push",
            "failed_scenarios": [],
            "name": "retest-failed",
            "promotable": false,
            "pull_request": null,
            "state": "failed",
            "type": "component",
          },
        ],
        "states": {
          "canceled": 0,
          "failed": 1,
          "invalid": 0,
          "passed": 2,
          "testing": 1,
          "unknown": 0,
        },
        "summary": "4 Snapshots in demo-tenant: 1 testing, 2 passed, 1 failed. The newest is of-a-request (passed).",
        "total": 4,
        "truncated": true,
      }
    `);
  });

  it.each([
    [{ passed: true }, ['of-a-request', 'retest-passed']],
    [{ passed: false }, ['retest-failed']],
    [{ event: 'pull_request' }, ['of-a-request']],
    [{ event: 'push' }, ['retest-failed', 'retest-passed']],
    [{ application: 'demo-group' }, ['of-group']],
    [{ component: 'demo-web' }, ['of-group']],
    [{ component: 'demo-backend', event: 'push', passed: true }, ['retest-passed']],
    [{ commit: OTHER_SHA.slice(0, 7) }, ['of-group']],
  ])('with %j is %j', async (filter, names) => {
    await using w = await world({ objects });
    const answer = await w.read('konflux_snapshot_list', filter);
    expect(answer).toMatchObject({
      total: 4,
      matching: names.length,
      snapshots: names.map((name) => ({ name })),
    });
  });

  it('of an application or component that is not there is refused', async () => {
    await using w = await world({ objects });
    for (const filter of [{ application: 'demo-ap' }, { component: 'demo-back' }])
      await expect(w.read('konflux_snapshot_list', filter)).rejects.toMatchObject({ code: 'not_found' });
    expect(
      await w.read('konflux_snapshot_list', { application: 'demo-app', commit: 'fffffff' }),
    ).toMatchObject({
      matching: 0,
      summary: 'None of the 4 Snapshots in demo-tenant matches.',
    });
  });
});
