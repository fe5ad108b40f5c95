import { describe, expect, it } from 'vitest';
import { CONDITIONS, releaseObject } from '../releases/testing/objects.ts';
import { snapshotNamed, world } from '../releases/testing/world.ts';
import { LABEL } from '../resources/common.ts';
import { SNAPSHOT_ANNOTATION } from '../resources/snapshot.ts';
import { corpusObject, needsCorpus, noCorpus } from './testing/corpus.ts';
import { FAILED, PASSED, PUSH, TESTING } from './testing/objects.ts';

const AUTO = (message: string) => [...PASSED, `AutoReleased=True/AutoReleased: ${message}`];
const of = (snapshot: string, more: Parameters<typeof releaseObject>[0] = {}) =>
  releaseObject({ snapshot, conditions: CONDITIONS.succeeded, ...more });
const ask = async (objects: object[], name = 'demo-app-1') => {
  await using w = await world({ objects });
  return await w.read('konflux_snapshot_promotable', { name });
};

describe('W-K09 a passed Snapshot', () => {
  it('may be promoted; released is what its Releases say, not AutoReleased', async () => {
    const passed = snapshotNamed('demo-app-1', { conditions: AUTO('The Snapshot was auto-released') });
    expect(await ask([passed])).toMatchObject({
      promotable: true,
      reasons: [],
      state: 'passed',
      released: false,
      releases: [],
      auto_released: { status: 'True', message: 'The Snapshot was auto-released' },
      summary:
        'demo-app-1 may be promoted. There is no Release of it, though its condition AutoReleased is True.',
    });
    expect(await ask([passed, of('demo-app-1')])).toMatchObject({
      released: true,
      releases: [{ name: 'demo-rel', plan: 'demo-app-prod', state: 'succeeded' }],
      summary: 'demo-app-1 may be promoted. It was released: demo-rel by plan demo-app-prod.',
    });
  });

  it('counts Releases by their spec, labels or not, and none of another Snapshot', async () => {
    const objects = [
      snapshotNamed('demo-app-1'),
      of('demo-app-1', { name: 'without-labels', labels: {}, conditions: CONDITIONS.failed }),
      of('demo-app-2', { name: 'of-another' }),
    ];
    expect(await ask(objects)).toMatchObject({
      released: false,
      release_count: 1,
      releases: [{ name: 'without-labels', state: 'failed' }],
      summary: expect.stringContaining('its newest Release without-labels is failed'),
    });
  });

  it.skipIf(noCorpus)(`is promotable as recorded ${needsCorpus}`, async () => {
    const recorded = [corpusObject('snapshot-passed'), corpusObject('release-succeeded')] as object[];
    expect(await ask(recorded, 'demo-app-20260115-100000-000')).toMatchObject({
      promotable: true,
      released: true,
    });
  });
});

it('W-K10 a failed one: the scenario is named, a failed optional one is not', async () => {
  const tests = [
    { scenario: 'demo-smoke', status: 'TestFail', lastUpdateTime: '2026-01-15T10:20:00Z' },
    { scenario: 'lint', status: 'TestFail', lastUpdateTime: 'x', isOptionalScenario: true },
  ];
  expect(await ask([snapshotNamed('demo-app-1', { conditions: FAILED, tests })])).toMatchObject({
    promotable: false,
    reasons: ['Required scenario demo-smoke: TestFail.'],
    next: 'konflux_snapshot_tests {"name":"demo-app-1","namespace":"demo-tenant"}',
  });
  expect(
    await ask([snapshotNamed('demo-app-1', { conditions: PASSED, tests: tests.slice(1) })]),
  ).toMatchObject({ promotable: true, reasons: [] });
});

it('W-K11 one whose tests run', async () => {
  expect(await ask([snapshotNamed('demo-app-1', { conditions: TESTING })])).toMatchObject({
    promotable: false,
    state: 'testing',
    reasons: ['Its tests have not finished.'],
  });
});

it('W-K12 one of a pull request', async () => {
  const labels = { ...PUSH, [LABEL.snapshotEvent]: 'pull_request', [LABEL.snapshotPullRequest]: '7' };
  expect(await ask([snapshotNamed('demo-app-1', { labels })])).toMatchObject({
    promotable: false,
    state: 'passed',
    reasons: ['It was built for a pull request, not for a push.'],
  });
});

describe('W-K13 a superseded one', () => {
  const built = (ms: number) => ({ [SNAPSHOT_ANNOTATION.buildStart]: String(ms) });
  const first = snapshotNamed('demo-app-1', {
    conditions: AUTO('Released in newer Snapshot'),
    annotations: built(1_768_471_200_000),
  });

  it('has AutoReleased True and no Release: superseded', async () => {
    expect(await ask([first])).toMatchObject({
      promotable: true,
      released: false,
      superseded: true,
      superseded_by: null,
      summary:
        'demo-app-1 may be promoted. There is no Release of it, though its condition AutoReleased is True: superseded by a newer Snapshot.',
    });
  });

  it('names the Snapshot with the later build, though that one was made before', async () => {
    const later = snapshotNamed('demo-app-2', {
      created: '2026-01-15T09:00:00Z',
      // Old builds wrote seconds.
      annotations: built(1_768_474_800),
    });
    expect(await ask([first, later])).toMatchObject({
      superseded: true,
      superseded_by: 'demo-app-2',
      summary: expect.stringContaining('superseded by demo-app-2'),
    });
  });

  it.each([
    ['of another component', { labels: { ...PUSH, [LABEL.component]: 'demo-web' } }],
    ['of a pull request', { labels: { ...PUSH, [LABEL.snapshotEvent]: 'pull_request' } }],
    ['made by hand', { labels: { ...PUSH, [LABEL.testType]: 'override' } }],
    ['of another application', { spec: { application: 'other', components: [] } }],
    ['built before', { created: '2026-01-15T09:00:00Z' }],
  ])('is not so by one %s', async (_, given) => {
    const objects = [
      snapshotNamed('demo-app-1', {}),
      snapshotNamed('demo-app-2', { created: '2026-01-15T11:00:00Z', ...given }),
    ];
    expect(await ask(objects)).toMatchObject({ superseded: false, superseded_by: null });
  });

  it('is not so where supersession is to be ignored', async () => {
    const objects = [
      snapshotNamed('demo-app-1', { annotations: { [SNAPSHOT_ANNOTATION.ignoreSupersession]: 'true' } }),
      snapshotNamed('demo-app-2', { created: '2026-01-15T11:00:00Z' }),
    ];
    expect(await ask(objects)).toMatchObject({ superseded: false, superseded_by: 'demo-app-2' });
  });
});

it('W-K24 one that has been pruned cannot be promoted any more', async () => {
  await using w = await world({ objects: [], archived: [snapshotNamed('demo-app-1')] });
  expect(await w.read('konflux_snapshot_promotable', { name: 'demo-app-1' })).toMatchObject({
    promotable: false,
    archived: true,
    reasons: ['It has been pruned from the cluster: a release of it would fail its validation.'],
  });
});

it('Releases that we may not read are forbidden, not none', async () => {
  await using w = await world({
    objects: [snapshotNamed('demo-app-1')],
    forbidden: [{ resource: 'releases', namespace: 'demo-tenant' }],
  });
  await expect(w.read('konflux_snapshot_promotable', { name: 'demo-app-1' })).rejects.toMatchObject({
    code: 'forbidden',
  });
});
