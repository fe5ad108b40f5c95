import { describe, expect, it } from 'vitest';
import { snapshotNamed, world } from '../releases/testing/world.ts';
import { LABEL } from '../resources/common.ts';
import { FAILED, scenarioObject, TESTING } from './testing/objects.ts';

const failed = (scenario: string) => ({
  scenario,
  status: 'TestFail',
  lastUpdateTime: '2026-01-15T10:20:00Z',
  testPipelineRunName: `${scenario}-x1`,
});
const running = (scenario: string) => ({ ...failed(scenario), status: 'InProgress' });
const scenarios = [
  scenarioObject('demo-smoke'),
  scenarioObject('demo-perf', { optional: true }),
  scenarioObject('of-another', { spec: { application: 'other-app' } }),
];
const snapshot = (given: Parameters<typeof snapshotNamed>[1] = {}) =>
  snapshotNamed('demo-app-1', {
    conditions: FAILED,
    tests: [failed('demo-smoke'), { ...failed('demo-perf'), status: 'TestPassed' }],
    ...given,
  });
const GIVEN = { snapshot: 'demo-app-1', scenario: 'demo-smoke' };

/** integration-service: it takes the label away, and records that the scenario runs. */
const takenUp = {
  rerun: {
    kind: 'Snapshot',
    on: ['update'],
    when: [{ path: `metadata.labels[${LABEL.testRun}]`, exists: true, changed: true }],
    outcomes: [
      [
        {
          merge: {
            metadata: {
              labels: { [LABEL.testRun]: null },
              annotations: {
                'test.appstudio.openshift.io/status': JSON.stringify([
                  { ...running('demo-smoke'), testPipelineRunName: 'demo-smoke-x2' },
                ]),
              },
            },
          },
        },
      ],
    ],
  },
};

describe('W-I04 a failed integration test is run again', () => {
  it('by the label of the Snapshot, in a merge patch that leaves the rest as it is', async () => {
    await using w = await world({ objects: [snapshot(), ...scenarios] });
    expect(await w.write('konflux_test_rerun', GIVEN)).toMatchInlineSnapshot(`
      {
        "attempt": 1,
        "namespace": "demo-tenant",
        "next": "konflux_snapshot_tests {"name":"demo-app-1","namespace":"demo-tenant"}",
        "requested": true,
        "scenario": "demo-smoke",
        "scenarios": [
          {
            "outcome": "failed",
            "run": "demo-smoke-x1",
            "scenario": "demo-smoke",
          },
        ],
        "snapshot": "demo-app-1",
        "state": "failed",
        "summary": "Rerun 1 of demo-smoke on demo-app-1 was asked for; integration-service has not taken it up yet.",
        "taken_up": false,
      }
    `);
    const [request, ...others] = (await w.requests()).filter(({ method }) => method !== 'GET');
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      method: 'PATCH',
      path: '/konflux-cluster/apis/appstudio.redhat.com/v1alpha1/namespaces/demo-tenant/snapshots/demo-app-1',
      body: {
        metadata: {
          labels: { [LABEL.testRun]: 'demo-smoke' },
          annotations: { 'rerun.sluice/demo-smoke': '1' },
        },
      },
    });
    expect((await w.happened())[0]?.data.object).toMatchObject({
      metadata: { labels: { [LABEL.testRun]: 'demo-smoke', [LABEL.application]: 'demo-app' } },
    });
  });

  it('integration-service takes it up: the same attempt starts nothing more, the next one does', async () => {
    await using w = await world({ objects: [snapshot(), ...scenarios], reactions: takenUp });
    await w.write('konflux_test_rerun', GIVEN);
    const again = await w.write('konflux_test_rerun', GIVEN);
    expect(again).toMatchObject({ requested: false, taken_up: true });
    const patches = async () => (await w.requests()).filter(({ method }) => method === 'PATCH').length;
    expect(await patches()).toBe(1);
    await expect(w.write('konflux_test_rerun', { ...GIVEN, attempt: 2 })).rejects.toMatchObject({
      code: 'blocked',
      message: 'On demo-app-1 there is a test in progress: demo-smoke (demo-smoke-x2).',
    });
    expect(await patches()).toBe(1);
  });

  it('a higher attempt asks once more after the first one has ended', async () => {
    const annotations = { 'rerun.sluice/demo-smoke': '1' };
    await using w = await world({ objects: [snapshot({ annotations }), ...scenarios] });
    expect(await w.write('konflux_test_rerun', GIVEN)).toMatchObject({
      requested: false,
      next: 'Nothing new was started. For another rerun give attempt 2.',
    });
    expect(await w.write('konflux_test_rerun', { ...GIVEN, attempt: 2 })).toMatchObject({ requested: true });
    expect((await w.happened())[0]?.data.object).toMatchObject({
      metadata: { annotations: { 'rerun.sluice/demo-smoke': '2' } },
    });
  });

  it('a rerun that somebody else asked for and that is not taken up is adopted', async () => {
    const labels = { [LABEL.application]: 'demo-app', [LABEL.testRun]: 'demo-smoke' };
    await using w = await world({ objects: [snapshot({ labels }), ...scenarios] });
    expect(await w.write('konflux_test_rerun', GIVEN)).toMatchObject({ requested: false, taken_up: false });
    expect(await w.happened()).toEqual([]);
    await expect(w.write('konflux_test_rerun', { ...GIVEN, scenario: 'all' })).rejects.toMatchObject({
      code: 'blocked',
      message: 'A rerun of demo-smoke on demo-app-1 has been asked for and is not taken up yet.',
    });
  });

  it('all of them', async () => {
    await using w = await world({ objects: [snapshot(), ...scenarios] });
    expect(await w.write('konflux_test_rerun', { ...GIVEN, scenario: 'all' })).toMatchObject({
      requested: true,
      scenarios: [{ scenario: 'demo-smoke' }, { scenario: 'demo-perf' }],
      summary: expect.stringContaining('Rerun 1 of all tests'),
    });
    expect((await w.happened())[0]?.data.object).toMatchObject({
      metadata: { labels: { [LABEL.testRun]: 'all' } },
    });
  });

  it('the answer to the patch is lost: it is found again, and not sent twice', async () => {
    await using w = await world({ objects: [snapshot(), ...scenarios], reactions: takenUp });
    await w.control('/faults', {
      system: 'konflux-cluster',
      method: 'PATCH',
      fault: 'reset_after',
    });
    expect(await w.write('konflux_test_rerun', GIVEN)).toMatchObject({ requested: true, taken_up: true });
    expect((await w.requests()).filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });
});

