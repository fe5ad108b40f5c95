import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { performDirect } from '../../src/kit/perform-direct.ts';
import { registryOf, zstream } from '../../tools/oar/testing/sandbox.ts';
import { type EffectRecord, SHORT, startWorld, type World } from '../support/world.ts';

const RELEASE = '4.20.27';
const R = { release: RELEASE };
const PAYLOAD = `quay.io/openshift-release-dev/ocp-release:${RELEASE}-x86_64`;
const OTHER_PAYLOAD = 'quay.io/openshift-release-dev/ocp-release:4.18.47-x86_64';

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

interface Report {
  state: string;
  plan_hash: string | null;
  steps: { id: string; state: string; cause: string; refs: { system: string; id: string }[] }[];
  waivers: object[];
}

async function begin(scenario: string | object) {
  const opened = await startWorld({ scenario });
  world = opened;
  await opened.fresh();
  return {
    world: opened,
    advance: async (duration: string) => {
      const body = JSON.stringify({ advance: duration });
      const response = await fetch(`${opened.sandbox.control}/clock`, { method: 'POST', body });
      expect(response.status).toBe(200);
    },
    call: async (tool: string, input: object) => {
      const { code, out, err } = await opened.run(['call', tool, JSON.stringify(input), '--json']);
      return { code, answer: JSON.parse(out || err) };
    },
    drive: async (...more: string[]) => {
      const args = ['drive', 'z-stream', `release=${RELEASE}`, '--json', ...more];
      const { code, out } = await opened.run(args);
      return { code, report: JSON.parse(out) as Report };
    },
    of: async (...kinds: string[]): Promise<EffectRecord[]> =>
      (await opened.effects()).filter(({ kind }) => kinds.includes(kind)),
  };
}

