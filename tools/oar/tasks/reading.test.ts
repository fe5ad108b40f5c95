import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { corpusFiles, corpusText, needsCorpus, noCorpus } from '../testing/corpus.ts';
import { job, resultFile } from '../testing/result-file.ts';
import { registryOf } from '../testing/sandbox.ts';

/** Tools over folders alone: no other system is configured, none is asked. */
function folders(files: Record<string, string>, sources: string[]) {
  const root = mkdtempSync(join(tmpdir(), 'oar-reading-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const settings = sources.map((name) => [name, { source: 'directory', path: join(root, name) }]);
  const { registry } = registryOf({ oar: Object.fromEntries(settings) });
  const options = {
    principal: { id: 'a@example.com', face: 'cli' as const },
    now: Date.parse('2026-06-26T00:00:00Z'),
  };
  return (tool: string, input: unknown) => registry.read(tool, input, options);
}

const registryFile = JSON.stringify({
  nightly: [],
  stable: [{ prowJob: 'aws-ipi' }, { prowJob: 'gcp-ipi' }],
});

describe('oar_get_test_result', () => {
  it('answers the verdict with its evidence', async () => {
    const read = folders(
      {
        'records/_releases/ocp-test-result-4.20.27-amd64.json': resultFile(
          '4.20.27',
          [job('aws-ipi', 'failure', 'success', 'success'), job('gcp-ipi', 'success')],
          { aggregated: true, accepted: true },
        ),
        'test_registry/_releases/ocp-4.20-test-jobs-amd64.json': registryFile,
      },
      ['records', 'test_registry'],
    );
    expect(await read('oar_get_test_result', { build: '4.20.27' })).toMatchInlineSnapshot(`
      {
        "aggregated": true,
        "arch": "amd64",
        "build": "4.20.27",
        "coverage": "complete",
        "file_found": true,
        "jobs": [
          {
            "completed": true,
            "first": "failure",
            "flaky": true,
            "name": "aws-ipi",
            "passed": true,
            "platform": "aws-ipi",
            "retries": [
              "success",
              "success",
            ],
          },
          {
            "completed": true,
            "first": "success",
            "flaky": false,
            "name": "gcp-ipi",
            "passed": true,
            "platform": "gcp-ipi",
            "retries": [],
          },
        ],
        "manual_promotion": false,
        "missing_jobs": [],
        "recorded_accepted": true,
        "summary": "4.20.27 is accepted: 2 of 2 required jobs passed; 1 of them by retries.",
        "verdict": "accepted",
      }
    `);
  });

  it('Z-T10 no file is missing, no registry is unknown', async () => {
    const read = folders(
      {
        'records/_releases/ocp-test-result-4.20.27-amd64.json': resultFile('4.20.27', [
          job('aws-ipi', 'success'),
        ]),
      },
      ['records'],
    );
    expect(await read('oar_get_test_result', { build: '4.20.28' })).toMatchObject({ verdict: 'missing' });
    expect(await read('oar_get_test_result', { build: '4.20.27' })).toMatchObject({
      verdict: 'accepted',
      coverage: 'unknown',
    });
  });

  it('a file of another build is drift', async () => {
    const read = folders(
      {
        'records/_releases/ocp-test-result-4.20.27-amd64.json': resultFile('4.20.26', [
          job('aws-ipi', 'success'),
        ]),
      },
      ['records'],
    );
    await expect(read('oar_get_test_result', { build: '4.20.27' })).rejects.toMatchObject({
      code: 'schema_drift',
      message: expect.stringContaining('build.name'),
    });
  });

  it.each(['4.20', 'latest', '4.20.1; rm', '', '../4.20.1'])('refuses the build %j', async (build) => {
    const read = folders({}, ['records']);
    await expect(read('oar_get_test_result', { build })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('names the source that it lacks', async () => {
    const read = folders({}, ['statebox']);
    await expect(read('oar_get_test_result', { build: '4.20.27' })).rejects.toMatchObject({
      code: 'precondition',
      message: 'modules.oar.records is not set.',
    });
    await expect(read('oar_check_cve_tracker_bug', { release: '4.20.27' })).rejects.toMatchObject({
      code: 'precondition',
      message: 'No tracker source configured.',
    });
  });
});

const STATEBOX = `schema_version: '1.0'
release: 4.20.27
created_at: '2026-06-25T12:00:13Z'
updated_at: '2026-06-25T13:00:00Z'
metadata:
  jira_ticket: ART-21265
  advisory_ids:
    rpm: 169025
  release_date: 2026-Jun-30
  candidate_builds: {}
  shipment_mr: null
  qe_owner: somebody
tasks:
- name: take-ownership
  status: Pass
  started_at: '2026-06-25T13:31:17Z'
  completed_at: '2026-06-25T13:31:28Z'
  result: done
issues: []
`;
const STATEBOX_PATH = '_releases/4.20/statebox/4.20.27.yaml';

describe('StateBox and build data', () => {
  it('oar_get_release_status shows it as it stands', async () => {
    const read = folders({ [`statebox/${STATEBOX_PATH}`]: STATEBOX }, ['statebox']);
    const status = await read('oar_get_release_status', { release: '4.20.27' });
    expect({ ...(status as object), source: '' }).toMatchInlineSnapshot(`
      {
        "created_at": "2026-06-25T12:00:13Z",
        "issues": [],
        "metadata": {
          "advisory_ids": {
            "rpm": 169025,
          },
          "candidate_builds": {},
          "jira_ticket": "ART-21265",
          "qe_owner": "somebody",
          "release_date": "2026-Jun-30",
          "shipment_mr": null,
        },
        "next": "Begin check-cve-tracker-bug.",
        "overall": "In Progress",
        "release": "4.20.27",
        "source": "",
        "summary": "4.20.27 is In Progress: 1 of 9 tasks passed, 0 open issues, 0 of them blockers.",
        "tasks": [
          {
            "completed_at": "2026-06-25T13:31:28Z",
            "name": "take-ownership",
            "refs": [],
            "started_at": "2026-06-25T13:31:17Z",
            "status": "Pass",
          },
        ],
        "updated_at": "2026-06-25T13:00:00Z",
      }
    `);
    await expect(read('oar_get_release_status', { release: '4.20.28' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('Z-C7 differences between build data and StateBox are warnings', async () => {
    const build = `releases: { 4.20.27: { assembly: { group: { advisories: { rpm: 169025, microshift: 7 }, release_jira: ART-21265, release_date: 2026-Jul-01 } } } }`;
    const read = folders({ [`statebox/${STATEBOX_PATH}`]: STATEBOX, 'build_data/releases.yml': build }, [
      'statebox',
      'build_data',
    ]);
    expect(await read('oar_get_release_metadata', { release: '4.20.27' })).toMatchObject({
      advisories: { rpm: 169025, microshift: 7 },
      release_day: '2026-07-01T00:00:00Z',
      flow: 'errata',
      warnings: [
        'advisories: the build data says microshift 7, rpm 169025, the StateBox rpm 169025',
        'release_date: the build data says 2026-Jul-01, the StateBox 2026-Jun-30',
      ],
    });
  });

  it('falls back to the StateBox and says so', async () => {
    const read = folders(
      { [`statebox/${STATEBOX_PATH}`]: STATEBOX, 'build_data/releases.yml': 'releases: {}' },
      ['statebox', 'build_data'],
    );
    expect(await read('oar_get_release_metadata', { release: '4.20.27' })).toMatchObject({
      advisories: { rpm: 169025 },
      warnings: ['The build data does not know this release: this is what its StateBox says.'],
    });
    await expect(read('oar_get_release_metadata', { release: '4.20.99' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('Z-C8 a placeholder ticket is a warning', async () => {
    const build = `releases: { 4.20.27: { assembly: { group: { release_jira: ART-0, release_date: soon } } } }`;
    const read = folders({ 'build_data/releases.yml': build }, ['build_data']);
    expect(await read('oar_get_release_metadata', { release: '4.20.27' })).toMatchObject({
      release_day: null,
      warnings: [
        'The release date soon is not of the form YYYY-Mon-DD.',
        'The Jira ticket ART-0 is a placeholder.',
      ],
    });
  });
});

describe(`recorded data ${needsCorpus}`, () => {
  interface Oracle {
    file: string;
    build: string;
    recorded: { accepted: boolean | null; manual_promotion: boolean | null };
    recomputed: { all_completed: boolean; accepted: boolean };
    jobs: { job: string; first: string; retries: string[]; passed: boolean; completed: boolean }[];
  }

  it.skipIf(noCorpus)('Z-T1 oar_get_test_result agrees with the oracle on every file', async () => {
    const oracle: Oracle[] = JSON.parse(corpusText('expected/test-result-oracle.json'));
    const files = Object.fromEntries(
      oracle.map(({ file }) => [`records/_releases/${file}`, corpusText(`test-results/${file}`)]),
    );
    const read = folders(files, ['records']);
    for (const { build, recorded, recomputed, jobs } of oracle) {
      const verdict = !recomputed.all_completed ? 'running' : recomputed.accepted ? 'accepted' : 'rejected';
      expect(await read('oar_get_test_result', { build }), build).toMatchObject({
        verdict,
        recorded_accepted: recorded.accepted,
        manual_promotion: recorded.manual_promotion === true,
        coverage: 'unknown',
        jobs: jobs.map(({ job: name, ...rest }) => ({ name, ...rest })),
      });
    }
  });

  it.skipIf(noCorpus)('Z-S2 oar_get_release_status reads every StateBox', async () => {
    const releases = corpusFiles('statebox').map((file) => file.replace(/\.yaml$/, ''));
    const files = releases.map((release) => [
      `statebox/_releases/${release.split('.').slice(0, 2).join('.')}/statebox/${release}.yaml`,
      corpusText(`statebox/${release}.yaml`),
    ]);
    const read = folders(Object.fromEntries(files), ['statebox']);
    for (const release of releases) {
      const status = await read('oar_get_release_status', { release });
      expect(status).toMatchObject({ release });
      expect(JSON.stringify(status).length, release).toBeLessThan(10_000);
    }
  });
});
