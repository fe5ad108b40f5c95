import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const { current, reset } = bench();
const JOB = 'periodic-ci-openshift-release-tests-main-image-consistency-check';
const ID = '15c6a6b7-a0a0-461f-b3f4-4b5597625afc';
const ENVS = {
  MULTISTAGE_PARAM_OVERRIDE_PAYLOAD_URL: 'quay.io/openshift-release-dev/ocp-release:4.20.27-x86_64',
  MULTISTAGE_PARAM_OVERRIDE_MERGE_REQUEST_ID: '609',
};

beforeEach(reset);

const start = (job = JOB) =>
  current().post(`/gangway/v1/executions/${job}`, {
    json: { job_execution_type: '1', pod_spec_options: { envs: ENVS } },
  });

describe('gangway', () => {
  it('starts a job and tells its state in its own words', async () => {
    expect((await start()).body).toMatchObject({
      id: ID,
      job_name: JOB,
      job_type: 'PERIODIC',
      job_status: 'TRIGGERED',
    });
    await current().control('/clock', { advance: '3m' });
    expect(at((await current().ask(`/gangway/v1/executions/${ID}`)).body, 'job_status')).toBe('PENDING');
    expect(await current().effects()).toMatchObject([
      { system: 'gangway', kind: 'prowjob_created', key: JOB, data: { id: ID, envs: ENVS } },
    ]);
  });

  it('gives a second job an id of its own', async () => {
    const first = at((await start()).body, 'id');
    const second = at((await start()).body, 'id');
    expect(second).not.toBe(first);
    expect(second).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('refuses', async () => {
    const path = `/gangway/v1/executions/${JOB}`;
    expect((await current().post(path, { auth: false, json: {} })).status).toBe(401);
    expect((await current().post(path, { headers: { authorization: 'Bearer no' }, json: {} })).status).toBe(
      403,
    );
    expect((await current().post(path, { json: {} })).status).toBe(400);
    expect((await start('periodic-nothing')).status).toBe(500);
    expect((await current().ask('/gangway/v1/executions/none')).status).toBe(404);
    expect(await current().effects()).toEqual([]);
  });
});

describe('prow', () => {
  const job = async () => (await current().ask(`/prow/prowjob?prowjob=${ID}`)).body;

  it('takes a job from scheduling to success; the url comes with the cluster', async () => {
    expect((await current().ask(`/prow/prowjob?prowjob=${ID}`)).status).toBe(404);
    await start();
    const env = at(await job(), 'spec.pod_spec.containers.0.env');
    expect(env).toContainEqual({ name: 'MULTISTAGE_PARAM_OVERRIDE_MERGE_REQUEST_ID', value: '609' });
    expect(at(await job(), 'metadata.name')).toBe(ID);
    expect(at(await job(), 'status')).toEqual({ startTime: '2026-06-25T12:00:00Z', state: 'scheduling' });
    await current().control('/clock', { advance: '1m' });
    expect(at(await job(), 'status')).toEqual({ startTime: '2026-06-25T12:00:00Z', state: 'triggered' });
    await current().control('/clock', { advance: '2m' });
    expect(at(await job(), 'status')).toMatchObject({
      state: 'pending',
      url: expect.stringMatching(/2070417476381839360$/),
    });
    await current().to('2026-06-25T16:00:00Z');
    expect(at(await job(), 'status')).toMatchObject({
      state: 'success',
      completionTime: '2026-06-25T14:40:00Z',
    });
  });

  it('lists all jobs, also as a script', async () => {
    await start();
    const items = at((await current().ask('/prow/prowjobs.js')).body, 'items');
    expect(items).toHaveLength(2);
    expect(at(items, '1.spec.pod_spec.containers.0.env.0.name')).toBe(
      'MULTISTAGE_PARAM_OVERRIDE_PAYLOAD_URL',
    );
    const script = await current().ask('/prow/prowjobs.js?var=allBuilds');
    expect(script.text).toMatch(/^var allBuilds = \{"items":/);
  });
});
