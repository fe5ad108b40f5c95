import { isAccepted, type JobOutcome, judge } from './best-of-three.ts';
import type { ExpectedJobs } from './job-registry.ts';
import type { TestResultFile } from './test-result.ts';

export const VERDICTS = ['missing', 'running', 'incomplete', 'accepted', 'rejected'] as const;
type Verdict = (typeof VERDICTS)[number];
type Coverage = 'complete' | 'incomplete' | 'unknown';

export interface Evaluation {
  file_found: boolean;
  aggregated: boolean;
  recorded_accepted: boolean | null;
  manual_promotion: boolean;
  verdict: Verdict;
  jobs: JobOutcome[];
  coverage: Coverage;
  missing_jobs: string[];
  summary: string;
}

export function evaluateMissing(build: string, arch: string): Evaluation {
  return {
    file_found: false,
    aggregated: false,
    recorded_accepted: null,
    manual_promotion: false,
    verdict: 'missing',
    jobs: [],
    coverage: 'unknown',
    missing_jobs: [],
    summary: `There is no test result of ${build} (${arch}) yet.`,
  };
}

/**
 * The verdict is computed from the runs, never taken from the file's own `accepted`: that one also
 * says yes to a file in which jobs are absent.
 */
export function evaluate(file: TestResultFile, expected: ExpectedJobs | undefined): Evaluation {
  const jobs = judge(file);
  // A job that has left the registry can neither pass nor hold up a build.
  const required = expected === undefined ? jobs : jobs.filter(({ name }) => expected.required.has(name));
  const listed = new Set(jobs.map(({ name }) => name));
  const missing = [...(expected?.required ?? [])].filter((name) => !listed.has(name)).sort();
  const coverage = expected === undefined ? 'unknown' : missing.length === 0 ? 'complete' : 'incomplete';
  const aggregated = file.aggregated === true;

  let verdict: Verdict;
  if (!aggregated || required.some(({ completed }) => !completed)) verdict = 'running';
  else if (coverage === 'incomplete') verdict = 'incomplete';
  else verdict = isAccepted(required) ? 'accepted' : 'rejected';

  const partial = {
    file_found: true,
    aggregated,
    recorded_accepted: file.accepted ?? null,
    manual_promotion: file.manual_promotion === true,
    verdict,
    jobs,
    coverage,
    missing_jobs: missing,
  } as const;
  return { ...partial, summary: summarise(file.build.name, partial, required) };
}

function summarise(
  build: string,
  result: Omit<Evaluation, 'summary'>,
  required: readonly JobOutcome[],
): string {
  const passed = required.filter((job) => job.passed).length;
  const flaky = required.filter((job) => job.flaky).length;
  const failed = required.filter((job) => job.completed && !job.passed).map(({ platform }) => platform);
  const parts = [`${build} is ${result.verdict}: ${passed} of ${required.length} required jobs passed`];
  if (flaky > 0) parts.push(`${flaky} of them by retries`);
  if (failed.length > 0) parts.push(`failed on ${failed.join(', ')}`);
  if (!result.aggregated) parts.push('not aggregated yet');
  if (result.missing_jobs.length > 0)
    parts.push(`${result.missing_jobs.length} jobs of the registry are absent`);
  if (result.coverage === 'unknown') parts.push('no job registry tells whether these are all jobs');
  if (result.manual_promotion) parts.push('it was promoted by hand');
  const differs =
    result.recorded_accepted !== null &&
    (result.verdict === 'accepted' || result.verdict === 'rejected') &&
    result.recorded_accepted !== (result.verdict === 'accepted');
  if (differs) parts.push(`the file itself says accepted: ${String(result.recorded_accepted)}`);
  return `${parts.join('; ')}.`;
}
