import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serialise } from '../../tools/jobs/record.ts';
import { isAccepted, judge, neededSuccesses } from '../../tools/oar/best-of-three.ts';
import { retriesOf } from '../../tools/oar/job-registry.ts';
import { parseTestResult } from '../../tools/oar/test-result.ts';
import { corpusFiles, corpusText, needsCorpus, noCorpus } from '../../tools/oar/testing/corpus.ts';
import { job, resultFile } from '../../tools/oar/testing/result-file.ts';
import { registryOf } from '../../tools/oar/testing/sandbox.ts';

const RECORDS = corpusFiles('test-results').filter((file) => file.startsWith('ocp-test-result-'));

/** The tools over folders with the given files, and nothing else. */
function folders(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'results-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const name of ['records', 'test_registry']) mkdirSync(join(root, name));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const source = (name: string) => ({ source: 'directory', path: join(root, name) });
  const { registry } = registryOf({
    oar: { records: source('records'), test_registry: source('test_registry') },
  });
  const options = { principal: { id: 'a@example.com', face: 'cli' as const }, now: 0 };
  return (tool: string, input: unknown) => registry.read(tool, input, options);
}

const recordPath = (build: string) => `records/_releases/ocp-test-result-${build}-amd64.json`;
const recorded = (build: string, text = corpusText(`test-results/ocp-test-result-${build}-amd64.json`)) => ({
  [recordPath(build)]: text,
});
const registry420 = () => ({
  'test_registry/_releases/ocp-4.20-test-jobs-amd64.json': corpusText(
    'registry/ocp-4.20-test-jobs-amd64.json',
  ),
});
const verdictOf = async (build: string, files: Record<string, string> = recorded(build)) =>
  await folders(files)('oar_get_test_result', { build });
const failuresOf = async (build: string, files: Record<string, string> = recorded(build)) =>
  (await folders(files)('oar_analyze_test_failures', { build })) as {
    jobs: { name: string; platform: string; consistent: string[]; flaky: string[] }[];
    by_scenario: { scenario: string; platforms: string[]; failed: number; known: number }[];
    cross_platform: string[];
    unavailable: { why: string }[];
  };

