import type { TestJob, TestResultFile, TestRun } from './test-result.ts';

/**
 * The best-of-three rule: a job passes when its first run succeeds, or when all its retries are
 * completed and enough of them succeeded for a majority of all runs.
 */
export interface JobOutcome {
  name: string;
  platform: string;
  first: string;
  retries: string[];
  passed: boolean;
  completed: boolean;
  /** Failed first, passed by its retries. */
  flaky: boolean;
}

/** 1, 2, 3, 4, 6 retries need 1, 2, 2, 3, 4 successes. */
export function neededSuccesses(retries: number): number {
  return Math.round((retries + 1.1) / 2);
}

const isCompleted = (run: TestRun) => run.jobCompletionTime != null;
const stateOf = (run: TestRun) => run.jobState ?? 'pending';

export function judgeJob(job: TestJob): JobOutcome {
  const retried = job.retriedJobs ?? [];
  const first = stateOf(job.firstJob);
  const retries = retried.map(stateOf);
  const successes = retries.filter((state) => state === 'success').length;
  const byRetries =
    retries.length > 0 && retried.every(isCompleted) && successes >= neededSuccesses(retries.length);
  const passed = first === 'success' || byRetries;
  return {
    name: job.jobName,
    platform: platformOf(job.jobName),
    first,
    retries,
    passed,
    completed: isCompleted(job.firstJob) && retried.every(isCompleted),
    flaky: passed && first !== 'success',
  };
}

/** The rule alone, over the jobs that count: at least one, and every one passed. */
export function isAccepted(required: readonly JobOutcome[]): boolean {
  return required.length > 0 && required.every(({ passed }) => passed);
}

export function judge(file: TestResultFile): JobOutcome[] {
  return file.result.map(judgeJob);
}

// The longer name first: aws-ipi stands within aws-ipi-disruptive.
const PLATFORMS = ['aws-ipi-disruptive', 'azure-ipi-fips', 'azure-upi', 'azure-ipi', 'aws-ipi', 'gcp-ipi'];

export function platformOf(jobName: string): string {
  const upgrade = /upgrade-from-stable-\d+\.\d+/.exec(jobName)?.[0];
  return PLATFORMS.find((platform) => jobName.includes(platform)) ?? upgrade ?? 'unknown';
}
