import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../../sandbox/server.ts';
import { Http } from '../../src/kit/http.ts';
import { performDirect } from '../../src/kit/perform-direct.ts';
import { loadSettings } from '../../src/kit/settings.ts';
import { withinWindow } from '../../tools/oar/discovery/active.ts';
import { dueRung, type Notice, recipients } from '../../tools/oar/discovery/ladder.ts';
import { type SeverityFacts, severityOf } from '../../tools/oar/discovery/severity.ts';
import { workingDayPassed } from '../../tools/oar/discovery/weekdays.ts';
import { corpusText, needsCorpus, noCorpus } from '../../tools/oar/testing/corpus.ts';
import { registryOf, zstream } from '../../tools/oar/testing/sandbox.ts';
import { connectModern } from '../mcp/clients.ts';
import { type HttpServer, startHttp, startWorld, type World } from '../mcp/world.ts';

const SCENARIO = 'z-stream-4.20.27';
const DISCOVER = 'oar_discover_active_releases';
const DETECT = 'oar_start_release_detector';

interface BoxFacts {
  date?: string;
  tasks?: Record<string, string>;
  blockers?: string[];
}

function box(release: string, { date = '2026-Jun-30', tasks = {}, blockers = [] }: BoxFacts = {}): string {
  return JSON.stringify({
    schema_version: '1.0',
    release,
    created_at: '2026-06-24T10:00:00Z',
    updated_at: '2026-06-24T10:00:00Z',
    metadata: { release_date: date },
    tasks: Object.entries(tasks).map(([name, status]) => ({ name, status })),
    issues: blockers.map((issue) => ({ issue, blocker: true, resolved: false, related_tasks: [] })),
  });
}

const boxPath = (release: string) =>
  `z/_releases/${release.split('.').slice(0, 2).join('.')}/statebox/${release}.yaml`;

/** Sources as folders; no other system is configured. */
function folders(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'discovery-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const z = { source: 'directory', path: join(root, 'z') };
  const build = { source: 'directory', path: join(root, 'b', 'openshift-%s') };
  const { registry } = registryOf({ oar: { statebox: z, tracking: z, build_data: build } });
  return async (now: string) => {
    const options = { principal: { id: 'a@example.com', face: 'cli' as const }, now: Date.parse(now) };
    return (await registry.read(DISCOVER, {}, options)) as {
      releases: {
        release: string;
        status: string;
        overdue: boolean;
        blockers: string[];
        statebox: boolean;
      }[];
      unreadable: { what: string; cause: string }[];
      summary: string;
    };
  };
}

const names = ({ releases }: { releases: { release: string }[] }) => releases.map(({ release }) => release);
const tracking = (...releases: string[]) =>
  JSON.stringify({ releases: Object.fromEntries(releases.map((name) => [name, {}])) });

