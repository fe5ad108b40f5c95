import { expect, test } from 'vitest';
import { expired, held, standIn } from '../../test/support/stand-in.ts';
import { ProwClient } from './client.ts';

const ID = 'bef9b82c-0064-4017-a497-afdca27ffe67';
const JOB = 'periodic-ci-openshift-release-tests-main-image-consistency-check';
const yaml = `
metadata: { name: ${ID} }
spec:
  job: ${JOB}
  pod_spec:
    containers:
      - env:
          - { name: MULTISTAGE_PARAM_OVERRIDE_MERGE_REQUEST_ID, value: "609" }
          - { name: FROM_A_SECRET, valueFrom: {} }
status:
  startTime: 2026-06-26T07:57:30Z
  state: success
  completionTime: "2026-06-26T09:57:30Z"
  build_id: "1938"
  url: https://prow.example.com/view/1938
`;

test('a job, from YAML', async () => {
  await using server = await standIn({ 'GET /prowjob': { body: yaml } });
  const job = await new ProwClient(server.http(), server.http()).getJob(ID);
  expect(job).toMatchInlineSnapshot(`
    {
      "buildId": "1938",
      "completedAt": "2026-06-26T09:57:30Z",
      "env": {
        "FROM_A_SECRET": "",
        "MULTISTAGE_PARAM_OVERRIDE_MERGE_REQUEST_ID": "609",
      },
      "id": "bef9b82c-0064-4017-a497-afdca27ffe67",
      "job": "periodic-ci-openshift-release-tests-main-image-consistency-check",
      "startedAt": "2026-06-26T07:57:30Z",
      "state": "success",
      "url": "https://prow.example.com/view/1938",
    }
  `);
  expect(server.requests()).toEqual([`GET /prowjob?prowjob=${ID}`]);
});

test('a job that is not scheduled yet has neither url nor end', async () => {
  const body = `spec: { job: ${JOB} }\nstatus: { state: scheduling, startTime: "2026-06-26T07:57:30Z" }\n`;
  await using server = await standIn({ 'GET /prowjob': { body } });
  expect(await new ProwClient(server.http(), server.http()).getJob(ID)).toEqual({
    id: ID,
    job: JOB,
    state: 'scheduling',
    startedAt: '2026-06-26T07:57:30Z',
    env: {},
  });
});

test.each([
  [{ status: 401 }, 'auth'],
  [{ status: 404, body: 'ProwJob not found' }, 'not_found'],
  [{ body: `spec: { job: ${JOB} }\nstatus: { state: paused }\n` }, 'schema_drift'],
  [{ body: 'just text' }, 'schema_drift'],
  [{ body: '{ "a: [' }, 'upstream'],
])('%j is %s', async (reply, code) => {
  await using server = await standIn({ 'GET /prowjob': reply });
  await expect(new ProwClient(server.http(), server.http()).getJob(ID)).rejects.toMatchObject({ code });
});

test.each(['../x', 'a/b?c', `${ID}&x=1`, ''])('id %j never becomes a request', async (id) => {
  await using server = await standIn({});
  await expect(new ProwClient(server.http(), server.http()).getJob(id)).rejects.toMatchObject({
    code: 'invalid_input',
  });
});

test('the jobs of a name, oldest first; others are not looked at', async () => {
  const item = (id: string, job: string, startTime: string) => ({
    metadata: { name: id },
    spec: { job, pod_spec: { containers: [{ env: [{ name: 'A', value: id }] }] } },
    status: { state: 'pending', startTime },
  });
  const items = [
    item('two', JOB, '2026-06-26T08:00:00Z'),
    { spec: { job: 'other' }, status: 'odd' },
    item('one', JOB, '2026-06-26T07:00:00Z'),
  ];
  await using server = await standIn({ 'GET /prowjobs.js': { body: { items } } });
  const jobs = await new ProwClient(server.http(), server.http()).listJobs(JOB);
  expect(jobs.map(({ id, env }) => [id, env])).toEqual([
    ['one', { A: 'one' }],
    ['two', { A: 'two' }],
  ]);
  expect(server.requests()[0]).not.toContain('pod_spec');
});

test('a trigger goes to Gangway with its token; Deck never sees it', async () => {
  await using deck = await standIn({ 'GET /prowjob': { body: yaml } });
  await using gangway = await standIn({
    [`POST /v1/executions/${JOB}`]: { body: { id: ID, job_status: 'TRIGGERED' } },
  });
  const client = new ProwClient(deck.http(), gangway.http({ authorization: 'Bearer t' }));
  expect(await client.trigger(JOB, { PAYLOAD: 'x' }, held)).toEqual({ id: ID });
  await client.getJob(ID);
  expect(gangway.seen[0]?.headers.authorization).toBe('Bearer t');
  expect(JSON.parse(gangway.seen[0]?.body ?? '')).toEqual({
    job_execution_type: '1',
    pod_spec_options: { envs: { PAYLOAD: 'x' } },
  });
  expect(deck.seen[0]?.headers.authorization).toBeUndefined();
});

test('a trigger needs a permit, is sent once, and its name stays one segment', async () => {
  await using server = await standIn({ 'POST /v1/executions/a%2Fb%3Fc': { status: 500 } });
  const client = new ProwClient(server.http(), server.http());
  await expect(client.trigger(JOB, {}, expired)).rejects.toMatchObject({ code: 'stale' });
  await expect(client.trigger('a/b?c', {}, held)).rejects.toMatchObject({
    code: 'upstream',
    reached: 'maybe',
  });
  await expect(client.trigger('../a', {}, held)).rejects.toMatchObject({
    code: 'invalid_input',
    reached: 'no',
  });
  expect(server.requests()).toEqual(['POST /v1/executions/a%2Fb%3Fc']);
});

test('an answer without an id may have started a job', async () => {
  await using server = await standIn({ [`POST /v1/executions/${JOB}`]: { body: { id: 'soon' } } });
  const trigger = new ProwClient(server.http(), server.http()).trigger(JOB, {}, held);
  await expect(trigger).rejects.toMatchObject({ code: 'schema_drift', reached: 'maybe' });
});
