import { describe, expect, it } from 'vitest';
import {
  AWS,
  AZURE,
  BUILD,
  files,
  GCP,
  jobsWorld,
  NIGHTLY,
  PAYLOAD,
  RECORD,
  record,
  runId,
  runsOf,
} from './testing/world.ts';

describe('jobs_trigger_for_build', () => {
  it('writes the intended jobs first, then starts each one and notes its id', async () => {
    const world = await jobsWorld();
    const answer = await world.trigger();
    expect(await world.changes()).toEqual([
      `file_put openshift/release-tests@record:${RECORD}`,
      ...[AWS, AZURE, GCP].flatMap((job) => [
        `prowjob_created ${job}`,
        `file_put openshift/release-tests@record:${RECORD}`,
      ]),
    ]);
    const entry = (jobName: string, jobID: string) => ({ jobName, firstJob: { jobID }, retriedJobs: [] });
    expect(await world.written()).toBe(
      record([entry(AWS, runId(1, 1)), entry(AZURE, runId(2, 1)), entry(GCP, runId(3, 1))]),
    );
    expect(answer).toMatchObject({ payload: PAYLOAD, not_started: [] });
  });

  it('started again it changes nothing', async () => {
    const world = await jobsWorld();
    await world.trigger();
    const before = await world.changes();
    expect(await world.trigger()).toMatchObject({ not_started: [] });
    expect(await world.changes()).toEqual(before);
  });

  it('Z-T11 a trigger that fails keeps its entry, and the next call starts it alone', async () => {
    const world = await jobsWorld();
    await world.fault({ system: 'gangway', path: AZURE, fault: '500' });
    await expect(world.trigger()).rejects.toMatchObject({ code: 'blocked' });
    const listed = (text: string) =>
      (JSON.parse(text) as { result: { jobName: string; firstJob: object }[] }).result;
    expect(listed(await world.written()).map(({ jobName, firstJob }) => [jobName, firstJob])).toEqual([
      [AWS, { jobID: runId(1, 1) }],
      [AZURE, {}],
      [GCP, {}],
    ]);
    expect(await world.read('oar_get_test_result', { build: BUILD })).toMatchObject({
      verdict: 'running',
      coverage: 'complete',
    });
    await world.trigger();
    expect(await world.started()).toEqual([AWS, AZURE, GCP].map((job) => `prowjob_created ${job}`));
    expect(listed(await world.written()).map(({ firstJob }) => firstJob)).toEqual(
      [1, 2, 3].map((job) => ({ jobID: runId(job, 1) })),
    );
  });

  it('finds the job whose answer was lost, and does not start it twice', async () => {
    const world = await jobsWorld();
    await world.fault({ system: 'gangway', path: AWS, fault: 'reset_after' });
    await world.trigger();
    expect(await world.started()).toHaveLength(3);
    expect(await world.written()).toContain(runId(1, 1));
  });

  it('adopts a run that was started by hand on this payload, not one on another', async () => {
    const world = await jobsWorld({ [AWS]: runsOf(1, 'success', 'success', 'success') });
    const other = PAYLOAD.replace('4.20.30', '4.20.3');
    await world.write('prow_run_job', { job: AWS, payload: other });
    await world.write('prow_run_job', { job: AWS, payload: PAYLOAD });
    await world.trigger();
    expect(await world.written()).toContain(runId(1, 2));
    expect(await world.started()).toHaveLength(4);
  });

  it('adds what a record lacks, keeps what it has, and drops what was computed from less', async () => {
    const world = await jobsWorld();
    const run = {
      jobStartTime: '2026-06-25T11:30:00Z',
      jobID: runId(1, 9),
      jobState: 'success',
      jobCompletionTime: '2026-06-25T11:50:00Z',
    };
    const one = { jobName: AWS, firstJob: run, retriedJobs: [], note: 'kept' };
    await world.patch(files('record', RECORD, record([one], { aggregated: true, accepted: true, extra: 1 })));
    await world.trigger();
    const written = JSON.parse(await world.written());
    expect(written.result[0]).toEqual(one);
    expect(Object.keys(written)).toEqual(['result', 'build', 'extra']);
    expect(await world.started()).toEqual([AZURE, GCP].map((job) => `prowjob_created ${job}`));
  });

  it('starts some jobs only, and lists all', async () => {
    const world = await jobsWorld();
    expect(await world.trigger({ only: [GCP] })).toMatchObject({ not_started: [AWS, AZURE] });
    expect(await world.started()).toEqual([`prowjob_created ${GCP}`]);
    await expect(world.trigger({ only: ['x'] })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('gives the payload as the job wants it', async () => {
    const world = await jobsWorld();
    const install =
      'periodic-ci-openshift-openshift-tests-private-release-4.20-automated-release-aws-ipi-f999';
    const effects = await world.effects('jobs_trigger_for_build', { build: NIGHTLY });
    const envOf = (job: string) => effects.find(({ key }) => key.startsWith(`prow/${job}/`))?.preview.after;
    const nightly = `registry.ci.example/ocp/release:${NIGHTLY}`;
    expect(envOf(install)).toEqual({ RELEASE_IMAGE_LATEST: nightly });
    expect(envOf(GCP.replace('from-stable-4.20', 'from-stable-4.19'))).toEqual({
      RELEASE_IMAGE_TARGET: nightly,
    });
    expect(envOf(AWS.replace('from-stable-4.19', 'from-stable-4.20'))).toEqual({
      RELEASE_IMAGE_TARGET: nightly,
      RELEASE_IMAGE_LATEST: PAYLOAD,
    });
  });

  it.each([
    ['a build that nobody built', { build: '4.20.99' }, 'not_found'],
    ['a stream without a registry', { build: '4.17.5' }, 'precondition'],
    ['no build', { build: '../x' }, 'invalid_input'],
  ])('%s starts nothing', async (_, input, code) => {
    const world = await jobsWorld();
    await expect(world.write('jobs_trigger_for_build', input)).rejects.toMatchObject({ code });
    expect(await world.changes()).toEqual([]);
  });

  it('a record that changes at the same moment is not overwritten', async () => {
    const world = await jobsWorld();
    await world.fault({ system: 'github', method: 'GET', path: RECORD, fault: 'slow', delay_ms: 1 });
    const [first, second] = await Promise.allSettled([
      world.trigger({ only: [AWS] }),
      world.trigger({ only: [AZURE] }),
    ]);
    const refused = [first, second].filter(({ status }) => status === 'rejected');
    await world.trigger();
    expect(refused.length).toBeLessThanOrEqual(1);
    expect(await world.started()).toHaveLength(3);
    for (const job of [1, 2, 3]) expect(await world.written()).toContain(runId(job, 1));
  });
});