describe('Z-D1 what is announced', () => {
  it('Z-D1 the newest by version; folders that are no y-stream are ignored', async () => {
    const build = 'releases: { 4.20.17: { assembly: { group: { release_date: 2026-Jun-30 } } } }';
    const look = folders({
      'z/_releases/test.txt': 'x',
      'z/_releases/4.20.1/statebox/4.20.1.yaml': box('4.20.1'),
      'z/_releases/4.20/4.20.z.yaml': tracking('4.20.15', '4.20.17', '4.20.16'),
      [boxPath('4.20.15')]: box('4.20.15'),
      'z/_releases/4.99/4.99.z.yaml': tracking('4.99.0'),
      'z/_releases/5.0/5.0.z.yaml': 'releases: {}',
      'b/openshift-4.20/releases.yml': build,
    });
    const found = await look('2026-06-26T00:00:00Z');
    expect(found.releases.map(({ release, statebox }) => [release, statebox])).toEqual([
      ['4.20.17', false],
      ['4.20.15', true],
    ]);
    expect(found.summary).toContain('in 3 y-streams');
  });

  it.skipIf(noCorpus)(`Z-D1 4.20.28 is the newest of the real file ${needsCorpus}`, async () => {
    const build = 'releases: { 4.20.28: { assembly: { group: { release_date: 2026-Jul-07 } } } }';
    const look = folders({
      'z/_releases/4.20/4.20.z.yaml': corpusText('tracking/4.20.z.yaml'),
      [boxPath('4.20.27')]: box('4.20.27'),
      'b/openshift-4.20/releases.yml': build,
    });
    expect(names(await look('2026-06-26T00:00:00Z'))).toContain('4.20.28');
  });

  it('Z-D1 previews count, though they are never tracked', async () => {
    const look = folders({
      'z/_releases/4.22/4.22.z.yaml': tracking(),
      [boxPath('4.22.0-rc.4')]: box('4.22.0-rc.4'),
    });
    expect(names(await look('2026-06-26T00:00:00Z'))).toEqual(['4.22.0-rc.4']);
  });

  it('Z-D1 without any folder it is an error, not an empty world', async () => {
    await expect(folders({ 'z/readme': '' })('2026-06-26T00:00:00Z')).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('Z-D2 what is active', () => {
  it.each([
    ['2026-Jul-01', true],
    ['2026-Jun-30', true],
    ['2026-Jun-29', true],
    ['2026-Jun-28', false],
    ['soon', false],
  ])('Z-D2 window: %s', (date, within) => {
    expect(withinWindow(date, Date.parse('2026-06-30T23:00:00Z'))).toBe(within);
  });

  it('Z-D2 past the window, open work keeps a release; done work does not; overlaps are both shown', async () => {
    const look = folders({
      [boxPath('4.14.65')]: box('4.14.65', { date: '2026-Jun-20', tasks: { 'take-ownership': 'Pass' } }),
      [boxPath('4.14.66')]: box('4.14.66', { date: '2026-Jul-01', tasks: { 'take-ownership': 'Pass' } }),
      [boxPath('4.15.1')]: box('4.15.1', {
        date: '2026-Jun-20',
        tasks: { 'change-advisory-status': 'Pass' },
      }),
      [boxPath('4.16.1')]: box('4.16.1', { tasks: { 'stage-testing': 'Fail' }, blockers: ['No\nimage'] }),
      [boxPath('4.17.1')]: box('4.17.1', { tasks: { 'change-advisory-status': 'Pass' } }),
      [boxPath('4.18.1')]: box('4.18.1'),
      [boxPath('4.19.1')]: 'schema_version: "9"',
    });
    const found = await look('2026-06-30T12:00:00Z');
    expect(found.releases.map(({ release, status, overdue }) => [release, status, overdue])).toEqual([
      ['4.16.1', 'BLOCKED', false],
      ['4.14.65', 'IN PROGRESS', true],
      ['4.14.66', 'IN PROGRESS', false],
      ['4.18.1', 'NOT STARTED', false],
      ['4.17.1', 'COMPLETE', false],
    ]);
    expect(found.releases[0]?.blockers).toEqual(['No image', '[TASK FAILED] stage-testing']);
    expect(found.unreadable.map(({ what }) => what)).toContain('4.19.1');
  });

  it('Z-D2 shipped and cancelled ones past their date are hidden', async () => {
    const world = await zstream(SCENARIO);
    await world.write('oar_create_test_report', { release: '4.20.27' });
    expect(await world.read(DISCOVER, {})).toMatchObject({
      releases: [{ release: '4.20.27', status: 'NOT STARTED', overdue: false, statebox: true }],
      unreadable: [],
    });
    await world.to('2026-07-05T00:00:00Z');
    expect(await world.read(DISCOVER, {})).toMatchObject({
      releases: [{ release: '4.20.27', overdue: true }],
    });
    await world.patch({
      errata: { advisories: { '169025': { state: 'REL_PREP' }, '169026': { state: 'REL_PREP' } } },
    });
    expect(await world.read(DISCOVER, {})).toMatchObject({ releases: [] });
  });

  it('Z-D2 an outside that does not answer hides nothing', async () => {
    const world = await zstream(SCENARIO);
    await world.write('oar_create_test_report', { release: '4.20.27' });
    await world.to('2026-07-05T00:00:00Z');
    await world.fault({ system: 'errata', fault: '500', times: 50 });
    expect(await world.read(DISCOVER, {})).toMatchObject({
      releases: [{ release: '4.20.27' }],
      unreadable: [{ what: 'whether 4.20.27 is shipped', cause: expect.stringContaining('500') }],
    });
  });
});

describe('Z-D3 the detector', () => {
  const input = { y_stream: '4.20' };

  it('Z-D3 announced and not promoted: creates', async () => {
    const world = await zstream(SCENARIO);
    expect(await world.write(DETECT, input)).toMatchObject({
      tracked: '4.20.27',
      stable: '4.20.26',
      verdict: 'announced',
      created: ['4.20.27'],
      warnings: [],
    });
    expect(await world.changes()).toEqual([
      'file_put openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml',
    ]);
  });

  it('Z-D3 promoted before anybody looked: creates, once', async () => {
    const world = await zstream(SCENARIO, '2026-06-25T17:00:00Z');
    expect(await world.write(DETECT, input)).toMatchObject({ verdict: 'promoted', created: ['4.20.27'] });
    expect(await world.write(DETECT, input)).toMatchObject({
      verdict: 'promoted',
      created: [],
      existing: ['4.20.27'],
    });
    expect(await world.changes()).toHaveLength(1);
  });

  it('Z-D3 a tracking file that is behind is a warning', async () => {
    const world = await zstream(SCENARIO, '2026-06-25T17:00:00Z');
    const path = '_releases/4.20/4.20.z.yaml';
    await world.patch({
      github: {
        repositories: {
          'openshift/release-tests': {
            branches: { 'z-stream': { files: { [path]: tracking('4.20.9', '4.20.10') } } },
          },
        },
      },
    });
    expect(await world.write(DETECT, input)).toMatchObject({
      tracked: '4.20.10',
      verdict: 'behind',
      created: [],
      warnings: [expect.stringContaining('4.20.27')],
    });
    expect(await world.changes()).toEqual([]);
  });

  it.each([
    ['github', 'upstream'],
    ['release-controller', 'upstream'],
  ])('Z-D3 a failure of %s surfaces', async (system, code) => {
    const world = await zstream(SCENARIO);
    await world.fault({ system, fault: '500', times: 20 });
    await expect(world.write(DETECT, input)).rejects.toMatchObject({ code });
    expect(await world.changes()).toEqual([]);
  });

  it('Z-D3 a y-stream without a tracking file is not found', async () => {
    const world = await zstream(SCENARIO);
    await expect(world.write(DETECT, { y_stream: '4.19' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(world.write(DETECT, { y_stream: '4.20.1' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});

describe('Z-D4 shipped', () => {
  const states = (rpm: string, rhcos: string) => ({
    errata: { advisories: { '169025': { state: rpm }, '169026': { state: rhcos } } },
  });
  const request = (fields: object) => ({
    gitlab: { projects: { 'hybrid-platforms/art/ocp-shipment-data': { merge_requests: { '609': fields } } } },
  });
  const OUT = { state: 'merged' };

  it.each<[string, object, object, boolean, string]>([
    ['all ready and merged', states('REL_PREP', 'SHIPPED_LIVE'), request(OUT), true, 'shipped'],
    ['one in QE', states('REL_PREP', 'QE'), request(OUT), false, 'not_yet'],
    [
      'released by label, not merged',
      states('REL_PREP', 'IN_PUSH'),
      request({ labels: ['prod-release-success'] }),
      true,
      'shipped',
    ],
    ['closed', states('REL_PREP', 'REL_PREP'), request({ state: 'closed' }), false, 'cancelled'],
    ['one dropped', states('REL_PREP', 'DROPPED_NO_SHIP'), request(OUT), true, 'shipped'],
  ])('Z-D4 %s', async (_what, advisories, shipment, shipped, state) => {
    const world = await zstream(SCENARIO);
    await world.patch(advisories);
    await world.patch(shipment);
    expect(await world.read('oar_is_release_shipped', { release: '4.20.27' })).toMatchObject({
      shipped,
      state,
    });
  });

  it('Z-D4 released by the pipeline, without a label or a merge', async () => {
    const world = await zstream(SCENARIO);
    await world.patch(states('REL_PREP', 'REL_PREP'));
    expect(await world.read('oar_is_release_shipped', { release: '4.20.27' })).toMatchObject({
      state: 'not_yet',
    });
    await world.to('2026-06-30T13:26:00Z');
    expect(await world.read('oar_is_release_shipped', { release: '4.20.27' })).toMatchObject({
      state: 'shipped',
    });
  });

  it('Z-D4 an error of Errata Tool is unknown, not false', async () => {
    const world = await zstream(SCENARIO);
    await world.fault({ system: 'errata', fault: '500', times: 20 });
    await expect(world.read('oar_is_release_shipped', { release: '4.20.27' })).rejects.toMatchObject({
      code: 'upstream',
    });
  });
});

describe('Z-D5 severity', () => {
  const plain: SeverityFacts = {
    status: 'ON_QA',
    summary: 'x',
    priority: 'Major',
    labels: [],
    releaseBlocker: null,
    customerCase: false,
  };
  it.each<[Partial<SeverityFacts>, string]>([
    [{ priority: 'Blocker' }, 'high'],
    [{ priority: 'Critical' }, 'high'],
    [{ summary: 'CVE-2026-1 in y' }, 'high'],
    [{ labels: ['CVE-2026-1'] }, 'high'],
    [{ labels: ['TestBlocker'] }, 'high'],
    [{ releaseBlocker: 'Approved' }, 'high'],
    [{ releaseBlocker: 'Proposed' }, 'high'],
    [{ customerCase: true }, 'high'],
    [{ releaseBlocker: 'Rejected' }, 'droppable'],
    [{ priority: 'Major' }, 'droppable'],
    [{ priority: 'Normal' }, 'droppable'],
    [{ priority: 'Minor' }, 'droppable'],
    [{ priority: 'Undefined' }, 'droppable'],
    [{ priority: null }, 'droppable'],
    [{ status: 'Verified', priority: 'Blocker' }, 'finished'],
    [{ status: 'Closed' }, 'finished'],
    [{ status: 'Release Pending' }, 'finished'],
  ])('Z-D5 %j is %s', (facts, severity) => expect(severityOf({ ...plain, ...facts })).toBe(severity));
});

describe('Z-D6 weekday hours', () => {
  const TUESDAY = Date.parse('2026-06-23T10:00:00Z');
  const FRIDAY = Date.parse('2026-06-26T10:00:00Z');
  const HOUR = 3_600_000;
  it.each([
    ['Tue +23h', TUESDAY, 23 * HOUR, false],
    ['Tue +24h', TUESDAY, 24 * HOUR, false],
    ['Tue +24h1m', TUESDAY, 24 * HOUR + 60_000, true],
    ['Fri → Mon 09:00', FRIDAY, 71 * HOUR, false],
    ['Fri → Mon 10:00', FRIDAY, 72 * HOUR, false],
    ['Fri → Mon 10:01', FRIDAY, 72 * HOUR + 60_000, true],
    ['73h', FRIDAY + 24 * HOUR, 73 * HOUR, true],
  ])('Z-D6 %s', (_what, from, span, passed) => expect(workingDayPassed(from, from + span)).toBe(passed));
});

describe('the ladder', () => {
  const since = Date.parse('2026-06-22T09:00:00Z');
  const day = (n: number) => since + n * 86_400_000;
  const notice = (n: number, rung: Notice['rung']): Notice => ({ at: day(n), rung });
  it.each<[string, Notice[], number, string | undefined]>([
    ['too early', [], 1, undefined],
    ['first', [], 1.1, 'qa-contact'],
    ['just said', [notice(1.1, 'qa-contact')], 2, undefined],
    ['second', [notice(1.1, 'qa-contact')], 2.2, 'team-lead'],
    ['third', [notice(1.1, 'qa-contact'), notice(2.2, 'team-lead')], 3.3, 'manager'],
    ['last', [notice(3.3, 'manager')], 7.4, 'label'],
    ['notices of an older wait', [notice(-5, 'manager')], 1.1, 'qa-contact'],
  ])('%s', (_what, notices, at, rung) => {
    expect(dueRung({ since, notices, labelled: false }, day(at))).toBe(rung);
    expect(dueRung({ since, notices, labelled: true }, day(at))).toBeUndefined();
  });

  it('speaks to whom it can', () => {
    const managerOf = (person: string) => (person === 'qa' ? 'boss' : person === 'dev' ? 'lead' : null);
    const people = { qaContact: 'qa', assignee: 'dev', reporter: 'rep', managerOf };
    expect(recipients('team-lead', people)).toEqual(['qa']);
    expect(recipients('manager', people)).toEqual(['boss']);
    expect(recipients('qa-contact', { ...people, qaContact: null })).toEqual(['dev', 'lead']);
    expect(recipients('qa-contact', { ...people, qaContact: null, assignee: null })).toEqual(['rep']);
  });
});

describe('oar_notify_on_qa_bugs', () => {
  const NOTIFY = 'oar_notify_on_qa_bugs';
  const AT = '2026-06-25T12:00:00Z';

  it('lists by default and writes nothing', async () => {
    const world = await zstream(SCENARIO, AT);
    expect(await world.write(NOTIFY, {})).toMatchObject({
      dry_run: true,
      due: [
        {
          key: 'OCPBUGS-86310',
          rung: 'qa-contact',
          severity: 'droppable',
          recipients: [{ id: 'acc-qa', name: 'Quinn Tester' }],
        },
      ],
      waiting: 1,
      verified: ['OCPBUGS-86340'],
      sent: [],
    });
    expect(await world.changes()).toEqual([]);
    expect(await world.write(NOTIFY, { from_date: '2026-06-24' })).toMatchObject({ due: [], waiting: 1 });
  });

  it('climbs a rung a working day, each once', async () => {
    const world = await zstream(SCENARIO, AT);
    const send = async () => ((await world.write(NOTIFY, { dry_run: false })) as { sent: string[] }).sent;
    const since = '2026-06-23T10:00:00.000Z';
    expect(await send()).toEqual([`jira/on-qa/OCPBUGS-86310/${since}/qa-contact`]);
    expect(await send()).toEqual([]);
    await world.to('2026-06-26T12:01:00Z');
    expect(await send()).toEqual([
      `jira/on-qa/OCPBUGS-86310/${since}/team-lead`,
      'jira/on-qa/OCPBUGS-86322/2026-06-25T09:00:00.000Z/qa-contact',
    ]);
    await world.to('2026-06-30T12:00:00Z');
    expect(await send()).toContain(`jira/on-qa/OCPBUGS-86310/${since}/manager`);
    await world.to('2026-07-02T12:00:00Z');
    expect(await send()).toContain(`jira/on-qa/OCPBUGS-86310/${since}/label`);
    await world.to('2026-07-08T12:00:00Z');
    expect((await send()).filter((key) => key.includes('86310'))).toEqual([]);
    const changes = await world.changes();
    expect(changes.filter((change) => change === 'comment_added OCPBUGS-86310')).toHaveLength(3);
    expect(changes.filter((change) => change === 'labels_added OCPBUGS-86310')).toHaveLength(1);
  });

  it('a lost answer is looked up by its mark', async () => {
    const world = await zstream(SCENARIO, AT);
    await world.fault({ system: 'jira', method: 'POST', fault: 'reset_after', times: 1 });
    expect(await world.write(NOTIFY, { dry_run: false })).toMatchObject({ sent: [expect.any(String)] });
    expect(await world.changes()).toEqual(['comment_added OCPBUGS-86310']);
  });

  it('goes on where an older automation stopped', async () => {
    const world = await zstream(SCENARIO, AT);
    const text = 'ON_QA notification - QA Contact Action Request';
    const comments = [{ author: 'acc-dev', created: '2026-06-24T11:00:00Z', text }];
    await world.patch({ jira: { issues: { 'OCPBUGS-86310': { comments } } } });
    expect(await world.write(NOTIFY, {})).toMatchObject({
      due: [{ key: 'OCPBUGS-86310', rung: 'team-lead' }],
    });
  });
});

describe('oar_notify_on_qa_bugs with a Need Info field', () => {
  const NOTIFY = 'oar_notify_on_qa_bugs';
  const FIELD = 'customfield_10482';
  const KEY = 'jira/OCPBUGS-86310/need-info/acc-qa';
  const NOTICE = 'jira/on-qa/OCPBUGS-86310/2026-06-23T10:00:00.000Z/qa-contact';
  const RETURN = { accountId: 'acc-rep', displayName: 'Rei Porter' };

  /** The settings of the sandbox, and the name of the field. */
  async function asking(held: unknown) {
    const sandbox = await startSandbox({ scenario: SCENARIO });
    onTestFinished(async () => {
      await sandbox.close();
      rmSync(sandbox.dir, { recursive: true, force: true });
    });
    const { modules } = loadSettings(sandbox.config).settings;
    const oar = modules.oar as { on_qa: { fields: object } };
    const onQa = { ...oar.on_qa, fields: { ...oar.on_qa.fields, need_info: FIELD } };
    const { registry, services } = registryOf({ ...modules, oar: { ...oar, on_qa: onQa } });
    const http = new Http({ system: 'sandbox', baseUrl: sandbox.control }, services);
    const control = async (path: string, json: unknown) => {
      const permit = { check: () => undefined, signal: AbortSignal.timeout(5_000) };
      await http.send('POST', path, permit, { json });
    };
    await control('/clock', { to: '2026-06-25T12:00:00Z' });
    await control('/scenario', {
      patch: { jira: { issues: { 'OCPBUGS-86310': { fields: { [FIELD]: held } } } } },
    });
    const options = {
      principal: { id: 'a@example.com', face: 'cli' as const },
      now: Date.parse('2026-06-25T12:00:00Z'),
    };
    return {
      fault: (fault: unknown) => control('/faults', fault),
      notify: (input: unknown) =>
        registry.write(NOTIFY, input, options, (effects) => performDirect(effects, services)),
      keys: async () => (await registry.effects(NOTIFY, { dry_run: false }, options)).map(({ key }) => key),
      effects: async () => {
        const { effects } = JSON.parse((await http.get('/effects')).text) as {
          effects: { kind: string; key: string; data: object }[];
        };
        return effects;
      },
    };
  }

  it('adds who is asked, before the comment, and removes nobody', async () => {
    const { notify, keys, effects } = await asking([RETURN]);
    expect(await notify({})).toMatchObject({
      due: [{ key: 'OCPBUGS-86310', need_info: [{ id: 'acc-qa', name: 'Quinn Tester' }] }],
    });
    expect(await effects()).toEqual([]);
    expect(await keys()).toEqual([KEY, NOTICE]);
    expect(await notify({ dry_run: false })).toMatchObject({
      sent: [KEY, NOTICE],
      summary: expect.stringContaining('1 notices were sent, 1 people added to Need Info'),
    });
    expect(await effects()).toMatchObject([
      {
        kind: 'people_added',
        key: 'OCPBUGS-86310',
        data: { field: FIELD, added: ['acc-qa'], held: ['acc-rep', 'acc-qa'] },
      },
      { kind: 'comment_added', key: 'OCPBUGS-86310' },
    ]);
    expect(await notify({ dry_run: false })).toMatchObject({ sent: [] });
  });

  it('whom the field holds already is left there', async () => {
    const { notify, keys, effects } = await asking([{ accountId: 'acc-qa', displayName: 'Quinn Tester' }]);
    expect(await notify({})).toMatchObject({ due: [{ need_info: [] }] });
    expect(await keys()).toEqual([KEY, NOTICE]);
    expect(await notify({ dry_run: false })).toMatchObject({ sent: [NOTICE] });
    expect((await effects()).map(({ kind }) => kind)).toEqual(['comment_added']);
  });

  it('a lost answer is looked up in the field', async () => {
    const { notify, effects, fault } = await asking(null);
    await fault({ system: 'jira', method: 'PUT', fault: 'reset_after', times: 1 });
    expect(await notify({ dry_run: false })).toMatchObject({ sent: [KEY, NOTICE] });
    expect((await effects()).map(({ kind }) => kind)).toEqual(['people_added', 'comment_added']);
  });

  it('when it fails, no comment hides that it is still due', async () => {
    const { notify, effects, fault } = await asking(null);
    await fault({ system: 'jira', method: 'PUT', fault: '500', times: 1 });
    await expect(notify({ dry_run: false })).rejects.toMatchObject({ code: 'blocked' });
    expect(await effects()).toEqual([]);
    expect(await notify({ dry_run: false })).toMatchObject({ sent: [KEY, NOTICE] });
  });

  it('a field of another form is said, and its issue left alone', async () => {
    const { notify, effects } = await asking('acc-qa');
    expect(await notify({ dry_run: false })).toMatchObject({
      due: [],
      unreadable: [{ what: 'OCPBUGS-86310', cause: expect.stringContaining(FIELD) }],
    });
    expect(await effects()).toEqual([]);
  });
});

describe('jira', () => {
  it('reads an issue and finds others, page after page', async () => {
    const world = await zstream(SCENARIO);
    expect(await world.read('jira_get_issue', { key: 'OCPBUGS-86310' })).toMatchObject({
      title: 'The console does not open',
      status: 'ON_QA',
      status_changes: [{ at: expect.stringContaining('2026-06-23T10:00:00'), to: 'ON_QA' }],
      links: ['https://github.com/openshift/console/pull/15001'],
    });
    expect(await world.read('jira_search_issues', { jql: 'project = OCPBUGS', limit: 2 })).toMatchObject({
      issues: [{ key: 'OCPBUGS-86310' }, { key: 'OCPBUGS-86322' }],
      more: true,
    });
    await expect(world.read('jira_get_issue', { key: 'ART-0' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(world.read('jira_search_issues', { jql: 'what is this?' })).rejects.toMatchObject({
      code: 'precondition',
    });
  });
});

describe('Z-D7 nothing runs a command line', () => {
  it.each([';', '&', '|', '`', '$(x)', '<x', '>x', '\n', ' -e user@x.y', '"', ''])(
    'Z-D7 a release with %j is refused before anything is asked',
    async (tail) => {
      const { registry } = registryOf({});
      const options = { principal: { id: 'a', face: 'cli' as const }, now: 0 };
      const release = tail === '' ? '' : `4.19.1${tail}`;
      for (const tool of ['oar_get_release_metadata', 'oar_is_release_shipped', 'oar_get_release_status']) {
        await expect(registry.read(tool, { release }, options)).rejects.toMatchObject({
          code: 'invalid_input',
        });
      }
      const email = `user@x.y${tail === '' ? ' ' : tail}`;
      await expect(
        registry.effects('oar_take_ownership', { release: '4.19.1', email }, options),
      ).rejects.toMatchObject({ code: 'invalid_input' });
      await expect(
        registry.effects(DETECT, { y_stream: `4.19${tail || ' '}` }, options),
      ).rejects.toMatchObject({
        code: 'invalid_input',
      });
    },
  );
});

describe('Z-D8 agents', () => {
  let world: World;
  let server: HttpServer;
  beforeAll(async () => {
    world = await startWorld();
    server = await startHttp(world, ['--persona', 'z-stream', '--surface', 'full']);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });
  const place = () => ({ url: server.url });

  it('Z-D8 an unknown release is an error with a code, and the server lives on', async () => {
    await using agent = await connectModern(place());
    expect((await agent.tools()).map(({ name }) => name)).toEqual(
      expect.arrayContaining([DISCOVER, DETECT, 'oar_notify_on_qa_bugs', 'sheets_get_report']),
    );
    for (let i = 0; i < 3; i += 1) {
      const answer = await agent.call('oar_get_release_metadata', { release: '99.99.99' });
      expect(answer.isError).toBe(true);
      expect(`${answer.text}${JSON.stringify(answer.data)}`).toContain('not_found');
    }
    expect((await agent.call(DISCOVER)).isError).toBe(false);
  });

  it('Z-D8 writes that race on one release make one change', async () => {
    const sandbox = await zstream(SCENARIO);
    const raced = await Promise.allSettled(
      Array.from({ length: 5 }, () => sandbox.write(DETECT, { y_stream: '4.20' })),
    );
    expect(raced.some(({ status }) => status === 'fulfilled')).toBe(true);
    for (const one of raced) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'conflict' });
    }
    expect(await sandbox.changes()).toHaveLength(1);
  });

  it('Z-D8 ten clients at once get their own answers', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        await using agent = await connectModern(place());
        const release = index % 2 === 0 ? '4.20.27' : `4.20.${100 + index}`;
        return { release, answer: await agent.call('oar_get_release_metadata', { release }) };
      }),
    );
    for (const { release, answer } of answers) {
      expect(answer.isError, release).toBe(release !== '4.20.27');
      expect(`${answer.text}${JSON.stringify(answer.data)}`).toContain(release);
    }
  });
});

describe('Z-D9 oar_update_task_status', () => {
  const update = { release: '4.20.27', task: 'stage-testing' };

  it('Z-D9 without a StateBox it is an error, and nothing is written', async () => {
    const world = await zstream(SCENARIO);
    await expect(world.write('oar_update_task_status', { ...update, status: 'Pass' })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await world.changes()).toEqual([]);
  });

  it('Z-D9 back to Not Started takes a reason', async () => {
    const world = await zstream(SCENARIO);
    await world.write('oar_create_test_report', { release: '4.20.27' });
    await world.write('oar_update_task_status', { ...update, status: 'In Progress' });
    const reset = { ...update, status: 'Not Started' };
    await expect(world.write('oar_update_task_status', reset)).rejects.toMatchObject({
      code: expect.stringMatching(/precondition|invalid_input/),
    });
    expect(
      await world.write('oar_update_task_status', { ...reset, reason: 'The cluster was lost.' }),
    ).toMatchObject({ status: 'Not Started', changed: true });
  });
});
