import { describe, expect, it } from 'vitest';
import { jobsWorld, PAYLOAD, runId, runsOf } from '../jobs/testing/world.ts';
import { payloadEnv, testsPayload } from './payload.ts';
import { outcomeOf } from './states.ts';

const JOB = 'periodic-ci-openshift-openshift-tests-private-release-4.20-install-f1';
const world = (...states: string[]) => jobsWorld({ [JOB]: runsOf(4, ...states) });

describe('prow_run_job', () => {
  it('Z-P1 what a state means', () => {
    const states = ['scheduling', 'triggered', 'pending', 'success', 'failure', 'aborted', 'error'] as const;
    expect(states.map(outcomeOf)).toEqual([
      'in_progress',
      'in_progress',
      'in_progress',
      'success',
      'failure',
      'retriable',
      'retriable',
    ]);
  });

  it.each(['failure', 'aborted', 'error', 'success'])(
    'Z-P1 %s, and whether another attempt is begun',
    async (state) => {
      const { write, to, started } = await world(state, 'success');
      await write('prow_run_job', { job: JOB, payload: PAYLOAD });
      await to('2026-06-25T15:00:00Z');
      const outcome = { failure: 'failure', success: 'success' }[state] ?? 'retriable';
      expect(await write('prow_run_job', { job: JOB, payload: PAYLOAD })).toMatchObject({ state, outcome });
      expect(await started()).toHaveLength(1);
      await write('prow_run_job', { job: JOB, payload: PAYLOAD, attempt: 2 });
      expect(await started()).toHaveLength(state === 'success' ? 1 : 2);
    },
  );

  it('Z-P1 an unknown id is an error, and nothing changed', async () => {
    const { read, changes } = await world('success');
    await expect(read('prow_get_job', { id: runId(9, 9) })).rejects.toMatchObject({ code: 'not_found' });
    expect(await changes()).toEqual([]);
  });

  it('Z-P2 an id without an url is in progress, and a second call finds the same job', async () => {
    const { write, to, started, read } = await world('success', 'success');
    const first = await write('prow_run_job', { job: JOB, payload: PAYLOAD });
    const ref = { system: 'prow', id: runId(4, 1), url: null, attempt: 1 };
    expect(first).toMatchObject({ ref, state: 'scheduling', outcome: 'in_progress', started: true });
    expect(await write('prow_run_job', { job: JOB, payload: PAYLOAD })).toMatchObject({
      ref,
      started: false,
    });
    await to('2026-06-25T12:10:00Z');
    expect(await write('prow_run_job', { job: JOB, payload: PAYLOAD, attempt: 2 })).toMatchObject({
      ref: { id: runId(4, 1), url: expect.stringContaining('https://') },
      state: 'pending',
    });
    expect(await started()).toHaveLength(1);
    expect(await read('prow_get_job', { ref })).toMatchObject({ state: 'pending' });
  });

  it('another payload or source is another run', async () => {
    const { write, started } = await world('success', 'success', 'success');
    const from = PAYLOAD.replace('4.20.30', '4.20.26');
    await write('prow_run_job', { job: JOB, payload: PAYLOAD });
    await write('prow_run_job', { job: JOB, payload: from });
    await write('prow_run_job', { job: JOB, payload: PAYLOAD, upgrade_from: from });
    await write('prow_run_job', { job: JOB, payload: PAYLOAD, upgrade_from: from });
    expect(await started()).toHaveLength(3);
  });

  it.each([
    { payload: '4.20.30' },
    { payload: 'ocp-release:4.20.30' },
    { payload: 'https://quay.io/a/b:c' },
    { payload: 'quay.io/a/b' },
    { payload: 'quay.io/a/b:c d' },
    { payload: 'quay.io/a/../b:c' },
    { payload: PAYLOAD, job: '../x' },
    { payload: PAYLOAD, upgrade: false, upgrade_from: PAYLOAD },
    { payload: PAYLOAD, upgrade_from: 'stable' },
  ])('%j starts nothing', async (input) => {
    const { write, changes } = await world('success');
    await expect(write('prow_run_job', { job: JOB, ...input })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await changes()).toEqual([]);
  });
});

describe('environment', () => {
  it.each([
    ['amd64', false, undefined, { RELEASE_IMAGE_LATEST: 'p' }],
    ['amd64', true, undefined, { RELEASE_IMAGE_TARGET: 'p' }],
    ['amd64', true, 'f', { RELEASE_IMAGE_TARGET: 'p', RELEASE_IMAGE_LATEST: 'f' }],
    ['arm64', false, undefined, { RELEASE_IMAGE_ARM64_LATEST: 'p' }],
    ['multi', true, undefined, { RELEASE_IMAGE_MULTI_TARGET: 'p' }],
    ['ppc64le', false, undefined, { RELEASE_IMAGE_PPC64LE_LATEST: 'p' }],
  ] as const)('%s upgrade %s from %s', (arch, upgrade, from, env) => {
    const subject = { payload: 'p', arch, upgrade, ...(from === undefined ? {} : { upgradeFrom: from }) };
    expect(payloadEnv(subject)).toEqual(env);
    expect(testsPayload(env, subject)).toBe(true);
    expect(testsPayload({}, subject)).toBe(false);
  });

  it('an upgrade from a payload is no install of it', () => {
    const env = { RELEASE_IMAGE_TARGET: 'q', RELEASE_IMAGE_LATEST: 'p' };
    expect(testsPayload(env, { payload: 'p', arch: 'amd64', upgrade: false })).toBe(false);
  });
});
