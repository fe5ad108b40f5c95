import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

interface Report {
  state: string;
  release_id: string;
  summary: string;
  steps: { id: string; state: string; cause: string }[];
}

let world: World;
beforeAll(async () => {
  world = await startWorld({ scenario: 'konflux-team' });
});
beforeEach(() => world.fresh());
afterAll(() => world.close());

async function drive(flow: string, ...inputs: string[]): Promise<Report> {
  const { out, err } = await world.run(['drive', flow, ...inputs, '--until-idle', '--json']);
  const report = JSON.parse(out);
  if (report.error !== undefined) throw new Error(`${report.error.cause} ${err}`);
  return report;
}

const states = (report: Report) => Object.fromEntries(report.steps.map(({ id, state }) => [id, state]));

describe('skill cancel-pipeline', () => {
  it('W-C01: ends a running run by one patch, and says that it has ended', async () => {
    const report = await drive('cancel-pipeline', 'run=demo-backend-on-push-b2run');
    expect(report).toMatchObject({ state: 'done' });
    expect(states(report)).toEqual({ look: 'done', cancel: 'done', ended: 'done', delete: 'skipped' });
    const patches = (await world.requests()).filter(({ mutating }) => mutating);
    expect(patches.map(({ method, path }) => `${method} ${path.split('/').slice(-2).join('/')}`)).toEqual([
      'PATCH pipelineruns/demo-backend-on-push-b2run',
    ]);
  });

  it('W-C05: deletes it only after it has ended', async () => {
    const report = await drive('cancel-pipeline', 'run=demo-backend-on-push-b2run', 'delete=true');
    expect(report).toMatchObject({ state: 'done' });
    const sent = (await world.requests()).filter(({ mutating }) => mutating).map(({ method }) => method);
    expect(sent).toEqual(['PATCH', 'DELETE']);
    const gone = await world.run([
      'call',
      'konflux_pipeline_status',
      '{"name":"demo-backend-on-push-b2run"}',
      '--json',
    ]);
    expect(JSON.parse(gone.out).error.code).toBe('not_found');
  });

  it('W-C02: a run that has finished is refused, and nothing is changed', async () => {
    const report = await drive('cancel-pipeline', 'run=demo-backend-on-push-b1ok');
    expect(report).toMatchObject({ state: 'failed' });
    expect(report.steps.find(({ id }) => id === 'cancel')?.cause).toMatch(/succeeded/i);
    expect(await world.effects()).toEqual([]);
  });

  it('W-C03, W-C04: listing what runs changes nothing, and names each run to choose from', async () => {
    const { out } = await world.run(['call', 'konflux_pipeline_list', '{"state":"running"}', '--table']);
    expect(out).toContain('demo-backend-on-push-b2run');
    expect(out).toContain('demo-app-smoke-s3');
    expect(await world.effects()).toEqual([]);
  });
});

describe('skill retry-build', () => {
  it('W-I03: asks once, follows the new run, and names the image', async () => {
    const report = await drive('retry-build', 'component=demo-ui');
    expect(report).toMatchObject({ state: 'done' });
    const asked = (await world.requests()).filter(({ mutating }) => mutating);
    expect(asked).toHaveLength(1);
    const again = await world.run(['status', report.release_id, '--json']);
    expect(JSON.parse(again.out).state).toBe('done');
  });

  it('refuses while a build of the component runs', async () => {
    const report = await drive('retry-build', 'component=demo-backend');
    expect(report.state).toBe('failed');
    expect(report.steps.find(({ id }) => id === 'request')?.cause).toContain('demo-backend-on-push-b2run');
    expect(await world.effects()).toEqual([]);
  });
});

describe('skill integration-tests', () => {
  it('W-I04: runs a failed scenario again by the label, and waits for its end', async () => {
    const report = await drive(
      'integration-tests',
      'snapshot=demo-app-20260624-091200-000',
      'scenario=demo-smoke',
    );
    expect(report.summary).not.toContain('internal');
    expect(states(report)).toMatchObject({ before: 'done', rerun: 'done', begun: 'done' });
    const asked = (await world.requests()).filter(({ mutating }) => mutating);
    expect(asked).toHaveLength(1);
    const { out } = await world.run([
      'call',
      'konflux_snapshot_tests',
      '{"name":"demo-app-20260624-091200-000"}',
      '--json',
    ]);
    const [smoke] = JSON.parse(out).scenarios.filter(
      ({ scenario }: { scenario: string }) => scenario === 'demo-smoke',
    );
    expect(smoke.run).not.toBe('demo-app-smoke-s2');
    expect(report.state).toBe(smoke.outcome === 'passed' ? 'done' : 'failed');
  });
});

describe('what a person is shown', () => {
  it('"check build status for main": one sentence, then what fails first', async () => {
    const { out } = await world.run(['call', 'konflux_overview', '{}', '--table']);
    expect(out.split('\n')[0]).toMatch(
      /^demo-tenant: 1 application, 2 components\. Pipelines: 2 running, 4 failed/,
    );
    const table = out.slice(out.indexOf('## failed'));
    expect(table).toContain('| demo-ui-on-push-d2bad');
    expect(table).toContain('exit code 1');
    expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThan(260);
  });

  it('"check if abc123 exists": a missing tag is said, with what is near', async () => {
    const { out, code } = await world.run([
      'call',
      'quay_get_tag',
      '{"image":"quay.io/demo-org/released/demo-backend:abc123"}',
      '--json',
    ]);
    expect(code).not.toBe(0);
    expect(JSON.parse(out).error.code).toBe('not_found');
  });

  it('a namespace without rights is named, never an empty table', async () => {
    const forbidden = [{ resource: '*', namespace: 'somebody-elses-tenant' }];
    await world.patch({ kubernetes: { 'konflux-cluster': { users: { 'demo-user': { forbidden } } } } });
    const { out, code } = await world.run([
      'call',
      'konflux_overview',
      '{"namespace":"somebody-elses-tenant"}',
      '--json',
    ]);
    expect([code, JSON.parse(out).error?.code]).toEqual([6, 'forbidden']);
  });
});
