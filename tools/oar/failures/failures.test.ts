import { describe, expect, it } from 'vitest';
import { AWS, BUILD, files, GCP, jobsWorld, RECORD, record } from '../../jobs/testing/world.ts';
import { folderOf } from './artifact-store.ts';
import { groupRuns } from './grouping.ts';
import { failingScenarios } from './test-report.ts';

const deck = (job: string, run: number) => `https://deck.example/view/gs/qe-private-deck/logs/${job}/${run}`;
const run = (job: string, n: number, jobState: string, summary?: string[]) => ({
  jobID: `00000000-0000-4000-8000-00000000000${n}`,
  jobURL: deck(job, n),
  jobState,
  jobCompletionTime: '2026-06-25T11:00:00Z',
  ...(summary === undefined
    ? {}
    : { testResultSummary: { suite: { total: 9, failures: 1, failingScenarios: summary } } }),
});
const report = (job: string, n: number, ...scenarios: string[]) => ({
  [`logs/${job}/${n}/artifacts/e2e-f999/openshift-e2e-test-qe-report/artifacts/test-results.yaml`]: [
    'ginkgo:\n  total: 3\n  failures: 0\n',
    `ginkgo:\n  total: 4\n  failures: ${scenarios.length}\n`,
    scenarios.length === 0
      ? ''
      : `  failingScenarios:\n${scenarios.map((name) => `    - "${name}"\n`).join('')}`,
  ].join(''),
  [`logs/${job}/${n}/artifacts/e2e-f999/gather-must-gather/artifacts/must-gather.tar`]: 'x',
  [`logs/${job}/${n}/build-log.txt`]: `${'line\n'.repeat(3_000)}lease acquisition failed\u202e`,
});

async function world(jobs: unknown[], objects: Record<string, string>) {
  const sandbox = await jobsWorld();
  await sandbox.patch(files('record', RECORD, record(jobs, { aggregated: true, accepted: false })));
  await sandbox.patch({ artifacts: { buckets: { 'qe-private-deck': objects } } });
  return {
    ...sandbox,
    analyze: (rest: object = {}) => sandbox.read('oar_analyze_test_failures', { build: BUILD, ...rest }),
  };
}

