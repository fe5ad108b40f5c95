import { describe, expect, it } from 'vitest';
import { team } from './testing/team.ts';

const PASSED = 'demo-app-20260624-081500-000';
const FAILED = 'demo-app-20260624-091200-000';
const SUPERSEDED = 'demo-app-20260623-100000-000';

describe('the bundled team', () => {
  it('W-K15 its overview counts by conditions and names what needs a look', async () => {
    const t = await team();
    const answer = await t.read('konflux_overview');
    expect(answer).toMatchObject({
      counts: { applications: 1, components: 2, scenarios: 3 },
      running: [{ name: 'demo-backend-on-push-b2run' }, { name: 'demo-app-smoke-s3' }],
      failed: [
        {
          name: 'demo-ui-on-push-d2bad',
          failed_in: 'task build-container, step build: exit code 1 (Failed)',
        },
        { name: 'demo-app-smoke-s2' },
        { name: 'demo-app-perf-s1' },
        { name: 'demo-backend-on-push-b3late', state: 'timeout', recovered: true },
      ],
      releases: [{ name: 'demo-rel-run', state: 'progressing' }, {}, {}],
      blocked_plans: [{ plan: 'demo-app-blocked' }, { plan: 'demo-app-unmatched' }],
      unavailable: [],
    });
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  });

  it('W-K22 the newest passed Snapshot of a commit, and of the application', async () => {
    const t = await team();
    expect(await t.read('konflux_snapshot_find', { commit: 'b0b0b0b0' })).toMatchObject({
      chosen: { name: 'demo-app-20260622-110000-000' },
      others: [{ name: 'demo-app-20260622-100000-000', state: 'failed' }],
    });
    expect(await t.read('konflux_snapshot_find', { application: 'demo-app' })).toMatchObject({
      chosen: { name: PASSED },
    });
  });

  it('W-K10 an optional scenario failed and does not block', async () => {
    const t = await team();
    expect(await t.read('konflux_snapshot_tests', { name: PASSED })).toMatchObject({
      state: 'passed',
      scenarios: [{ scenario: 'demo-perf', outcome: 'failed', optional: true }, {}, {}],
    });
    expect(await t.read('konflux_snapshot_promotable', { name: PASSED })).toMatchObject({
      promotable: true,
      reasons: [],
    });
  });

  it('W-K13 a superseded Snapshot', async () => {
    const t = await team();
    expect(await t.read('konflux_snapshot_promotable', { name: SUPERSEDED })).toMatchObject({
      promotable: true,
      released: false,
      superseded: true,
      auto_released: { status: 'True' },
    });
  });

  it('W-K16 the check of a Snapshot is a warning, with the rule from its log', async () => {
    const t = await team();
    expect(await t.read('konflux_policy_report', { snapshot: PASSED })).toMatchObject({
      result: 'WARNING',
      checks: [{ successes: 10, failures: 0, warnings: 1, note: 'A license is missing' }],
      warnings: [{ code: 'labels.optional_labels', solution: 'Add the license label.' }],
    });
    expect(await t.read('konflux_policy_report', { release: 'demo-rel-bad' })).toMatchObject({
      result: 'FAILURE',
      violations: [{ code: 'cve.cve_blockers' }],
    });
  });

  it('W-I04 a failed test is run again and passes', async () => {
    const t = await team();
    const given = { snapshot: FAILED, scenario: 'demo-smoke' };
    expect(await t.write('konflux_test_rerun', given)).toMatchObject({ requested: true });
    await t.pass('30s');
    expect(await t.write('konflux_test_rerun', given)).toMatchObject({ requested: false, taken_up: true });
    await expect(t.write('konflux_test_rerun', { ...given, attempt: 2 })).rejects.toMatchObject({
      code: 'blocked',
    });
    expect(await t.read('konflux_snapshot_get', { name: FAILED })).toMatchObject({ state: 'testing' });
    await t.pass('10m');
    expect(await t.read('konflux_snapshot_promotable', { name: FAILED })).toMatchObject({
      promotable: true,
      state: 'passed',
    });
    expect(await t.write('konflux_test_rerun', { ...given, attempt: 2 })).toMatchObject({ requested: true });
  });

  it('an override Snapshot is created and tested', async () => {
    const t = await team();
    const image = `quay.io/demo-org/demo-ui@sha256:${'ee'.repeat(32)}`;
    const answer = await t.write('konflux_snapshot_create', {
      key: 'demo-1.4.2',
      from: PASSED,
      components: [{ name: 'demo-ui', image, revision: 'e'.repeat(40) }],
    });
    const { name } = answer as { name: string };
    await t.pass('1m');
    expect(await t.read('konflux_snapshot_get', { name })).toMatchObject({
      type: 'override',
      event: 'none',
      state: 'testing',
    });
    await t.pass('10m');
    expect(await t.read('konflux_snapshot_promotable', { name })).toMatchObject({ promotable: true });
    expect(await t.read('konflux_snapshot_compare', { from: PASSED, to: name })).toMatchObject({
      changed: [{ name: 'demo-ui', digest_to: `sha256:${'ee'.repeat(32)}`, revision_to: 'e'.repeat(40) }],
      unchanged: 1,
    });
  });
});
