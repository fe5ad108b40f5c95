import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { play } from '../support/story.ts';
import { startWorld, summarize, type World } from '../support/world.ts';

let world: World;
afterEach(async () => {
  await world.close();
});

interface Report {
  release_id: string;
  state: string;
  phase: string;
  plan_hash: string;
  summary: string;
  steps: {
    id: string;
    state: string;
    cause: string;
    attempt: number;
    refs: { system: string; id: string }[];
  }[];
  blocked_by: { step: string; remedy: string }[];
}

async function begin(scenario: string | object): Promise<void> {
  world = await startWorld({ scenario });
  await world.fresh();
}

async function drive(release: string, ...more: string[]): Promise<{ code: number | null; report: Report }> {
  const { code, out, err } = await world.run(['drive', 'z-stream', `release=${release}`, '--json', ...more]);
  if (code === null) throw new Error(err);
  return { code, report: JSON.parse(out) };
}

const step = (report: Report, id: string) => {
  const found = report.steps.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no step ${id}`);
  return found;
};

describe('the scenarios that ship', () => {
  test('4.20.27 as it went: to final approval the day before its date, and shipped', async () => {
    await begin('z-stream-4.20.27');
    const { code, report } = await drive('4.20.27', '--until-idle');
    expect(code).toBe(4);
    expect(report).toMatchObject({ state: 'needs_approval', phase: 'approval' });
    expect(step(report, 'stage-testing').refs).toEqual([
      expect.objectContaining({ system: 'jenkins', id: '1668' }),
    ]);
    expect(step(report, 'image-consistency-check').refs).toEqual([
      expect.objectContaining({ system: 'prow', id: '15c6a6b7-a0a0-461f-b3f4-4b5597625afc' }),
    ]);
    expect(step(report, 'candidate-tests').cause).toContain('1 of them by retries');
    // Nothing of what the approval covers has happened yet.
    expect(summarize(await world.effects()).filter((line) => /approved|REL_PREP/.test(line))).toEqual([]);
    const { last } = await play(world);
    expect(JSON.parse(last.out)).toMatchObject({ state: 'done' });
    expect(summarize(await world.effects())).toMatchInlineSnapshot(`
      [
        "errata push_created 169025 "cdn_stage"",
        "errata push_created 169026 "cdn_stage"",
        "errata qa_owner_set 169025 "rl@example.com"",
        "errata qa_owner_set 169026 "rl@example.com"",
        "errata state_changed 169025 "REL_PREP"",
        "errata state_changed 169026 "REL_PREP"",
        "gangway prowjob_created periodic-ci-openshift-release-tests-main-image-consistency-check {"MULTISTAGE_PARAM_OVERRIDE_PAYLOAD_URL":"quay.io/openshift-release-dev/ocp-release:4.20.27-x86_64","MULTISTAGE_PARAM_OVERRIDE_MERGE_REQUEST_ID":"609"}",
        "github file_put openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml Initialize StateBox for release 4.20.27",
        "github file_put openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml Update task: analyze-candidate-build",
        "github file_put openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml Update task: analyze-promoted-build",
        "github file_put openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml Update task: change-advisory-status",
        "github file_put openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml Update task: check-cve-tracker-bug",
        "github file_put openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml Update task: image-consistency-check",
        "github file_put openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml Update task: image-signed-check",
        "github file_put openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml Update task: push-to-cdn-staging",
        "github file_put openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml Update task: stage-testing",
        "github file_put openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml Update task: take-ownership",
        "gitlab merge_request_approved hybrid-platforms/art/ocp-shipment-data!609 """,
        "gitlab note_created hybrid-platforms/art/ocp-shipment-data!609 "### Image health of "",
        "gitlab note_created hybrid-platforms/art/ocp-shipment-data!609 "QE Release Lead is @"",
        "jenkins build_queued zstreams/Stage-Pipeline {"VERSION":"4.20","PULL_SPEC":"quay.io/openshift-release-dev/ocp-release:4.20.27-x86_64"}",
        "jira status_changed ART-21266 "Closed"",
        "slack message_posted qe-release OpenShift  asks for its final ap",
        "slack message_posted qe-release OpenShift  has an owner: rl@exam",
        "slack message_posted qe-release OpenShift , stage testing: Build",
        "slack message_posted qe-release OpenShift : the test report is t",
      ]
    `);
    expect((await world.requests()).filter((request) => !request.expected)).toEqual([]);
  });

  test('a rejected build waits for a person; a recommendation decides nothing; accepted with a reason it goes on', async () => {
    await begin('z-stream-rejected');
    const { code, report } = await drive('4.20.27', '--until-idle');
    expect(code).toBe(4);
    expect(report.state).toBe('needs_decision');
    expect(step(report, 'promoted-tests')).toMatchObject({ state: 'failed' });
    expect(step(report, 'image-signed-check').state).toBe('pending');
    const decide = ['decide', '4.20.27', '--step', 'decide-on-promoted', '--option', 'accept', '--json'];
    expect((await world.run([...decide, '--reason', ''])).code).toBe(2);
    expect((await world.run([...decide, '--reason', 'OCPBUGS-1: the cloud was down'])).code).toBe(0);
    const { last } = await play(world);
    const done: Report & { waivers: object[] } = JSON.parse(last.out);
    expect(done.state).toBe('done');
    expect(step(done, 'promoted-tests')).toMatchObject({ state: 'waived' });
    expect(done.waivers).toEqual([expect.objectContaining({ gate: 'promoted-tests', by: 'rl@example.com' })]);
  });

  test('a rejected build that a person rejects fails the release', async () => {
    await begin('z-stream-rejected');
    await drive('4.20.27', '--until-idle');
    await world.run([
      'decide',
      '4.20.27',
      '--step',
      'decide-on-promoted',
      '--option',
      'reject',
      '--reason',
      'a product bug',
    ]);
    const { code, report } = await drive('4.20.27');
    expect({ code, state: report.state }).toEqual({ code: 5, state: 'failed' });
  });

  test('stage testing that fails once is built again, and both attempts are kept', async () => {
    await begin('z-stream-stage-fails-once');
    const { report } = await drive('4.20.27', '--until-idle');
    const stage = step(report, 'stage-testing');
    expect(stage).toMatchObject({ state: 'done', attempt: 2 });
    expect(stage.refs.map(({ id }) => id)).toEqual(['1668', '1669']);
  });

  test('a push that fails is repeated once; an advisory in NEW_FILES is waited for', async () => {
    await begin('z-stream-push-repeated');
    const first = await drive('4.20.27');
    expect(step(first.report, 'push-to-cdn-staging')).toMatchObject({
      state: 'waiting',
      cause: expect.stringContaining('NEW_FILES'),
    });
    const { report } = await drive('4.20.27', '--until-idle');
    expect(step(report, 'push-to-cdn-staging').state).toBe('done');
    const pushes = (await world.effects())
      .filter((effect) => effect.kind === 'push_created')
      .map((effect) => effect.key);
    expect(pushes.sort()).toEqual(['169025', '169025', '169026']);
  });

  test('a promotion that never comes is a wait with a next look, and fails after a week', async () => {
    await begin('z-stream-never-promoted');
    const first = await drive('4.20.27');
    expect(first).toMatchObject({ code: 0, report: { state: 'waiting' } });
    expect(step(first.report, 'promoted')).toMatchObject({
      state: 'waiting',
      cause: expect.stringContaining('Ready'),
    });
    const last = await drive('4.20.27', '--until-idle');
    expect(last.code).toBe(5);
    expect(step(last.report, 'promoted').cause).toContain('not within 7d');
    expect((await world.effects()).some((effect) => effect.system === 'jenkins')).toBe(false);
  });

  test('takeover of 4.17.55: nothing is written, and what runs is followed', async () => {
    await begin('z-stream-takeover-4.17.55');
    const { code, report } = await drive('4.17.55');
    expect({ code, state: report.state }).toEqual({ code: 0, state: 'waiting' });
    expect(await world.effects()).toEqual([]);
    const requests = await world.requests();
    expect(requests.filter((request) => request.mutating)).toEqual([]);
    const asked = requests.map((request) => `${request.system} ${request.path}`);
    const polled = (part: string) => asked.filter((line) => line.includes(part)).length;
    expect(requests).toContainEqual(
      expect.objectContaining({
        method: 'GET',
        system: 'prow',
        query: { prowjob: 'bef9b82c-0064-4017-a497-afdca27ffe67' },
      }),
    );
    expect(polled('/job/zstreams/job/Stage-Pipeline/1673/')).toBeGreaterThan(0);
    expect(polled('/erratum/169302/push')).toBeGreaterThan(0);
    expect(polled('/erratum/169303/push')).toBeGreaterThan(0);
    expect(step(report, 'image-consistency-check').refs[0]?.id).toBe('bef9b82c-0064-4017-a497-afdca27ffe67');
    expect(step(report, 'stage-testing').refs[0]?.id).toBe('1673');
    expect(step(report, 'take-ownership')).toMatchObject({
      state: 'done',
      cause: 'done before this run began',
    });
    const idle = await drive('4.17.55', '--until-idle');
    expect(idle.report.state).toBe('needs_approval');
    // What is told and kept on record, and nothing that was done before.
    const done = (await world.effects()).filter((effect) => !['slack', 'github'].includes(effect.system));
    expect(done.map(({ kind }) => kind)).toEqual(['note_created']);
  });
});

describe('the outcome follows the scenario', () => {
  const PAYLOAD = 'sha256:05f959160351e81679dfab48bab274579fcc320244cabe974410718b132445b1';
  const OTHER = `sha256:${'9'.repeat(64)}`;
  const tag = (fields: object) => ({
    release_controller: { streams: { '4-stable': { releases: { '4.20.27': fields } } } },
  });

  test('another digest: its signature is not there, so it is waited for', async () => {
    await begin('z-stream-4.20.27');
    await world.patch(tag({ digest: OTHER }));
    const { report } = await drive('4.20.27', '--until-idle');
    expect(report.state).not.toBe('needs_approval');
    expect(step(report, 'image-signed-check').state).not.toBe('done');
  });

  test('a signature over another digest: refused', async () => {
    await begin('z-stream-4.20.27');
    await world.patch({ mirror: { signatures: { [PAYLOAD]: { claims: OTHER } } } });
    const { code, report } = await drive('4.20.27', '--until-idle');
    expect(code).toBe(5);
    expect(step(report, 'image-signed-check').state).toBe('failed');
  });

  test('a build that the release controller rejects: the release fails', async () => {
    await begin('z-stream-4.20.27');
    await world.patch(tag({ phase: 'Rejected' }));
    const { code, report } = await drive('4.20.27', '--until-idle');
    expect(code).toBe(5);
    expect(step(report, 'promoted')).toMatchObject({
      state: 'failed',
      cause: expect.stringContaining('Rejected'),
    });
  });

  test('without a registry of test jobs the coverage is unknown, and the gate does not pass', async () => {
    await begin('z-stream-4.20.27');
    const file = '_releases/ocp-4.20-test-jobs-amd64.json';
    await world.patch({
      github: {
        repositories: { 'openshift/release-tests': { branches: { main: { files: { [file]: null } } } } },
      },
    });
    const { report } = await drive('4.20.27', '--until-idle');
    expect(report.state).toBe('blocked');
    expect(step(report, 'promoted-tests').state).toBe('blocked');
  });

  test('a missed CVE tracker bug blocks the approval until a person waives it', async () => {
    await begin('z-stream-4.20.27');
    await world.patch({ trackers: { '4.20.27': { konflux: { image: ['OCPBUGS-99999'] } } } });
    const { code, report } = await drive('4.20.27', '--until-idle');
    expect({ code, state: report.state }).toEqual({ code: 5, state: 'failed' });
    expect(step(report, 'cve-trackers').cause).toContain('OCPBUGS-99999');
    const waive = [
      'waive',
      '4.20.27',
      '--gate',
      'cve-trackers',
      '--reason',
      'shipped in the last release',
      '--json',
    ];
    expect((await world.run([...waive, '--until', '2026-06-01T00:00:00Z'])).code).toBe(2);
    expect((await world.run([...waive, '--until', '2026-07-30T00:00:00Z'])).code).toBe(0);
    const { last } = await play(world);
    expect(JSON.parse(last.out)).toMatchObject({
      state: 'done',
      waivers: [expect.objectContaining({ gate: 'cve-trackers' })],
    });
  });

  test('an advisory that is dropped after the approval makes the approval stale: it is asked for again', async () => {
    await begin('z-stream-4.20.27');
    const { report } = await drive('4.20.27', '--until-idle');
    const key = join(dirname(world.sandbox.config), 'keys', 'approver');
    const approve = async (hash: string) =>
      await world.run([
        'approve',
        '4.20.27',
        '--step',
        'final-approval',
        '--plan',
        hash,
        '--key',
        key,
        '--json',
      ]);
    expect((await approve(report.plan_hash)).code).toBe(0);
    await world.patch({ errata: { advisories: { '169025': { state: 'DROPPED_NO_SHIP' } } } });
    const after = await drive('4.20.27');
    expect(after.report.state).toBe('needs_approval');
    expect(after.report.plan_hash).not.toBe(report.plan_hash);
    expect(summarize(await world.effects()).filter((line) => /approved|REL_PREP/.test(line))).toEqual([]);
    expect((await approve(report.plan_hash)).code).toBe(3);
    expect((await approve(after.report.plan_hash)).code).toBe(0);
    const { last } = await play(world);
    expect(JSON.parse(last.out).state).toBe('done');
    expect(summarize(await world.effects()).filter((line) => line.includes('REL_PREP'))).toHaveLength(1);
  });

  test('a shipment that is closed fails the release before anything is moved', async () => {
    await begin('z-stream-4.20.27');
    const closed = { state: 'closed' };
    await drive('4.20.27', '--until-idle');
    await world.patch({
      gitlab: {
        projects: { 'hybrid-platforms/art/ocp-shipment-data': { merge_requests: { '609': closed } } },
      },
    });
    const { report } = await drive('4.20.27');
    const key = join(dirname(world.sandbox.config), 'keys', 'approver');
    const approve = await world.run([
      'approve',
      '4.20.27',
      '--step',
      'final-approval',
      '--plan',
      report.plan_hash ?? '',
      '--key',
      key,
      '--json',
    ]);
    expect(approve.code).not.toBe(0);
    await drive('4.20.27', '--until-idle');
    expect(summarize(await world.effects()).filter((line) => /approved|REL_PREP/.test(line))).toEqual([]);
  });
});