function step(report: Report, id: string) {
  const found = report.steps.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no step ${id}`);
  return found;
}

describe('Z-P4 the Jenkins queue is busy', () => {
  const busy = {
    jenkins: {
      jobs: {
        'zstreams/Stage-Pipeline': {
          builds: [
            {
              number: 1667,
              created: SHORT.clock,
              queue: '45m',
              duration: '1h',
              result: 'SUCCESS',
              parameters: { VERSION: '4.18', PULL_SPEC: OTHER_PAYLOAD },
            },
          ],
        },
      },
    },
  };
  const started = [
    expect.objectContaining({
      key: 'zstreams/Stage-Pipeline',
      data: expect.objectContaining({ parameters: { VERSION: '4.20', PULL_SPEC: PAYLOAD } }),
    }),
  ];

  it('Z-P4 oar_stage_testing starts nothing and says who holds it; a later retry triggers, once', async () => {
    const { world: at, advance, call } = await begin(SHORT);
    await at.patch(busy);
    const held = await call('oar_stage_testing', R);
    expect(held.code).not.toBe(0);
    expect(held.answer.error).toMatchObject({
      code: 'blocked',
      cause: expect.stringContaining(OTHER_PAYLOAD),
    });
    expect(await at.effects()).toEqual([]);
    await advance('46m');
    for (const state of ['queued', 'running']) {
      const { code, answer } = await call('oar_stage_testing', R);
      expect({ code, state: answer.state }).toEqual({ code: 0, state });
      await advance('2m');
    }
    expect(await at.effects()).toEqual(started);
  });

  it('Z-P4 the flow waits with the cause, records no run, and starts it when the queue is free', async () => {
    const { world: at, advance, drive, of } = await begin(SHORT);
    await at.patch(busy);
    const { code, report } = await drive();
    expect({ code, state: report.state }).toEqual({ code: 0, state: 'waiting' });
    expect(step(report, 'stage-testing')).toMatchObject({
      state: 'waiting',
      cause: expect.stringContaining(OTHER_PAYLOAD),
      refs: [],
    });
    expect(await of('build_queued')).toEqual([]);
    for (const { data } of await of('file_put')) {
      expect(String(data.content)).not.toMatch(/name: stage-testing\s+status: In Progress/);
    }
    await advance('50m');
    const later = await drive();
    expect(step(later.report, 'stage-testing').state).toBe('running');
    expect(await of('build_queued')).toEqual(started);
    const last = await drive('--until-idle');
    expect(step(last.report, 'stage-testing')).toMatchObject({
      state: 'done',
      refs: [expect.objectContaining({ system: 'jenkins', id: '1668' })],
    });
    expect(await of('build_queued')).toHaveLength(1);
  });
});

describe('Z-P14 the graph is enforced', () => {
  const FINAL = ['merge_request_approved', 'state_changed'];

  it('Z-P14 oar_change_advisory_status called directly is refused, also while its run is open', async () => {
    const { world: at, call, drive } = await begin(SHORT);
    const refused = { code: 'needs_approval', cause: expect.stringContaining('final-approval') };
    expect(await call('oar_change_advisory_status', R)).toMatchObject({
      code: 4,
      answer: { error: refused },
    });
    expect((await at.requests()).filter(({ mutating }) => mutating)).toEqual([]);
    await drive();
    expect((await call('oar_change_advisory_status', R)).answer.error).toMatchObject(refused);
    expect((await at.effects()).filter(({ kind }) => FINAL.includes(kind))).toEqual([]);
  });

  it('Z-P14 without a run the StateBox says what may come: nothing starts before its time', async () => {
    const { world: at, call } = await begin(SHORT);
    expect(await call('oar_create_test_report', R)).toMatchObject({ code: 0 });
    const written = await at.effects();
    for (const tool of ['oar_push_to_cdn_staging', 'oar_image_consistency_check', 'oar_stage_testing']) {
      const { code, answer } = await call(tool, R);
      expect({ tool, code, error: answer.error }).toEqual({
        tool,
        code: 3,
        error: expect.objectContaining({
          code: 'precondition',
          rule: 'graph',
          cause: expect.stringContaining('take-ownership'),
        }),
      });
    }
    expect(await at.effects()).toEqual(written);
  });

  it('Z-P14 what comes after the promotion is refused before it, where a run is open', async () => {
    const { call, drive, of } = await begin('z-stream-never-promoted');
    const { report } = await drive();
    expect(step(report, 'promoted').state).toBe('waiting');
    for (const id of ['image-consistency-check', 'stage-testing', 'image-signed-check', 'final-approval']) {
      expect(step(report, id).state).toBe('pending');
    }
    for (const tool of ['oar_image_consistency_check', 'oar_stage_testing']) {
      for (const input of [R, { ...R, attempt: 2 }]) {
        const { code, answer } = await call(tool, input);
        expect(code).not.toBe(0);
        expect(answer.error).toMatchObject({
          code: 'precondition',
          rule: 'graph',
          cause: expect.stringMatching(/step [\w-]+ of z-stream-4\.20\.27.*promoted/),
        });
      }
    }
    expect(await of('prowjob_created', 'build_queued')).toEqual([]);
  });

  it('Z-P14 a rejected promoted build never reaches final approval by itself', async () => {
    const { world: at, advance, drive, of } = await begin('z-stream-rejected');
    const { report } = await drive('--until-idle');
    expect(report.state).toBe('needs_decision');
    expect(step(report, 'promoted-tests').state).toBe('failed');
    for (let week = 0; week < 2; week += 1) {
      await advance('168h');
      const later = await drive('--until-idle');
      expect(later.report.state).toBe('needs_decision');
      expect(step(later.report, 'image-signed-check').state).toBe('pending');
      expect(step(later.report, 'final-approval').state).toBe('pending');
    }
    const key = join(dirname(at.sandbox.config), 'keys', 'approver');
    const approve = ['approve', RELEASE, '--step', 'final-approval', '--key', key, '--json'];
    const early = await at.run([...approve, '--plan', report.plan_hash ?? '0'.repeat(64)]);
    expect(JSON.parse(early.out || early.err).error).toMatchObject({ code: 'precondition' });
    expect(await of(...FINAL)).toEqual([]);
  });

  it.each([
    ['decides', ['decide', RELEASE, '--step', 'decide-on-promoted', '--option', 'accept']],
    ['waives', ['waive', RELEASE, '--gate', 'promoted-tests', '--until', '2026-07-30T00:00:00Z']],
  ])(
    'Z-P14 a person who %s gives a reason and a name, and then it asks for approval',
    async (_word, verb) => {
      const { world: at, drive, of } = await begin('z-stream-rejected');
      await drive('--until-idle');
      expect((await at.run([...verb, '--json'])).code).not.toBe(0);
      expect((await at.run([...verb, '--reason', ' ', '--json'])).code).toBe(2);
      expect((await drive('--until-idle')).report.state).toBe('needs_decision');
      const reason = 'OCPBUGS-1: the cloud was down';
      expect((await at.run([...verb, '--reason', reason, '--json'])).code).toBe(0);
      const { report } = await drive('--until-idle');
      expect(report.state).toBe('needs_approval');
      expect(step(report, 'promoted-tests').state).toBe('waived');
      expect(report.waivers).toEqual([
        expect.objectContaining({ gate: 'promoted-tests', reason, by: 'rl@example.com' }),
      ]);
      expect(await of(...FINAL)).toEqual([]);
    },
  );
});

describe('oar_close_release_subtasks', () => {
  const TOOL = 'oar_close_release_subtasks';
  const ISSUES = {
    'ART-21265': {
      type: 'Task',
      summary: `Release ${RELEASE}`,
      status: 'In Progress',
      subtasks: ['ART-21266', 'ART-21267', 'ART-21268', 'ART-21269'],
    },
    'ART-21266': { summary: '[Fri/Mon] QE moves advisories to REL_PREP', status: 'New' },
    'ART-21267': { summary: '[Wed-Fri] QE does release verification', status: 'Closed' },
    'ART-21268': {
      summary: '[Mon-Wed] QE notifies ON_QA bugzilla owners and analyze ci failures',
      status: 'In Progress',
    },
    // Nearly one of ours.
    'ART-21269': { summary: '[Wed-Fri] QE does release verification of RHCOS', status: 'New' },
  };
  const ticketIs = (ticket: string | null) => ({
    github: {
      repositories: {
        'openshift-eng/ocp-build-data': {
          branches: {
            'openshift-4.20': {
              files: {
                'releases.yml': {
                  releases: { [RELEASE]: { assembly: { group: { release_jira: ticket } } } },
                },
              },
            },
          },
        },
      },
    },
  });

  async function withTicket(issues: object = ISSUES) {
    const at = await zstream('z-stream-4.20.27');
    await at.patch({ jira: { issues } });
    return at;
  }

  it('closes what is ours and open, and repeated writes nothing', async () => {
    const at = await withTicket();
    const effects = await at.effects(TOOL, R);
    expect(effects.map(({ key }) => key)).toEqual(
      ['ART-21266', 'ART-21267', 'ART-21268'].map((key) => `jira/${key}/transition/Closed`),
    );
    const found = await Promise.all(effects.map(async (effect) => (await effect.find()).state));
    expect(found).toEqual(['absent', 'present', 'absent']);
    for (let time = 0; time < 2; time += 1) {
      expect(await at.write(TOOL, R)).toMatchObject({
        ticket: 'ART-21265',
        subtasks: [{ status: 'Closed' }, { status: 'Closed' }, { status: 'Closed' }],
        warnings: [],
        summary: '4.20.27: 3 of 3 sub-tasks of QE are closed.',
      });
    }
    expect(await at.changes()).toEqual(['status_changed ART-21266', 'status_changed ART-21268']);
  });

  it('a lost answer is found again by the status', async () => {
    const at = await withTicket();
    await at.fault({ system: 'jira', method: 'POST', fault: 'reset_after' });
    expect(await at.write(TOOL, R)).toMatchObject({ warnings: [] });
    expect(await at.changes()).toHaveLength(2);
  });

  it('a workflow that offers no way to Closed is said, with the sub-task, and nothing is sent', async () => {
    const at = await withTicket();
    await at.patch({ jira: { transitions: { '41': null } } });
    await expect(at.write(TOOL, R)).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('ART-21266'),
    });
    expect(await at.changes()).toEqual([]);
  });

  it('a ticket without such sub-tasks is nothing to do; one that Jira does not have is an error', async () => {
    const at = await withTicket({ 'ART-21265': { summary: 'Release', status: 'New', subtasks: [] } });
    expect(await at.write(TOOL, R)).toMatchObject({ subtasks: [], warnings: [] });
    await at.patch({ jira: { issues: { 'ART-21265': null } } });
    await expect(at.write(TOOL, R)).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each([
    ['ART-0', 'The Jira ticket ART-0 is a placeholder.'],
    [null, 'The release has no Jira ticket.'],
  ])('ticket %s is a warning, no failure', async (ticket, warning) => {
    const at = await withTicket();
    await at.patch(ticketIs(ticket));
    expect(await at.effects(TOOL, R)).toEqual([]);
    expect(await at.write(TOOL, R)).toMatchObject({ ticket, subtasks: [], warnings: [warning] });
    expect(await at.changes()).toEqual([]);
  });

  it('without Jira it is a warning, no failure', async () => {
    const root = mkdtempSync(join(tmpdir(), 'subtasks-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const group = '{ release_jira: ART-21265, release_date: 2026-Jun-30 }';
    const text = `releases: { ${RELEASE}: { assembly: { group: ${group} } } }`;
    writeFileSync(join(root, 'releases.yml'), text);
    const { registry, services } = registryOf({ oar: { build_data: { source: 'directory', path: root } } });
    const caller = { principal: { id: 'a@example.com', face: 'cli' as const }, now: 0 };
    const answer = await registry.write(TOOL, R, caller, (effects) => performDirect(effects, services));
    expect(answer).toMatchObject({
      ticket: 'ART-21265',
      warnings: ['Jira is not configured (modules.jira).'],
    });
  });
});
