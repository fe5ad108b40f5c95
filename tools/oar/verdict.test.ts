import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExpectedJobs, expectedJobs } from './job-registry.ts';
import { parseTestResult } from './test-result.ts';
import { corpusText, needsCorpus, noCorpus } from './testing/corpus.ts';
import { job, resultFile } from './testing/result-file.ts';
import { evaluate, evaluateMissing } from './verdict.ts';

const registry = (...required: string[]): ExpectedJobs => ({ required: new Set(required) });

function verdictOf(jobs: unknown[], rest?: Record<string, unknown>, expected?: ExpectedJobs) {
  return evaluate(parseTestResult('file', resultFile('4.20.27', jobs, rest)), expected);
}

describe('verdict', () => {
  it('Z-T3 three first-try successes are accepted', () => {
    const result = verdictOf(
      [job('a', 'success'), job('b', 'success'), job('c', 'success')],
      { aggregated: true, accepted: true },
      registry('a', 'b', 'c'),
    );
    expect(result).toMatchObject({ verdict: 'accepted', coverage: 'complete', missing_jobs: [] });
    expect(result.summary).toBe('4.20.27 is accepted: 3 of 3 required jobs passed.');
  });

  it('Z-T4 passed by retries: accepted and flaky', () => {
    const { verdict, jobs } = verdictOf([job('a', 'failure', 'success', 'success'), job('b', 'success')]);
    expect(verdict).toBe('accepted');
    expect(jobs.map(({ flaky }) => flaky)).toEqual([true, false]);
  });

  it('Z-T5 promoted by hand is not accepted', () => {
    const result = verdictOf([job('a', 'failure', 'failure', 'failure')], {
      aggregated: true,
      accepted: false,
      manual_promotion: true,
    });
    expect(result).toMatchObject({ verdict: 'rejected', manual_promotion: true });
    expect(result.summary).toMatch(/promoted by hand/);
  });

  it('Z-T6 Z-T7 Z-T8 majority of the runs', () => {
    expect(verdictOf([job('a', 'failure', 'success', 'failure')]).verdict).toBe('rejected');
    expect(
      verdictOf([
        job('a', 'failure', 'failure', 'success', 'success'),
        job('b', 'failure', 'failure', 'failure'),
      ]).verdict,
    ).toBe('rejected');
    expect(verdictOf([job('a', 'failure', 'success')]).verdict).toBe('accepted');
  });

  it('Z-T9 Z-T10 pending or not aggregated is running, missing is missing', () => {
    expect(verdictOf([job('a', 'failure', 'pending', 'success')]).verdict).toBe('running');
    expect(verdictOf([job('a', 'success')], {}).verdict).toBe('running');
    expect(verdictOf([job('a', 'success')], { aggregated: false }).verdict).toBe('running');
    expect(evaluateMissing('4.20.99', 'amd64')).toMatchObject({ verdict: 'missing', file_found: false });
  });

  it('Z-T11 jobs of the registry absent: incomplete, though the file says accepted', () => {
    const result = verdictOf(
      [job('a', 'success')],
      { aggregated: true, accepted: true },
      registry('a', 'b', 'c'),
    );
    expect(result).toMatchObject({ verdict: 'incomplete', coverage: 'incomplete', missing_jobs: ['b', 'c'] });
  });

  it('Z-T13 a job that left the registry neither holds up nor decides', () => {
    const result = verdictOf([job('a', 'success'), job('gone', 'pending')], undefined, registry('a'));
    expect(result).toMatchObject({ verdict: 'accepted', coverage: 'complete' });
    expect(verdictOf([job('gone', 'success')], undefined, registry('a')).verdict).toBe('incomplete');
  });

  it('says when the file contradicts the runs', () => {
    const result = verdictOf([job('a', 'failure', 'failure', 'failure')], {
      aggregated: true,
      accepted: true,
    });
    expect(result.summary).toMatch(/the file itself says accepted: true/);
  });

  it('no jobs at all are not accepted', () => expect(verdictOf([]).verdict).toBe('rejected'));

  it.each([
    ['not JSON', '{"result": [', /it is not JSON/],
    ['no result', '{"build":{"name":"x"}}', /result/],
    ['aggregated as text', resultFile('x', [], { aggregated: 'true' }), /aggregated/],
    ['a job without a name', resultFile('x', [{ firstJob: {} }]), /jobName/],
    ['a job twice', resultFile('x', [job('a', 'success'), job('a', 'success')]), /listed twice/],
  ])('%s is drift and names the field', (_, text, message) => {
    expect(() => parseTestResult('_releases/f.json', text)).toThrow(message);
    expect(() => parseTestResult('_releases/f.json', text)).toThrow(/_releases\/f\.json/);
  });

  it('random JSON is never accepted', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          return evaluate(parseTestResult('f', text), undefined).verdict !== 'accepted';
        } catch {
          return true;
        }
      }),
    );
  });

  it('accepted means: aggregated, every required job listed, completed and passed', () => {
    const state = fc.constantFrom('success', 'failure', 'pending');
    const jobs = fc.uniqueArray(
      fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.array(state, { minLength: 1, maxLength: 4 })),
      {
        selector: ([name]) => name,
      },
    );
    fc.assert(
      fc.property(jobs, fc.boolean(), (listed, aggregated) => {
        const entries = listed.map(([name, [first = 'pending', ...retries]]) => job(name, first, ...retries));
        const result = verdictOf(entries, { aggregated }, registry('a', 'b'));
        if (result.verdict !== 'accepted') return true;
        const required = result.jobs.filter(({ name }) => name === 'a' || name === 'b');
        return (
          aggregated &&
          required.length === 2 &&
          required.every(({ passed, completed }) => passed && completed)
        );
      }),
    );
  });
});

describe('job registry', () => {
  const text = JSON.stringify({
    nightly: [],
    stable: [
      { prowJob: 'a', upgrade: true },
      { prowJob: 'b', optional: true },
      { prowJob: 'c', disabled: true },
    ],
    valid_from: '2026-01-01',
  });

  it('takes what is neither optional nor disabled', () => {
    const jobs = expectedJobs('f', text, 'stable', '2026-02-01T00:00:00Z');
    expect([...(jobs?.required ?? [])]).toEqual(['a']);
  });

  it('says nothing about an empty list or older builds', () => {
    expect(expectedJobs('f', text, 'nightly', undefined)).toBeUndefined();
    expect(expectedJobs('f', text, 'stable', '2025-12-31T00:00:00Z')).toBeUndefined();
  });

  it.skipIf(noCorpus)(`Z-T11 4.20.24 lists one of three jobs ${needsCorpus}`, () => {
    const registryText = corpusText('registry/ocp-4.20-test-jobs-amd64.json');
    const read = (build: string) =>
      evaluate(
        parseTestResult(build, corpusText(`test-results/ocp-test-result-${build}-amd64.json`)),
        expectedJobs('registry', registryText, 'stable', undefined),
      );
    expect(read('4.20.24')).toMatchObject({ verdict: 'incomplete', recorded_accepted: true });
    expect(read('4.20.24').missing_jobs).toHaveLength(2);
    expect(read('4.20.27')).toMatchObject({ verdict: 'accepted', coverage: 'complete' });
    expect(read('4.20.21')).toMatchObject({ verdict: 'rejected', manual_promotion: true });
  });
});
