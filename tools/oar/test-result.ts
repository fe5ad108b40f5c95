import { z } from 'zod';
import { drift, fromJson } from './drift.ts';

/**
 * The result file of one build (`_releases/ocp-test-result-<build>-<arch>.json`): strict on what a
 * verdict rests on, silent about everything else.
 */
const Suite = z.object({ failingScenarios: z.array(z.string()).nullish() });

const Run = z.object({
  jobID: z.string().nullish(),
  jobURL: z.string().nullish(),
  jobState: z.string().min(1).optional(),
  jobStartTime: z.string().min(1).optional(),
  jobCompletionTime: z.string().min(1).nullish(),
  testResultSummary: z.record(z.string(), Suite).nullish(),
});

const Job = z.object({
  jobName: z.string().min(1),
  firstJob: Run,
  retriedJobs: z.array(Run).nullish(),
});

export const TestResultFile = z.object({
  result: z.array(Job),
  build: z.object({ name: z.string().min(1) }),
  aggregated: z.boolean().optional(),
  accepted: z.boolean().optional(),
  manual_promotion: z.boolean().optional(),
});

export type TestRun = z.output<typeof Run>;
export type TestJob = z.output<typeof Job>;
export type TestResultFile = z.output<typeof TestResultFile>;

export function testResultPath(build: string, arch: string): string {
  return `_releases/ocp-test-result-${build}-${arch}.json`;
}

export function parseTestResult(where: string, text: string): TestResultFile {
  const file = fromJson(where, text, TestResultFile);
  const names = new Set<string>();
  for (const { jobName } of file.result) {
    if (names.has(jobName)) throw drift(where, `result: the job ${jobName} is listed twice`);
    names.add(jobName);
  }
  return file;
}
