import { expect, test } from 'vitest';
import { C4, REPO } from '../testing/scenario.ts';
import { world } from '../testing/world.ts';

test('runs, newest first, by their filters', async () => {
  const { read } = await world();
  const list = async (filter: object) =>
    (await read('github_list_workflow_runs', { repository: REPO, ...filter })).runs;
  expect(await list({})).toMatchObject([
    { id: 901, conclusion: 'success' },
    { id: 900, status: 'in_progress' },
  ]);
  expect(await list({ status: 'success', workflow: 'build.yml', branch: 'main', commit: C4 })).toMatchObject([
    { id: 901, attempt: 1, workflow: 'Build' },
  ]);
  expect(await list({ event: 'schedule' })).toEqual([]);
});

test('a run with its jobs, failing first, and their failed steps', async () => {
  const { read, to } = await world();
  await to('2026-06-25T12:30:00Z');
  const found = await read('github_get_workflow_run', { repository: REPO, run: 900, limit: 2 });
  expect(found).toMatchObject({
    status: 'completed',
    conclusion: 'failure',
    attempt: 1,
    failed_jobs: 2,
    truncated: true,
    jobs: [
      { id: 9002, name: 'test', failed_steps: ['Run tests'] },
      { id: 9003, name: 'old' },
    ],
    summary: 'Run 900, attempt 1, is failure: 3 jobs, 2 failed (test, old).',
    next: 'github_get_job_log with job 9002; github_rerun_failed_jobs with attempt 1.',
  });
});

test('the end of a log, fetched from where it lies without our token', async () => {
  const { read, requests } = await world();
  const found = await read('github_get_job_log', { repository: REPO, job: 9002, lines: 2 });
  expect(found).toMatchObject({
    lines: ['2026-06-25T11:05:00Z line 119', '2026-06-25T11:06:00Z Error: it broke'],
    total_lines: 121,
    truncated: true,
  });
  // The place of the logs refuses whoever shows a token.
  const fetched = (await requests()).filter(({ system }) => system === 'github-logs');
  expect(fetched).toMatchObject([{ status: 200, query: { sig: 'sandbox' } }]);
  expect(await read('github_get_job_log', { repository: REPO, job: 9002, contains: 'BROKE' })).toMatchObject({
    total_lines: 1,
    truncated: false,
  });
});

test('a log that was dropped is named', async () => {
  const { read } = await world();
  await expect(read('github_get_job_log', { repository: REPO, job: 9003 })).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('no log of job 9003'),
    remedy: expect.stringContaining('dropped'),
  });
});

const RERUN = { repository: REPO, run: 900, attempt: 1 };

test('I01 S14 failed jobs run again once, also when the answer is lost', async () => {
  const { write, changes, sent, to, fault } = await world();
  await to('2026-06-25T12:30:00Z');
  await fault({ system: 'github', method: 'POST', fault: 'reset_after' });
  expect(await write('github_rerun_failed_jobs', RERUN)).toMatchObject({ outcome: 'sent', attempt: 2 });
  expect(await write('github_rerun_failed_jobs', RERUN)).toMatchObject({ outcome: 'adopted', attempt: 2 });
  expect(await changes()).toEqual([`jobs_rerun ${REPO}#900`]);
  expect(await sent()).toHaveLength(1);
});

test('a run that goes on is waited for, and done when it is past the attempt', async () => {
  const { write, effects, sent, to } = await world();
  await expect(write('github_rerun_failed_jobs', RERUN)).rejects.toMatchObject({
    name: 'NotYet',
    message: expect.stringContaining('in_progress'),
  });
  expect(await sent()).toEqual([]);
  await to('2026-06-25T12:30:00Z');
  await write('github_rerun_failed_jobs', RERUN);
  const [effect] = await effects('github_rerun_failed_jobs', RERUN);
  await expect(effect?.ready?.()).resolves.toBeUndefined();
});

test('I02 a run that has not failed is refused, and an attempt that there is not', async () => {
  const { write, sent } = await world();
  await expect(write('github_rerun_failed_jobs', { ...RERUN, run: 901 })).rejects.toMatchObject({
    code: 'precondition',
    message: expect.stringContaining('nothing failed'),
  });
  await expect(write('github_rerun_failed_jobs', { ...RERUN, attempt: 2 })).rejects.toMatchObject({
    code: 'invalid_input',
  });
  expect(await sent()).toEqual([]);
});
