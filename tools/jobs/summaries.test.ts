import { describe, expect, it } from 'vitest';
import { suiteSummary } from './suite-summary.ts';
import { AWS, AZURE, BUILD, files, GCP, jobsWorld, RECORD, record } from './testing/world.ts';

const LABEL = `oc label releasepayloads/${BUILD} release.openshift.io/qe_state=Accepted -n ocp`;
const BUCKET = 'qe-private-deck';
const run = (job: string, n: number, rest: object = {}) => ({
  jobStartTime: '2026-06-25T12:00:00Z',
  jobID: `00000000-0000-4000-8000-00000000000${n}`,
  jobURL: `https://deck.example/view/gs/${BUCKET}/logs/${job}/${n}`,
  jobState: 'success',
  jobCompletionTime: '2026-06-25T14:00:00Z',
  ...rest,
});
const jobs = (rest: object = {}, summaryOfAzure: object = { smoke: { total: 1, failures: 0 } }) => [
  { jobName: AWS, firstJob: run(AWS, 1, rest), retriedJobs: [] },
  { jobName: AZURE, firstJob: run(AZURE, 2, { testResultSummary: summaryOfAzure }), retriedJobs: [] },
  { jobName: GCP, firstJob: run(GCP, 3), retriedJobs: [] },
];
const report = (job: string, n: number, text: string) => ({
  [`logs/${job}/${n}/artifacts/e2e-f999/openshift-e2e-test-qe-report/artifacts/test-results.yaml`]: text,
});
const REPORT = `openshift-extended-test:
  total: 100
  failures: 1
  errors: 0
  skipped: 21
  failingScenarios:
  - "OCP-20800:UserInterface Key/Value Secret"
cucushift-e2e: { total: 17, failures: 0, errors: 0, skipped: 0, failingScenarios: [] }
`;
const SUMMARY = {
  'openshift-extended-test': {
    total: 100,
    failures: 1,
    errors: 0,
    skipped: 21,
    failingScenarios: ['OCP-20800:UserInterface Key/Value Secret'],
  },
  'cucushift-e2e': { total: 17, failures: 0, errors: 0, skipped: 0 },
};
const VERDICT = { aggregated: true, accepted: true };

async function world(text: string, objects: Record<string, string>) {
  const sandbox = await jobsWorld();
  await sandbox.patch(files('record', RECORD, text));
  await sandbox.patch({ artifacts: { buckets: { [BUCKET]: objects } } });
  return sandbox;
}

describe('jobs_aggregate_results: testResultSummary', () => {
  it('goes to ended runs that have none, byte for byte, and what is absent is named', async () => {
    const { aggregate, written, writes } = await world(record(jobs()), {
      ...report(AWS, 1, REPORT),
      ...report(AZURE, 2, REPORT),
    });
    const why = 'test-results.yaml is not there';
    const answer = {
      ...VERDICT,
      without_summary: [{ job: GCP, id: run(GCP, 3).jobID, why }],
      next: `Outside of Sluice, unless it was done: ${LABEL}`,
    };
    expect(await aggregate()).toMatchObject(answer);
    expect(await written()).toBe(record(jobs({ testResultSummary: SUMMARY }), VERDICT));
    expect(await aggregate()).toMatchObject(answer);
    expect(await writes()).toBe(1);
  });

  it('what comes late is added to a file that was aggregated, and nothing else changes', async () => {
    const settled = { aggregated: true, accepted: false, extra: 'kept' };
    const { aggregate, written, started } = await world(record(jobs(), settled), report(AWS, 1, REPORT));
    const answer = await aggregate();
    expect(answer).toMatchObject({ aggregated: true, accepted: false });
    expect(answer).not.toHaveProperty('next');
    expect(await written()).toBe(record(jobs({ testResultSummary: SUMMARY }), settled));
    expect(await started()).toEqual([]);
  });

  it('a store that is down holds back no verdict', async () => {
    const { aggregate, written, fault } = await world(record(jobs()), report(AWS, 1, REPORT));
    await fault({ system: 'artifacts', fault: '500', times: 40 });
    expect(await aggregate()).toMatchObject({
      ...VERDICT,
      without_summary: [{ job: AWS, why: expect.stringContaining('answered 500') }, { job: GCP }],
    });
    expect(await written()).toBe(record(jobs(), VERDICT));
  });

  it('a report that cannot be read leaves the record as it is', async () => {
    const { aggregate, written } = await world(record(jobs()), report(AWS, 1, 'a: { total: many }'));
    expect(await aggregate()).toMatchObject({
      without_summary: [{ job: AWS, why: expect.stringContaining('not numbers') }, { job: GCP }],
    });
    expect(await written()).toBe(record(jobs(), VERDICT));
  });

  it('a run that has not ended is not asked about', async () => {
    const going = { jobState: 'pending', jobCompletionTime: undefined };
    const { aggregate, changes } = await world(record(jobs(going)), report(AWS, 1, REPORT));
    expect(await aggregate()).toMatchObject({ aggregated: false, without_summary: [{ job: GCP }] });
    expect(await changes()).toEqual([]);
  });
});

describe('suiteSummary', () => {
  it('of a suite that is there twice both count', () => {
    const text = `ginkgo: { total: 3, failures: 1, failingScenarios: [a] }
ginkgo: { total: 4, failures: 1, skipped: 2, failingScenarios: [12] }
note: { by: report }
`;
    expect(suiteSummary(text)).toEqual({
      ginkgo: { total: 7, failures: 2, errors: 0, skipped: 2, failingScenarios: ['a', '12'] },
    });
  });

  it.each([
    '',
    '- a\n',
    'a: {b',
    'a: 1\n',
    'a: { total: 1 }\n',
    'a: { total: 1, failures: 2, failingScenarios: all }',
  ])('%j says why not', (text) => expect(suiteSummary(text)).toEqual(expect.any(String)));
});