describe(`recorded results ${needsCorpus}`, { skip: noCorpus }, () => {
  it('Z-T1 every record comes to what the oracle says', () => {
    interface Oracle {
      file: string;
      recomputed: { all_completed: boolean; accepted: boolean };
      recorded: { aggregated: boolean | null; accepted: boolean | null };
      jobs: { job: string; passed: boolean }[];
    }
    const oracle: Oracle[] = JSON.parse(corpusText('expected/test-result-oracle.json'));
    expect(oracle.length).toBe(RECORDS.length);
    for (const { file, recomputed, recorded: said, jobs } of oracle) {
      const outcomes = judge(parseTestResult(file, corpusText(`test-results/${file}`)));
      expect(
        outcomes.map(({ name, passed }) => ({ job: name, passed })),
        file,
      ).toEqual(jobs.map(({ job: name, passed }) => ({ job: name, passed })));
      expect(
        outcomes.every(({ completed }) => completed),
        file,
      ).toBe(recomputed.all_completed);
      expect(isAccepted(outcomes), file).toBe(recomputed.accepted);
      if (said.aggregated === true) expect(recomputed.accepted, file).toBe(said.accepted);
    }
  });

  it.each(RECORDS)('%s is written byte for byte as it was read', (file) => {
    const text = corpusText(`test-results/${file}`);
    expect(serialise(JSON.parse(text), text)).toBe(text);
  });

  it('Z-T3 4.20.27: three first-try successes, no analysis needed', async () => {
    const files = { ...recorded('4.20.27'), ...registry420() };
    expect(await verdictOf('4.20.27', files)).toMatchObject({ verdict: 'accepted', coverage: 'complete' });
    expect(await failuresOf('4.20.27', files)).toMatchObject({ jobs: [], cross_platform: [] });
  });

  it('Z-T4 4.16.30: one failure and two successes: accepted, flaky, promoted by hand', async () => {
    const result = await verdictOf('4.16.30');
    expect(result).toMatchObject({ verdict: 'accepted', manual_promotion: true });
    expect(result).toMatchObject({
      jobs: expect.arrayContaining([expect.objectContaining({ flaky: true })]),
    });
  });

  it('Z-T5 4.20.21: failed three times: rejected, shown as promoted by hand', async () => {
    const result = await verdictOf('4.20.21', { ...recorded('4.20.21'), ...registry420() });
    expect(result).toMatchObject({ verdict: 'rejected', manual_promotion: true, recorded_accepted: false });
    expect(result).toMatchObject({ summary: expect.stringContaining('promoted by hand') });
    expect(await failuresOf('4.20.21')).toMatchObject({
      manual_promotion: true,
      summary: expect.stringContaining('promoted by hand'),
    });
  });

  it('Z-T6 4.22.2: failure, success, failure is rejected', async () => {
    expect(await verdictOf('4.22.2')).toMatchObject({ verdict: 'rejected' });
  });

  it('Z-T7 4.16.0-rc.2: two of three retries pass that job, another one rejects the build', async () => {
    const result = (await verdictOf('4.16.0-rc.2')) as { jobs: { retries: string[]; passed: boolean }[] };
    expect(result).toMatchObject({ verdict: 'rejected' });
    expect(
      result.jobs.find(({ retries }) => retries.filter((state) => state === 'success').length === 2),
    ).toMatchObject({
      passed: true,
    });
    expect(
      result.jobs.find(({ retries }) => retries.length === 3 && !retries.includes('success')),
    ).toMatchObject({
      passed: false,
    });
  });

  it('Z-T8 4.22.0-ec.4: a single successful retry is enough', async () => {
    expect(await verdictOf('4.22.0-ec.4')).toMatchObject({ verdict: 'accepted' });
  });

  it.each(['4.12.0-0.nightly-2026-07-02-012625', '4.18.47'])('Z-T9 %s still runs', async (build) => {
    expect(await verdictOf(build)).toMatchObject({ verdict: 'running', aggregated: false });
  });

  it('Z-T11 4.20.24 lists one of three jobs: incomplete, though the file says accepted', async () => {
    const result = await verdictOf('4.20.24', { ...recorded('4.20.24'), ...registry420() });
    expect(result).toMatchObject({ verdict: 'incomplete', recorded_accepted: true });
    expect(result).toMatchObject({ missing_jobs: [expect.any(String), expect.any(String)] });
  });

  it('Z-T11 4.12.93 lists one of three jobs', async () => {
    const present: { result: { jobName: string }[] } = JSON.parse(
      corpusText('test-results/ocp-test-result-4.12.93-amd64.json'),
    );
    const stable = [...present.result.map(({ jobName }) => jobName), 'b', 'c'].map((prowJob) => ({
      prowJob,
    }));
    const files = {
      ...recorded('4.12.93'),
      'test_registry/_releases/ocp-4.12-test-jobs-amd64.json': JSON.stringify({ nightly: [], stable }),
    };
    expect(await verdictOf('4.12.93', files)).toMatchObject({
      verdict: 'incomplete',
      missing_jobs: ['b', 'c'],
    });
  });

  it('Z-T11 4.19.36 before and after its repair', async () => {
    const repaired = corpusText('history/ocp-test-result-4.19.36.3jobs-accepted.json');
    const names = (JSON.parse(repaired) as { result: { jobName: string }[] }).result;
    const list = {
      'test_registry/_releases/ocp-4.19-test-jobs-amd64.json': JSON.stringify({
        nightly: [],
        stable: names.map(({ jobName }) => ({ prowJob: jobName })),
      }),
    };
    const before = corpusText('history/ocp-test-result-4.19.36.1job-accepted.json');
    expect(await verdictOf('4.19.36', { ...recorded('4.19.36', before), ...list })).toMatchObject({
      verdict: 'incomplete',
      recorded_accepted: true,
    });
    expect(await verdictOf('4.19.36', { ...recorded('4.19.36', repaired), ...list })).toMatchObject({
      verdict: 'accepted',
      coverage: 'complete',
    });
  });

  it('Z-T12 4.13 nightly: three scenarios in all nine runs are consistent, on three platforms', async () => {
    const result = await failuresOf('4.13.0-0.nightly-2026-06-29-223338');
    expect(
      result.jobs.map(({ platform, consistent, flaky }) => [platform, consistent.length, flaky.length]),
    ).toEqual([
      ['aws-ipi', 3, 0],
      ['azure-ipi-fips', 3, 0],
      ['gcp-ipi', 3, 0],
    ]);
    expect(result.by_scenario.map(({ failed, known }) => [failed, known])).toEqual([
      [9, 9],
      [9, 9],
      [9, 9],
    ]);
    expect(result.cross_platform).toHaveLength(3);
  });

  it('Z-T12 5.0 nightly: absent from one run is flaky, one platform is not across platforms', async () => {
    const result = await failuresOf('5.0.0-0.nightly-2026-07-01-125918');
    const gcp = result.jobs.find(({ platform }) => platform === 'gcp-ipi');
    expect([gcp?.consistent.length, gcp?.flaky]).toEqual([
      2,
      [expect.stringContaining('[sig-operators] OLM v1')],
    ]);
    expect(result.cross_platform).toEqual([]);
    // The other jobs failed without a word on scenarios: that is said, and nothing is concluded from it.
    const aws = result.jobs.find(({ platform }) => platform === 'aws-ipi');
    expect(aws).toMatchObject({ consistent: [], flaky: [] });
    expect(result.unavailable.length).toBeGreaterThan(0);
  });

  it('Z-T12 4.17 nightly: in the first run and in no retry is flaky', async () => {
    const { jobs } = await failuresOf('4.17.0-0.nightly-2026-06-26-102923');
    expect(jobs.map(({ consistent, flaky }) => [consistent.length, flaky.length])).toEqual([
      [0, 3],
      [0, 1],
    ]);
  });
});

