import { zstream } from '../../oar/testing/sandbox.ts';

const PREFIX = 'periodic-ci-openshift-openshift-tests-private-release-4.20-automated-release';
export const AWS = `${PREFIX}-stable-4.20-upgrade-from-stable-4.19-aws-ipi-f999`;
export const AZURE = `${PREFIX}-stable-4.20-upgrade-from-stable-4.20-azure-ipi-fips-f999`;
export const GCP = `${PREFIX}-stable-4.20-upgrade-from-stable-4.20-gcp-ipi-f999`;
export const BUILD = '4.20.30';
export const NIGHTLY = '4.20.0-0.nightly-2026-06-25-100000';
export const PAYLOAD = `quay.io/openshift-release-dev/ocp-release:${BUILD}-x86_64`;
export const RECORD = `_releases/ocp-test-result-${BUILD}-amd64.json`;
const PLACE = `openshift/release-tests@record:${RECORD}`;

export const runId = (job: number, run: number) => `00000000-0000-4000-8000-0000000${job}000${run}`;

/** What the runs of a job become, one after the other: each ends after two hours. */
export function runsOf(job: number, ...states: string[]) {
  const next = states.map((state, index) => ({
    id: runId(job, index + 1),
    build_id: `207000000000000${job}00${index + 1}`,
    url: `https://deck.example/view/gs/qe-private-deck/logs/job-${job}/207000000000000${job}00${index + 1}`,
    outcome: [{ state: 'scheduling' }, { after: '5m', state: 'pending' }, { after: '2h', state }],
  }));
  return { next };
}

const release = (name: string, pullSpec: string) => ({
  [name]: {
    created: '2026-06-25T11:00:00Z',
    phase: 'Accepted',
    pull_spec: pullSpec,
    download_url: `https://artifacts.example/${name}`,
  },
});

export const record = (jobs: unknown[], rest: Record<string, unknown> = {}) =>
  JSON.stringify(
    {
      result: jobs,
      build: {
        name: BUILD,
        phase: 'Accepted',
        pullSpec: PAYLOAD,
        downloadURL: `https://artifacts.example/${BUILD}`,
      },
      ...rest,
    },
    null,
    2,
  );

export const files = (branch: string, path: string, content: unknown) => ({
  github: {
    repositories: { 'openshift/release-tests': { branches: { [branch]: { files: { [path]: content } } } } },
  },
});

/** A sandbox in which 4.20.30 was built and nothing tests it yet. */
export async function jobsWorld(prow: Record<string, unknown> = {}) {
  const world = await zstream('z-stream-4.20.27');
  await world.patch({
    release_controller: {
      streams: {
        '4-stable': { releases: release(BUILD, PAYLOAD) },
        '4.20.0-0.nightly': { releases: release(NIGHTLY, `registry.ci.example/ocp/release:${NIGHTLY}`) },
      },
    },
    prow: {
      jobs: {
        [AWS]: runsOf(1, 'success'),
        [AZURE]: runsOf(2, 'success'),
        [GCP]: runsOf(3, 'success'),
        ...prow,
      },
    },
  });
  return {
    ...world,
    trigger: (rest: object = {}) => world.write('jobs_trigger_for_build', { build: BUILD, ...rest }),
    aggregate: () => world.write('jobs_aggregate_results', { build: BUILD }),
    /** The record as requests have written it last. */
    written: async () => (await world.contents(PLACE)).at(-1) ?? '',
    writes: async () => (await world.contents(PLACE)).length,
    started: async () => (await world.changes()).filter((change) => change.startsWith('prowjob_created')),
  };
}
