import { beforeEach, expect, it } from 'vitest';
import { at, bench } from './bench.ts';

const { current } = bench();
const ERRATUM = '/errata/api/v1/erratum';
const RECORD = '/github/repos/openshift/release-tests/contents/_releases/ocp-test-result';
const REQUEST = '/gitlab/api/v4/projects/1271/merge_requests';
const JOB = '/jenkins/job/zstreams/job/Stage-Pipeline';

const play = (scenario: string) => current().control('/scenario', { scenario });
const raw = { headers: { accept: 'application/vnd.github.raw+json' } };
const record = (build: string) => current().ask(`${RECORD}-${build}-amd64.json?ref=record`, raw);
const value = async (path: string, place: string) => at((await current().ask(path)).body, place);
const phase = (release: string) =>
  value(`/release-controller/api/v1/releasestream/4-stable/release/${release}?format=short`, 'phase');

async function stageBuild() {
  const { body } = await current().ask('/jenkins/crumbIssuer/api/json');
  return current().post(`${JOB}/buildWithParameters`, {
    headers: { 'jenkins-crumb': String(at(body, 'crumb')) },
  });
}

beforeEach(async () => {
  await play('z-stream-4.20.27');
});

it('z-stream-4.20.27 plays to the end', async () => {
  const candidate = '4.20.0-0.nightly-2026-06-24-204339';
  expect(at((await record(candidate)).body, 'aggregated')).toBeUndefined();
  expect(
    (
      await current().ask(
        '/github/repos/openshift/release-tests/contents/_releases/4.20/statebox/4.20.27.yaml?ref=z-stream',
      )
    ).status,
  ).toBe(404);
  await current().to('2026-06-25T15:00:00Z');
  const done = (await record(candidate)).body;
  expect(done).toMatchObject({ aggregated: true, accepted: true });
  expect(at(done, 'result')).toHaveLength(6);
  expect(at(done, 'result.4')).toMatchObject({
    firstJob: { jobState: 'failure' },
    retriedJobs: [
      { jobID: '79b1e145-45fe-4c92-bfa2-bcc6ec7097f2', jobState: 'success' },
      { jobID: '2fc31b4f-8448-4bf0-9d4e-784b963f3bbc', jobState: 'success' },
    ],
  });
  expect(await phase('4.20.27')).toBe('Ready');
  await current().to('2026-06-25T16:20:00Z');
  expect(await phase('4.20.27')).toBe('Accepted');
  expect((await record('4.20.27')).status).toBe(404);
  await current().to('2026-06-30T13:30:00Z');
  expect(at((await record('4.20.27')).body, 'accepted')).toBe(true);
  expect(await value(`${REQUEST}/609`, 'state')).toBe('merged');
  expect(await value(`${REQUEST}/609`, 'labels')).toContain('prod-release-success');
});

it('z-stream-rejected ends with a rejected promoted build', async () => {
  await play('z-stream-rejected');
  await current().to('2026-06-25T20:00:00Z');
  expect(at((await record('4.20.27')).body, 'aggregated')).toBeUndefined();
  await current().to('2026-06-25T23:10:00Z');
  const { body } = await record('4.20.27');
  expect(body).toMatchObject({ aggregated: true, accepted: false });
  expect(at(body, 'result.1')).toMatchObject({
    firstJob: { jobState: 'failure' },
    retriedJobs: [{ jobState: 'failure' }, { jobState: 'failure' }],
  });
});

it('z-stream-stage-fails-once fails 1668 and passes 1669', async () => {
  await play('z-stream-stage-fails-once');
  await stageBuild();
  await current().control('/clock', { advance: '2h' });
  expect(await value(`${JOB}/1668/api/json`, 'result')).toBe('FAILURE');
  await stageBuild();
  await current().control('/clock', { advance: '5h' });
  expect(await value(`${JOB}/1669/api/json`, 'result')).toBe('SUCCESS');
});

it('z-stream-push-repeated fails the first push and holds one advisory back', async () => {
  await play('z-stream-push-repeated');
  const push = (id: string) => current().post(`${ERRATUM}/${id}/push?defaults=stage`);
  expect((await push('169026')).status).toBe(422);
  await push('169025');
  await current().control('/clock', { advance: '40m' });
  expect(await value(`${ERRATUM}/169025/push`, '0.status')).toBe('FAILED');
  await push('169025');
  await current().control('/clock', { advance: '73m' });
  expect(await value(`${ERRATUM}/169025/push`, '1.status')).toBe('COMPLETE');
  await current().to('2026-06-26T12:00:00Z');
  expect((await push('169026')).status).toBe(201);
});

it('z-stream-never-promoted stays Ready', async () => {
  await play('z-stream-never-promoted');
  await current().to('2027-01-01T00:00:00Z');
  expect(await phase('4.20.27')).toBe('Ready');
  expect((await record('4.20.27')).status).toBe(404);
  expect(await value(`${REQUEST}/609`, 'state')).toBe('opened');
  expect((await current().ask('/portal/errata/RHBA-2026:16165')).status).toBe(404);
});

it('z-stream-takeover-4.17.55 is found in mid-flight and comes to its end', async () => {
  await play('z-stream-takeover-4.17.55');
  const box =
    '/github/repos/openshift/release-tests/contents/_releases/4.17/statebox/4.17.55.yaml?ref=z-stream';
  const state = (await current().ask(box, raw)).body;
  expect(state).toMatchObject({ release: '4.17.55', metadata: { release_date: '2026-Jul-09' } });
  expect(at(state, 'tasks.4.result')).toContain('Stage-Pipeline/1673/');
  const run = '/prow/prowjob?prowjob=bef9b82c-0064-4017-a497-afdca27ffe67';
  expect(await value(run, 'status.state')).toBe('pending');
  expect(await value('/prow/prowjobs.js', 'items.0.spec.pod_spec.containers.0.env')).toContainEqual({
    name: 'MULTISTAGE_PARAM_OVERRIDE_MERGE_REQUEST_ID',
    value: '624',
  });
  expect(await value(`${JOB}/api/json`, 'builds.0')).toMatchObject({ number: 1673, building: true });
  for (const id of ['169302', '169303']) {
    expect(await value(`${ERRATUM}/${id}/push`, '0.status')).toBe('RUNNING');
    expect(await value(`/errata/advisory/${id}.json`, 'people.assigned_to')).toBe('rl@example.com');
  }
  expect(await value(`${REQUEST}/624/notes`, '0.body')).toBe('QE Release Lead is @rlead');
  expect(await value(`${REQUEST}/624`, 'labels')).toEqual(['stage-release-success']);
  expect(await phase('4.17.55')).toBe('Accepted');

  await current().to('2026-07-02T14:00:00Z');
  expect(await value(run, 'status.state')).toBe('success');
  expect(await value(`${JOB}/1673/api/json`, 'result')).toBe('SUCCESS');
  expect(await value(`${ERRATUM}/169303/push`, '0.status')).toBe('COMPLETE');
  expect(at((await record('4.17.55')).body, 'accepted')).toBe(true);
  await current().to('2026-07-09T13:30:00Z');
  expect((await current().ask('/portal/errata/RHBA-2026:16890')).status).toBe(200);
  expect(await value(`${REQUEST}/624`, 'state')).toBe('merged');
});
