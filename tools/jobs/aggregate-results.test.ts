import { describe, expect, it } from 'vitest';
import { AWS, AZURE, BUILD, files, GCP, jobsWorld, RECORD, record, runId, runsOf } from './testing/world.ts';

const ended = (id: string, jobState: string) => ({
  jobStartTime: '2026-06-25T12:00:00Z',
  jobID: id,
  jobURL: `https://deck.example/${id}`,
  jobState,
  jobCompletionTime: '2026-06-25T14:00:00Z',
});
const job = (jobName: string, state: string, ...retries: string[]) => ({
  jobName,
  firstJob: ended('1', state),
  retriedJobs: retries.map((retry, index) => ended(`${index + 2}`, retry)),
});

describe('jobs_aggregate_results', () => {
  it('follows the jobs to accepted, and writes only what changed', async () => {
    const world = await jobsWorld();
    await world.trigger();
    await world.to('2026-06-25T12:30:00Z');
    expect(await world.aggregate()).toMatchObject({ aggregated: false, accepted: null });
    const writes = await world.writes();
    await world.to('2026-06-25T13:00:00Z');
    await world.aggregate();
    expect(await world.writes()).toBe(writes);

    await world.to('2026-06-25T14:30:00Z');
    expect(await world.aggregate()).toMatchObject({ aggregated: true, accepted: true, missing_jobs: [] });
    const entry = (jobName: string, n: number) => ({
      jobName,
      firstJob: {
        jobStartTime: '2026-06-25T12:00:00Z',
        jobID: runId(n, 1),
        jobURL: `https://deck.example/view/gs/qe-private-deck/logs/job-${n}/207000000000000${n}001`,
        jobState: 'success',
        jobCompletionTime: '2026-06-25T14:00:00Z',
      },
      retriedJobs: [],
    });
    expect(await world.written()).toBe(
      record([entry(AWS, 1), entry(AZURE, 2), entry(GCP, 3)], { aggregated: true, accepted: true }),
    );
    expect(await world.read('oar_get_test_result', { build: BUILD })).toMatchObject({ verdict: 'accepted' });
    const after = await world.changes();
    await world.aggregate();
    expect(await world.changes()).toEqual(after);
  });

  it.each(['failure', 'aborted', 'error'])('Z-T4 a first run in %s is run again twice', async (state) => {
    const world = await jobsWorld({ [GCP]: runsOf(3, state, 'success', 'success') });
    await world.trigger();
    await world.to('2026-06-25T14:30:00Z');
    expect(await world.aggregate()).toMatchObject({ aggregated: false });
    expect((await world.started()).filter((change) => change.endsWith(GCP))).toHaveLength(3);
    await world.aggregate();
    expect(await world.started()).toHaveLength(5);
    await world.to('2026-06-25T17:00:00Z');
    expect(await world.aggregate()).toMatchObject({ aggregated: true, accepted: true });
  });

  it('Z-T6 failed again, it is aggregated as not accepted', async () => {
    const world = await jobsWorld({ [GCP]: runsOf(3, 'failure', 'success', 'failure') });
    await world.trigger();
    await world.to('2026-06-25T14:30:00Z');
    await world.aggregate();
    await world.to('2026-06-25T17:00:00Z');
    expect(await world.aggregate()).toMatchObject({ aggregated: true, accepted: false });
  });

  it('a retry whose trigger fails keeps its place and is started by the next call', async () => {
    const world = await jobsWorld({ [GCP]: runsOf(3, 'failure', 'success', 'success') });
    await world.trigger();
    await world.to('2026-06-25T14:30:00Z');
    await world.fault({ system: 'gangway', path: GCP, fault: '500' });
    await expect(world.aggregate()).rejects.toMatchObject({ code: 'blocked' });
    expect(JSON.parse(await world.written()).result[2].retriedJobs).toEqual([{}, {}]);
    await world.aggregate();
    expect(JSON.parse(await world.written()).result[2].retriedJobs).toEqual([
      { jobID: runId(3, 2) },
      { jobID: runId(3, 3) },
    ]);
    expect(await world.started()).toHaveLength(5);
  });

  it('Z-T13 a job that left the registry holds up nothing and is not run again', async () => {
    const world = await jobsWorld();
    const gone = {
      jobName: 'periodic-gone-aws-ipi-f1',
      firstJob: { jobID: runId(9, 9), jobState: 'pending' },
      retriedJobs: [],
    };
    const jobs = [job(AWS, 'success'), job(AZURE, 'success'), job(GCP, 'success'), gone];
    await world.patch(files('record', RECORD, record(jobs)));
    expect(await world.aggregate()).toMatchObject({ aggregated: true, accepted: true });
    expect(JSON.parse(await world.written()).result).toEqual(jobs);
    expect(await world.started()).toEqual([]);
    expect(await world.read('oar_get_test_result', { build: BUILD })).toMatchObject({ verdict: 'accepted' });
  });

  it('Z-T11 a required job that is absent holds the verdict back', async () => {
    const world = await jobsWorld();
    await world.patch(files('record', RECORD, record([job(AWS, 'success')])));
    expect(await world.aggregate()).toMatchObject({ aggregated: false, missing_jobs: [AZURE, GCP] });
    expect(await world.changes()).toEqual([]);
  });

  it('an optional job is waited for, and neither retried nor counted', async () => {
    const world = await jobsWorld();
    const path = '_releases/ocp-4.20-test-jobs-amd64.json';
    const stable = [{ prowJob: AWS }, { prowJob: GCP, optional: true }, { prowJob: AZURE, disabled: true }];
    await world.patch(files('main', path, { nightly: [], stable }));
    await world.patch(files('record', RECORD, record([job(AWS, 'success'), job(GCP, 'failure')])));
    expect(await world.aggregate()).toMatchObject({ aggregated: true, accepted: true });
    expect(await world.started()).toEqual([]);
  });

  it('no record is not found, and a record of something else is drift', async () => {
    const world = await jobsWorld();
    await expect(world.aggregate()).rejects.toMatchObject({ code: 'not_found' });
    await world.patch(files('record', RECORD, record([]).replace(`"name": "${BUILD}"`, '"name": "4.20.3"')));
    await expect(world.aggregate()).rejects.toMatchObject({ code: 'schema_drift' });
  });
});

