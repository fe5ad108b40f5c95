import { isAccepted, judgeJob, type RegistryJob } from '../oar/client.ts';
import type { ProwJob } from '../prow/client.ts';
import { isOpen, type RecordRun, type ResultRecord, slotsOf } from './record.ts';

/** Ended without success. An error or abort says nothing about the build, so it is run again as well. */
const FAILED = new Set(['failure', 'aborted', 'error']);

/** One look at Prow put into a record; then retries are intended and the verdict is computed. Pure. */
export function aggregated(
  record: ResultRecord,
  seen: ReadonlyMap<string, ProwJob>,
  registry: readonly RegistryJob[] | undefined,
): ResultRecord {
  const next = structuredClone(record);
  for (const job of next.result) {
    job.firstJob = refreshed(job.firstJob, seen);
    if (job.retriedJobs) job.retriedJobs = job.retriedJobs.map((run) => refreshed(run, seen));
  }
  intendRetries(next, registry);
  conclude(next, registry);
  return next;
}

/** In the order in which the file has them. */
function refreshed(run: RecordRun, seen: ReadonlyMap<string, ProwJob>): RecordRun {
  const job = isOpen(run) ? undefined : seen.get(run.jobID ?? '');
  if (job === undefined) return run;
  const { jobStartTime, jobID, jobURL, jobState: _, jobCompletionTime, ...rest } = run;
  const started = job.startedAt ?? jobStartTime;
  const url = job.url ?? jobURL;
  const completed = job.completedAt ?? jobCompletionTime;
  return {
    ...(started === undefined ? {} : { jobStartTime: started }),
    ...(jobID === undefined ? {} : { jobID }),
    ...(url === undefined ? {} : { jobURL: url }),
    jobState: job.state,
    ...(completed === undefined ? {} : { jobCompletionTime: completed }),
    ...rest,
  };
}

function intendRetries(record: ResultRecord, registry: readonly RegistryJob[] | undefined): void {
  // A person has decided already: more runs would decide nothing.
  if (record.manual_promotion === true) return;
  for (const job of record.result) {
    const known = registry?.find(({ name }) => name === job.jobName);
    if (registry !== undefined && (known === undefined || known.optional)) continue;
    const { jobState, jobCompletionTime } = job.firstJob;
    const failed = FAILED.has(jobState ?? '') && jobCompletionTime != null;
    if (!failed || judgeJob(outcomeInput(job)).passed) continue;
    const retried = job.retriedJobs ?? [];
    const lacking = (known?.retries ?? 2) - retried.length;
    // The intent goes into the file first: a retry that is lost keeps its place.
    if (lacking > 0) job.retriedJobs = [...retried, ...Array.from({ length: lacking }, () => ({}))];
  }
}

function conclude(record: ResultRecord, registry: readonly RegistryJob[] | undefined): void {
  const kindOf = new Map(registry?.map((job) => [job.name, job]));
  // A job that has left the registry would never end and hold up the build for ever.
  const counted = record.result.filter(({ jobName }) => registry === undefined || kindOf.has(jobName));
  const isOptional = (name: string) => kindOf.get(name)?.optional === true;
  const required = counted.filter(({ jobName }) => !isOptional(jobName));
  if (required.length === 0 || missingJobs(record, registry).length > 0) return;
  const outcomes = required.map((job) => judgeJob(outcomeInput(job)));
  const optionalEnded = counted
    .filter(({ jobName }) => isOptional(jobName))
    .every((job) => slotsOf(job).every((run) => isOpen(run) || run.jobCompletionTime != null));
  if (!optionalEnded || outcomes.some(({ completed }) => !completed)) return;
  record.aggregated = true;
  record.accepted = isAccepted(outcomes);
}

/** Required jobs of the registry that the file does not list. */
export function missingJobs(record: ResultRecord, registry: readonly RegistryJob[] | undefined): string[] {
  const listed = new Set(record.result.map(({ jobName }) => jobName));
  return (registry ?? [])
    .filter(({ name, optional }) => !optional && !listed.has(name))
    .map(({ name }) => name);
}

function outcomeInput({ jobName, firstJob, retriedJobs }: ResultRecord['result'][number]) {
  const run = ({ jobState, jobCompletionTime }: RecordRun) => ({
    ...(jobState === undefined ? {} : { jobState }),
    ...(jobCompletionTime === undefined ? {} : { jobCompletionTime }),
  });
  return { jobName, firstJob: run(firstJob), retriedJobs: (retriedJobs ?? []).map(run) };
}