describe('is refused', () => {
  it.each([
    ['while it runs', TESTING, [running('demo-smoke')], GIVEN],
    [
      'while one of all runs',
      TESTING,
      [failed('demo-smoke'), running('demo-perf')],
      { ...GIVEN, scenario: 'all' },
    ],
    ['while it waits', TESTING, [{ ...running('demo-smoke'), status: 'Pending' }], GIVEN],
  ])('%s', async (_, conditions, tests, given) => {
    await using w = await world({ objects: [snapshot({ conditions, tests }), ...scenarios] });
    await expect(w.write('konflux_test_rerun', given)).rejects.toMatchObject({ code: 'blocked' });
    expect(await w.happened()).toEqual([]);
  });

  it('not while only another scenario runs', async () => {
    const tests = [failed('demo-smoke'), running('demo-perf')];
    await using w = await world({ objects: [snapshot({ conditions: TESTING, tests }), ...scenarios] });
    expect(await w.write('konflux_test_rerun', GIVEN)).toMatchObject({ requested: true });
  });

  it('for a scenario that its application has not', async () => {
    await using w = await world({ objects: [snapshot(), ...scenarios] });
    await expect(w.effects('konflux_test_rerun', { ...GIVEN, scenario: 'demo-smoky' })).rejects.toMatchObject(
      {
        code: 'not_found',
        remedy: 'Did you mean demo-smoke?',
      },
    );
    await expect(w.effects('konflux_test_rerun', { ...GIVEN, scenario: 'of-another' })).rejects.toMatchObject(
      {
        code: 'not_found',
        remedy: 'It has: demo-perf, demo-smoke.',
      },
    );
  });

  it('W-K24 on a Snapshot that has been pruned', async () => {
    await using w = await world({ objects: scenarios, archived: [snapshot()] });
    await expect(w.effects('konflux_test_rerun', GIVEN)).rejects.toMatchObject({ code: 'precondition' });
  });

  it('W-K23 for a component group it works alike', async () => {
    const spec = { componentGroup: 'demo-group', components: [] };
    const own = scenarioObject('demo-smoke', {
      spec: { application: undefined, componentGroup: 'demo-group' },
    });
    await using w = await world({ objects: [snapshot({ spec }), own] });
    expect(await w.write('konflux_test_rerun', GIVEN)).toMatchObject({ requested: true });
  });
});