describe('rules', () => {
  it('Z-T2 needed successes, and what the registry may say of retries', () => {
    expect([1, 2, 3, 4, 6].map(neededSuccesses)).toEqual([1, 2, 2, 3, 4]);
    expect([0, 1, 2, 3, 'x', null, -2, undefined].map(retriesOf)).toEqual([2, 2, 2, 2, 2, 2, 2, 2]);
    expect([4, 5, 6].map(retriesOf)).toEqual([4, 4, 6]);
  });

  it('Z-T10 no file is missing, not aggregated is running, a rejected nightly is still evaluated', async () => {
    expect(await verdictOf('4.20.99', {})).toMatchObject({ verdict: 'missing' });
    await expect(failuresOf('4.20.99', {})).rejects.toMatchObject({ code: 'blocked' });
    const waiting = resultFile('4.20.99', [job('a', 'success')], { aggregated: false });
    expect(await verdictOf('4.20.99', recorded('4.20.99', waiting))).toMatchObject({ verdict: 'running' });
    const nightly = '4.20.0-0.nightly-2026-06-23-114525';
    const text = resultFile(nightly, [job('a', 'failure', 'failure', 'failure')]).replace(
      '"Accepted"',
      '"Rejected"',
    );
    expect(await verdictOf(nightly, recorded(nightly, text))).toMatchObject({ verdict: 'rejected' });
  });

  it('Z-T11 the registry of the day counts: a job that came later is not missed', async () => {
    const started = (name: string) => ({
      jobName: name,
      firstJob: {
        jobStartTime: '2026-05-06T03:22:24Z',
        jobID: 'x',
        jobState: 'success',
        jobCompletionTime: '2026-05-06T06:07:48Z',
      },
      retriedJobs: [],
    });
    const list = (...names: string[]) =>
      JSON.stringify({ nightly: [], stable: names.map((prowJob) => ({ prowJob })) });
    const path = (date = '') => `test_registry/_releases/ocp-4.20-test-jobs-amd64${date}.json`;
    const files = {
      ...recorded('4.20.21', resultFile('4.20.21', [started('a')])),
      [path()]: list('a', 'b', 'c'),
      [path('.2026-05-01')]: list('a'),
      [path('.2026-01-01')]: list('a', 'z'),
      [path('.2026-05-07')]: list('a', 'b'),
    };
    expect(await verdictOf('4.20.21', files)).toMatchObject({ verdict: 'accepted', coverage: 'complete' });
    delete files[path('.2026-05-01')];
    expect(await verdictOf('4.20.21', files)).toMatchObject({ verdict: 'incomplete', missing_jobs: ['z'] });
    delete files[path('.2026-01-01')];
    expect(await verdictOf('4.20.21', files)).toMatchObject({
      verdict: 'incomplete',
      missing_jobs: ['b', 'c'],
    });
  });

  it('Z-T13 a job that is not in the registry counts for nothing', async () => {
    const files = {
      ...recorded('4.20.21', resultFile('4.20.21', [job('a', 'success'), job('gone', 'pending')])),
      'test_registry/_releases/ocp-4.20-test-jobs-amd64.json': '{"nightly":[],"stable":[{"prowJob":"a"}]}',
    };
    expect(await verdictOf('4.20.21', files)).toMatchObject({ verdict: 'accepted', coverage: 'complete' });
  });
});

describe('a record that others wrote', () => {
  it('keeps escapes, a newline at the end and unknown keys', () => {
    const record =
      '{\n  "result": [],\n  "build": {\n    "name": "x",\n    "note": "gr\\u00f6\\u00dfe"\n  },\n  "z": {}\n}';
    for (const text of [record, `${record}\n`, record.replace('\\u00f6\\u00df', 'öß')]) {
      expect(serialise(JSON.parse(text), text)).toBe(text);
    }
  });
});