describe('jobs_promote_results', () => {
  const reason = 'agreed with the release team';

  it('Z-T5 marks the build, which then is aggregated again and stays not accepted', async () => {
    const world = await jobsWorld();
    const jobs = [job(AWS, 'success'), job(AZURE, 'success'), job(GCP, 'failure', 'failure', 'failure')];
    const before = record(jobs, { aggregated: true, accepted: false });
    await world.patch(files('record', RECORD, before));
    expect(await world.write('jobs_promote_results', { build: BUILD, reason })).toMatchObject({
      manual_promotion: true,
      aggregated: false,
    });
    expect(await world.written()).toBe(
      record(jobs, { aggregated: false, accepted: false, manual_promotion: true }),
    );
    await world.aggregate();
    expect(await world.written()).toBe(
      record(jobs, { aggregated: true, accepted: false, manual_promotion: true }),
    );
    const after = await world.changes();
    await world.write('jobs_promote_results', { build: BUILD, reason });
    expect(await world.changes()).toEqual(after);
    const verdict = await world.read('oar_get_test_result', { build: BUILD });
    expect(verdict).toMatchObject({ verdict: 'rejected', manual_promotion: true });
  });

  it('wants a reason and a record', async () => {
    const world = await jobsWorld();
    await expect(world.write('jobs_promote_results', { build: BUILD })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(world.write('jobs_promote_results', { build: BUILD, reason })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('jobs_update_retried_run', () => {
  it('puts another run of the same job and payload in its place, once', async () => {
    const world = await jobsWorld({ [GCP]: runsOf(3, 'failure', 'aborted', 'success', 'success') });
    await world.trigger();
    await world.to('2026-06-25T14:30:00Z');
    await world.aggregate();
    await world.to('2026-06-25T17:00:00Z');
    await world.aggregate();
    const payload = JSON.parse(await world.written()).build.pullSpec;
    const input = { build: BUILD, job: GCP, current_id: runId(3, 2), new_id: runId(3, 4) };
    // A run of another job is no replacement.
    await expect(
      world.write('jobs_update_retried_run', { ...input, new_id: runId(1, 1) }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await expect(
      world.write('jobs_update_retried_run', { ...input, current_id: runId(3, 1) }),
    ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('first run') });
    await world.patch({
      prow: {
        jobs: {
          [GCP]: {
            runs: [
              {
                ...runsOf(3, 'success').next[0],
                id: runId(3, 4),
                created: '2026-06-25T15:00:00Z',
                envs: { RELEASE_IMAGE_TARGET: payload },
              },
            ],
          },
        },
      },
    });
    await world.write('jobs_update_retried_run', input);
    const written = JSON.parse(await world.written());
    expect(written.result[2].retriedJobs).toEqual([
      { jobID: runId(3, 4) },
      expect.objectContaining({ jobID: runId(3, 3) }),
    ]);
    expect(Object.keys(written)).toEqual(['result', 'build']);
    const after = await world.changes();
    await world.write('jobs_update_retried_run', input);
    expect(await world.changes()).toEqual(after);
    expect(await world.aggregate()).toMatchObject({ aggregated: true, accepted: true });
  });
});
