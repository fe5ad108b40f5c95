import { SluiceError } from '../../src/kit/errors.ts';
import type { ProwJob } from '../prow/client.ts';
import type { TestRunAttempt } from './run-attempts.ts';
import type { OarServices } from './services.ts';

export const CONSISTENCY_JOB = 'periodic-ci-openshift-release-tests-main-image-consistency-check';
const PAYLOAD = 'MULTISTAGE_PARAM_OVERRIDE_PAYLOAD_URL';
const MERGE_REQUEST = 'MULTISTAGE_PARAM_OVERRIDE_MERGE_REQUEST_ID';

export interface ConsistencySubject {
  payload: string;
  iid: number;
}

export function consistencyEnv({ payload, iid }: ConsistencySubject): Record<string, string> {
  return { [PAYLOAD]: payload, [MERGE_REQUEST]: String(iid) };
}

function isOf({ env }: ProwJob, { payload, iid }: ConsistencySubject): boolean {
  return env[PAYLOAD] === payload && env[MERGE_REQUEST] === String(iid);
}

/** The runs for exactly this payload and merge request, oldest first. */
export async function consistencyRuns(
  services: OarServices,
  subject: ConsistencySubject,
): Promise<TestRunAttempt[]> {
  const jobs = await services.prow().listJobs(CONSISTENCY_JOB);
  return jobs.filter((job) => isOf(job, subject)).map(runOfJob);
}

/** A run named by its id; `conflict` when it is of something else. */
export async function consistencyRun(
  services: OarServices,
  subject: ConsistencySubject,
  id: string,
): Promise<TestRunAttempt> {
  const job = await services.prow().getJob(id);
  if (job.job === CONSISTENCY_JOB && isOf(job, subject)) return runOfJob(job);
  throw new SluiceError('conflict', {
    cause: `ProwJob ${id} is not an image consistency check of ${subject.payload} and merge request ${subject.iid}.`,
    remedy: 'Leave job_id out: the run of this release is found by itself.',
  });
}

function runOfJob({ id, url, state }: ProwJob): TestRunAttempt {
  return {
    id,
    url: url ?? null,
    state,
    live: state === 'scheduling' || state === 'triggered' || state === 'pending',
    succeeded: state === 'success',
  };
}