describe('oar_analyze_test_failures', () => {
  it('Z-T12 reads the reports of the failed runs and groups what failed', async () => {
    const { analyze } = await world(
      [
        {
          jobName: AWS,
          firstJob: run(AWS, 1, 'failure'),
          retriedJobs: [run(AWS, 2, 'failure'), run(AWS, 3, 'success')],
        },
        {
          jobName: GCP,
          firstJob: run(GCP, 4, 'failure'),
          retriedJobs: [run(GCP, 5, 'failure'), run(GCP, 6, 'failure')],
        },
      ],
      {
        ...report(AWS, 1, 'always', 'flaky one'),
        ...report(AWS, 2, 'always'),
        ...report(GCP, 4, 'always', 'only gcp'),
        ...report(GCP, 5, 'always', 'only gcp'),
        ...report(GCP, 6, 'always', 'only gcp'),
      },
    );
    expect(await analyze()).toMatchObject({
      verdict: 'incomplete',
      jobs: [
        { name: AWS, platform: 'aws-ipi', consistent: [], flaky: ['always', 'flaky one'] },
        {
          name: GCP,
          consistent: ['always', 'only gcp'],
          flaky: [],
          attempts: [
            { state: 'failure', url: deck(GCP, 4), failing: [{ scenario: 'always', message: null }, {}] },
            {},
            {},
          ],
        },
      ],
      by_platform: [
        { platform: 'aws-ipi', scenarios: ['always', 'flaky one'] },
        { platform: 'gcp-ipi', scenarios: ['always', 'only gcp'] },
      ],
      by_scenario: [{ scenario: 'always', platforms: ['aws-ipi', 'gcp-ipi'], failed: 5, known: 6 }, {}, {}],
      cross_platform: [],
      unavailable: [],
    });
    expect(await analyze({ job: GCP })).toMatchObject({ jobs: [{ name: GCP }] });
    await expect(analyze({ job: 'x' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('a scenario in every run on two platforms is across platforms', async () => {
    const { analyze } = await world(
      [
        { jobName: AWS, firstJob: run(AWS, 1, 'failure'), retriedJobs: [run(AWS, 2, 'failure')] },
        { jobName: GCP, firstJob: run(GCP, 4, 'failure') },
      ],
      { ...report(AWS, 1, 'always'), ...report(AWS, 2, 'always'), ...report(GCP, 4, 'always') },
    );
    expect(await analyze()).toMatchObject({ cross_platform: ['always'] });
  });

  it('without a report it takes the record, without that the end of the log, and says so', async () => {
    const { analyze } = await world(
      [
        { jobName: AWS, firstJob: run(AWS, 1, 'failure', ['from the record']), retriedJobs: [] },
        { jobName: GCP, firstJob: run(GCP, 4, 'error'), retriedJobs: [] },
      ],
      { [`logs/${GCP}/4/build-log.txt`]: `${'line\n'.repeat(3_000)}lease acquisition failed\u202e` },
    );
    const answer = (await analyze()) as { jobs: { attempts: { log_tail?: string }[] }[] };
    expect(answer).toMatchObject({
      jobs: [{ attempts: [{ failing: [{ scenario: 'from the record' }] }] }, { attempts: [{ failing: [] }] }],
      unavailable: [{ job: AWS, why: 'test-results.yaml is not there' }, { job: GCP }],
    });
    expect(answer.jobs[1]?.attempts[0]?.log_tail).toMatch(/^[\s\S]{1400,1500}$/);
    expect(answer.jobs[1]?.attempts[0]?.log_tail).toMatch(/lease acquisition failed$/);
    expect(answer.jobs[0]?.attempts[0]?.log_tail).toBeUndefined();
  });

  it('a store that is down hides nothing of the record', async () => {
    const { analyze, fault } = await world(
      [{ jobName: AWS, firstJob: run(AWS, 1, 'failure', ['from the record']) }],
      report(AWS, 1, 'from the store'),
    );
    await fault({ system: 'artifacts', fault: '500', times: 9 });
    expect(await analyze()).toMatchObject({
      jobs: [{ attempts: [{ failing: [{ scenario: 'from the record' }] }] }],
      unavailable: [{ why: expect.stringContaining('answered 500') }],
    });
  });
});

describe('parts', () => {
  it.each([
    [
      'https://deck.example/view/gs/qe-private-deck/logs/a-job/207',
      { bucket: 'qe-private-deck', prefix: 'logs/a-job/207' },
    ],
    ['https://deck.example/view/gs/b-1/logs/a-job/207/', { bucket: 'b-1', prefix: 'logs/a-job/207' }],
    ['https://deck.example/view/gs/b-1/logs/../207', undefined],
    ['https://deck.example/view/gs/b-1/logs/a/b/207', undefined],
    ['', undefined],
  ])('folder of %s', (url, folder) => {
    expect(folderOf(url)).toEqual(folder);
  });

  it('of a suite that is there twice neither is lost', () => {
    const text = 'ginkgo:\n  failingScenarios: [a]\nginkgo:\n  failingScenarios: [b, 12]\nother: 1\n';
    expect(failingScenarios('f', text)).toEqual(['a', 'b', '12']);
    expect(failingScenarios('f', '')).toEqual([]);
  });

  it.each(['- a\n', 'a: {b', 'suite:\n  failingScenarios: all\n'])('%j is drift', (text) => {
    expect(() => failingScenarios('f.yaml', text)).toThrow(expect.objectContaining({ code: 'schema_drift' }));
  });

  it('one known run is neither consistent nor flaky', () => {
    expect(groupRuns([{ scenarios: ['a'] }, { scenarios: undefined }])).toEqual({
      consistent: [],
      flaky: [],
    });
  });
});
