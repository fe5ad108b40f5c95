import { expect, test } from 'vitest';
import { gitlabWorld, job, mergeRequest, pipeline, TARGET } from './testing/world.ts';

const failed = pipeline(100, 'failed', [
  job(1, 'lint', 'success'),
  job(2, 'unit', 'failed', { log: 'section_start:1:x\r\u001b[0Kgo\n\u001b[31mboom\u001b[0m\n' }),
  job(3, 'flaky', 'failed', { allow_failure: true }),
]);
const ofRequest = { merge_requests: { 7: mergeRequest({ pipelines: [failed] }) } };
const request = { url: `https://gitlab.example.com/${TARGET}/-/merge_requests/7` };
const byNumber = { project: TARGET, pipeline_id: 100 };

test('a pipeline: stages, what failed, and the end of its log', async () => {
  const { ask } = await gitlabWorld(ofRequest);
  expect(await ask('get_pipeline', request)).toMatchObject({
    id: 100,
    status: 'failed',
    stages: [{ stage: 'test', jobs: { success: 1, failed: 2 } }],
    failed_jobs: [{ id: 2, name: 'unit', why: 'script_failure' }],
    last_failed_job: 2,
    summary: `Pipeline 100 of ${TARGET} is failed: unit failed.`,
  });
  expect(await ask('get_job_log', { project: TARGET, job_id: 2 })).toMatchObject({ log: 'go\nboom' });
  expect(await ask('list_jobs', { ...byNumber, status: 'failed' })).toMatchObject({ jobs: [{}, {}] });
  expect(await ask('list_pipelines', { project: TARGET, status: 'failed' })).toMatchObject({
    pipelines: [{ id: 100, source: 'merge_request_event' }],
  });
});

test('W-I01: the failed pipeline of a merge request is retried once; its new status is told', async () => {
  const { tell, effects, to } = await gitlabWorld(ofRequest);
  expect(await tell('retry_pipeline', request)).toMatchObject({
    pipeline: 100,
    status: 'running',
    sent: true,
  });
  expect(await effects()).toEqual([`pipeline_retried ${TARGET}/100`]);
  await expect(tell('retry_pipeline', request)).rejects.toMatchObject({ code: 'blocked' });
  await to('2026-03-02T13:00:00Z');
  await expect(tell('retry_pipeline', request)).rejects.toMatchObject({ code: 'precondition' });
  expect(await tell('retry_pipeline', { ...request, after_job: 2 })).toMatchObject({
    status: 'success',
    sent: false,
  });
  expect(await effects()).toHaveLength(1);
});

test('W-I01: a lost answer is found by the newer try, also when that failed again', async () => {
  const again = pipeline(100, 'failed', [job(2, 'unit', 'failed', { on_retry: [{ status: 'failed' }] })]);
  const { tell, fault, effects } = await gitlabWorld({ pipelines: [again] });
  await fault({ system: 'gitlab', method: 'POST', fault: 'reset_after' });
  expect(await tell('retry_pipeline', byNumber)).toMatchObject({ status: 'failed', sent: true });
  expect(await tell('retry_pipeline', { ...byNumber, after_job: 2 })).toMatchObject({ sent: false });
  expect(await effects()).toHaveLength(1);
  expect(await tell('retry_pipeline', byNumber)).toMatchObject({ sent: true });
  expect(await effects()).toHaveLength(2);
});

test('the key names the failure, before the retry and after it', async () => {
  const { tell, effectsOf } = await gitlabWorld(ofRequest);
  const key = async () => (await effectsOf('retry_pipeline', byNumber))[0]?.key;
  const before = await key();
  await tell('retry_pipeline', byNumber);
  expect(before).toBe(`gitlab/${TARGET}/pipeline/100/retry/after-2`);
  expect(await key()).toBe(before);
});

test.each([
  ['success', [job(1, 'unit', 'success')], 'precondition', 'nothing failed'],
  ['success', [job(1, 'unit', 'failed', { allow_failure: true })], 'precondition', 'nothing failed'],
  ['failed', [], 'precondition', 'without a job'],
  ['running', [job(1, 'unit', 'running')], 'blocked', 'is running'],
] as const)('W-I02: %s is refused, and nothing is sent', async (status, jobs, code, words) => {
  const { tell, changes } = await gitlabWorld({ pipelines: [pipeline(100, status, [...jobs])] });
  await expect(tell('retry_pipeline', byNumber)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(words),
  });
  expect(await changes()).toEqual([]);
});

test.each([
  { ...request, pipeline_id: 100 },
  { ...byNumber, iid: 7 },
  { ...request, project: TARGET },
  { pipeline_id: 100 },
  {},
])('W-I05: %j is not one target', async (input) => {
  const { tell, ask, changes } = await gitlabWorld(ofRequest);
  await expect(tell('retry_pipeline', input)).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(ask('get_pipeline', input)).rejects.toMatchObject({ code: 'invalid_input' });
  expect(await changes()).toEqual([]);
});

test('a job is retried once', async () => {
  const { tell, fault, effects } = await gitlabWorld(ofRequest);
  await fault({ system: 'gitlab', method: 'POST', fault: 'reset_after' });
  const wish = { project: TARGET, job_id: 2 };
  const first = await tell('retry_job', wish);
  expect(first).toMatchObject({ job: 2, sent: true });
  expect(await tell('retry_job', wish)).toMatchObject({ new_job: first.new_job, sent: false });
  expect(await effects()).toEqual([`job_retried ${TARGET}/2`]);
  await expect(tell('retry_job', { project: TARGET, job_id: 1 })).rejects.toMatchObject({
    code: 'precondition',
  });
});

test('a running pipeline is canceled once, a finished one not', async () => {
  const running = pipeline(101, 'running', [job(5, 'unit', 'running')]);
  const { tell, effects } = await gitlabWorld({ pipelines: [failed, running] });
  const wish = { project: TARGET, pipeline_id: 101 };
  expect(await tell('cancel_pipeline', wish)).toMatchObject({ status: 'canceled', sent: true });
  expect(await tell('cancel_pipeline', wish)).toMatchObject({ sent: false });
  await expect(tell('cancel_pipeline', byNumber)).rejects.toMatchObject({ code: 'precondition' });
  expect(await effects()).toEqual([`pipeline_canceled ${TARGET}/101`]);
});
