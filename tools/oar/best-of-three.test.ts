import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAccepted, judge, judgeJob, neededSuccesses, platformOf } from './best-of-three.ts';
import { parseTestResult } from './test-result.ts';
import { corpusFiles, corpusText, needsCorpus, noCorpus } from './testing/corpus.ts';
import { job } from './testing/result-file.ts';

interface Oracle {
  file: string;
  build: string;
  recorded: { accepted: boolean | null };
  recomputed: { all_completed: boolean; accepted: boolean };
  jobs: { job: string; first: string; retries: string[]; passed: boolean; completed: boolean }[];
}

describe('best of three', () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [6, 4],
  ])('Z-T2 %i retries need %i successes', (retries, needed) => {
    expect(neededSuccesses(retries)).toBe(needed);
  });

  it.each<[string, string[], boolean, boolean]>([
    ['success', [], true, false],
    ['failure', [], false, false],
    ['failure', ['success', 'success'], true, true],
    ['failure', ['success', 'failure'], false, false],
    ['failure', ['success'], true, true],
    ['failure', ['failure', 'success', 'success'], true, true],
    ['failure', ['success', 'success', 'pending'], false, false],
    ['failure', ['success', 'success', 'error', 'aborted'], false, false],
    ['pending', [], false, false],
  ])('%s then %j: passed %s, flaky %s', (first, retries, passed, flaky) => {
    expect(judgeJob(job('x', first, ...retries))).toMatchObject({ passed, flaky });
  });

  it('passes by retries exactly with a majority of all runs', () => {
    const state = fc.constantFrom('success', 'failure', 'aborted', 'error');
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 12 }), (retries) => {
        const successes = retries.filter((one) => one === 'success').length;
        const majority = successes * 2 > retries.length + 1 || successes * 2 === retries.length + 1;
        return judgeJob(job('x', 'failure', ...retries)).passed === majority;
      }),
    );
  });

  it('never accepts nothing', () => expect(isAccepted([])).toBe(false));

  it.each([
    ['release-4.20-automated-release-aws-ipi-disruptive-f999', 'aws-ipi-disruptive'],
    ['release-4.20-automated-release-stable-4.20-upgrade-from-stable-4.19-aws-ipi-f999', 'aws-ipi'],
    ['release-4.20-automated-release-azure-ipi-fips-f999', 'azure-ipi-fips'],
    ['release-4.20-automated-release-gcp-ipi-custom-type-f999', 'gcp-ipi'],
    ['release-4.12-azure-upi-f1', 'azure-upi'],
    ['release-4.12-upgrade-from-stable-4.11-f1', 'upgrade-from-stable-4.11'],
    ['something', 'unknown'],
  ])('platform of %s', (name, platform) => expect(platformOf(name)).toBe(platform));

  const oracle: Oracle[] = noCorpus ? [] : JSON.parse(corpusText('expected/test-result-oracle.json'));

  it.skipIf(noCorpus)(`Z-T1 agrees with the oracle on every recorded file ${needsCorpus}`, () => {
    const recorded = corpusFiles('test-results').filter((file) => file.startsWith('ocp-test-result-'));
    expect(oracle.map(({ file }) => file).sort()).toEqual(recorded);
    for (const expected of oracle) {
      const file = parseTestResult(expected.file, corpusText(`test-results/${expected.file}`));
      const jobs = judge(file);
      expect(file.build.name).toBe(expected.build);
      expect(
        jobs.map(({ name, first, retries, passed, completed }) => ({
          job: name,
          first,
          retries,
          passed,
          completed,
        })),
        expected.file,
      ).toEqual(expected.jobs);
      expect(jobs.every(({ completed }) => completed)).toBe(expected.recomputed.all_completed);
      expect(isAccepted(jobs)).toBe(expected.recomputed.accepted);
    }
  });
});
