import type { JobAnswer } from './schema-pipelines.ts';

const FAILED = new Set(['failed', 'canceled', 'canceling']);
const FINISHED = new Set(['success', 'failed', 'canceled', 'skipped']);

export function isFinished(status: string): boolean {
  return FINISHED.has(status);
}

export function hasFailed(status: string): boolean {
  return FAILED.has(status);
}

/** The newest try of each job, in the order in which they came to be. */
export function latestTries(all: readonly JobAnswer[]): JobAnswer[] {
  const latest = new Map<string, JobAnswer>();
  for (const job of all.toSorted((a, b) => a.id - b.id)) latest.set(nameOf(job), job);
  return [...latest.values()];
}

/** Failures that count: not those that the pipeline allows. */
export function failedOnes(jobs: readonly JobAnswer[]): JobAnswer[] {
  return jobs.filter(({ status, allow_failure }) => hasFailed(status) && allow_failure !== true);
}

export function newerTry(id: number, all: readonly JobAnswer[]): JobAnswer | undefined {
  const job = all.find((one) => one.id === id);
  if (job === undefined) return undefined;
  return all.filter((one) => one.id > id && nameOf(one) === nameOf(job)).toSorted((a, b) => b.id - a.id)[0];
}

/**
 * The failure that a retry answers: the last job that stands failed, else the last failed one that was
 * tried again since. It names the retry, and stays the same one once the retry has begun.
 */
export function failureToAnswer(all: readonly JobAnswer[]): number | undefined {
  const now = failedOnes(latestTries(all));
  const before = failedOnes(all).filter(({ id }) => newerTry(id, all) !== undefined);
  const ids = (now.length > 0 ? now : before).map(({ id }) => id);
  return ids.length === 0 ? undefined : Math.max(...ids);
}

function nameOf({ stage, name }: JobAnswer): string {
  return `${stage}\n${name}`;
}
