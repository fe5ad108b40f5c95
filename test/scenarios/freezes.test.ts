import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { startWorld, type World } from '../support/world.ts';

interface Report {
  release_id: string;
  state: string;
  summary: string;
  next_at: string | null;
  plan_hash: string | null;
  steps: { id: string; state: string; cause: string }[];
  blocked_by: { step: string; cause: string; remedy: string }[];
  waivers: { gate: string; by: string; until: string; environment: string }[];
  holds: { gate: string; state: string; next_opening: string; may_grant: { people: string[] } }[];
  error?: { code: string; cause: string; remedy: string; rule?: string };
}

const LEAD = 'rl@example.com';
const GRANTOR = 'approver@example.com';
const ROLES = { 'release-approver': [GRANTOR], keeper: [GRANTOR, LEAD] };

let world: World;
beforeAll(async () => {
  world = await startWorld({ scenario: 'ship-demo' });
});
beforeEach(() => world.fresh());
afterAll(() => world.close());

/** Settings as the sandbox's, with these rules, for somebody. */
function settings(freezes: object, identity = LEAD, modules: object = {}): string {
  const base: Record<string, unknown> = parse(readFileSync(world.sandbox.config, 'utf8'));
  const file = join(dirname(world.sandbox.config), `${identity.replace(/@.*/, '')}-frozen.yaml`);
  const more = { freezes, identity, modules: { ...Object(base.modules), ...modules } };
  // What has to stand before an effect besides is not at issue here.
  const environments = { production: { rollback: 'none' } };
  writeFileSync(
    file,
    stringify({ ...base, ...more, environments, approvals: { ...Object(base.approvals), roles: ROLES } }),
  );
  return file;
}

async function run(config: string, ...args: string[]): Promise<Report & { code: number | null }> {
  const { out, code } = await world.run([...args, '--json'], { SLUICE_CONFIG: config });
  return { ...JSON.parse(out), code };
}
const begin = (config: string) =>
  run(config, 'drive', 'release-prod', 'product=demo-backend', 'commit=a2489b8', '--until-idle');

/** Drives until it is held or done; what is asked for anew is confirmed anew. */
async function goOn(config: string, report: Report, ...words: string[]): Promise<Report> {
  let now = report;
  for (let turn = 0; turn < 4; turn += 1) {
    if (now.state === 'needs_decision') {
      const { release_id: id, plan_hash: hash } = now;
      const said = await run(config, 'confirm', id, '--step', 'confirm', '--plan', hash ?? '');
      if (said.error !== undefined) throw new Error(said.error.cause);
    }
    now = await run(config, 'drive', report.release_id, ...words);
    if (now.state !== 'needs_decision') return now;
  }
  return now;
}
const sent = async (system: string) => (await world.effects()).filter((effect) => effect.system === system);
const state = (report: Report, step: string) => report.steps.find(({ id }) => id === step)?.state;

const noon = (more: object = {}) => ({
  from: '2026-06-25T13:00',
  to: '2026-06-25T18:00',
  zone: 'UTC',
  grantors: 'keeper',
  ...more,
});

describe('a freeze', () => {
  it('promises 25 and 27: that begins between plan and effect holds it; an exception lets pass its rule alone', async () => {
    const rules = { noon: noon({ title: 'Lunch' }), audit: noon({ to: '2026-06-25T16:00' }) };
    const lead = settings(rules);
    const keeper = settings(rules, GRANTOR);
    const asked = await begin(lead);
    expect(asked.state).toBe('needs_decision');
    await world.pass('2h');
    const held = await goOn(lead, asked);
    expect(held).toMatchObject({ state: 'blocked', code: 3 });
    expect(state(held, 'change')).toBe('blocked');
    expect(await sent('git')).toEqual([]);
    const { release_id: id } = held;

    const explained = await run(lead, 'explain', id);
    expect(explained.holds.map(({ gate, state: how, next_opening }) => [gate, how, next_opening])).toEqual([
      ['freeze/noon', 'holds', '2026-06-25T18:00:00Z'],
      ['freeze/audit', 'holds', '2026-06-25T18:00:00Z'],
    ]);
    expect(explained.holds[0]?.may_grant.people).toEqual([GRANTOR, LEAD]);
    const remedy = explained.blocked_by[0]?.remedy ?? '';
    expect(remedy).toContain(`sluice waive ${id} --gate freeze/noon`);

    const waive = (config: string, gate: string) =>
      run(
        config,
        'waive',
        id,
        '--gate',
        gate,
        '--reason',
        'checkout is broken for half of our users',
        '--until',
        '2026-06-26T00:00:00Z',
      );
    expect(await waive(lead, 'freeze/noon')).toMatchObject({
      code: 6,
      error: { rule: 'separation-of-duties' },
    });
    expect(await waive(keeper, 'freeze/*')).toMatchObject({
      code: 2,
      error: { remedy: expect.stringContaining('freeze/audit') },
    });
    const first = await waive(keeper, 'freeze/noon');
    // Never longer than the rule.
    expect(first.waivers).toMatchObject([
      { gate: 'freeze/noon', by: GRANTOR, until: '2026-06-25T18:00:00Z', environment: 'production' },
    ]);
    const still = await goOn(lead, held);
    expect(still).toMatchObject({
      state: 'blocked',
      summary: expect.stringContaining('Waived: freeze/noon by approver@example.com'),
    });
    expect(still.blocked_by[0]?.cause).toContain('audit');
    expect(still.blocked_by[0]?.cause).not.toContain('noon');
    expect(await sent('git')).toEqual([]);

    await waive(keeper, 'freeze/audit');
    const free = await goOn(lead, still);
    expect(state(free, 'merge-request')).toBe('done');
    expect(await sent('git')).toHaveLength(1);
    expect(free.waivers.map(({ gate }) => gate)).toEqual(['freeze/noon', 'freeze/audit']);
  }, 180_000);

  it('promise 24: the run goes on by itself at the opening', async () => {
    const lead = settings({ noon: noon() });
    const asked = await begin(lead);
    await world.pass('2h');
    const done = await goOn(lead, asked, '--until-idle');
    expect(done.state).toBe('done');
    const { out } = await world.run(['journal', 'export', done.release_id], { SLUICE_CONFIG: lead });
    const entries = out
      .split('\n')
      .filter((line) => line.includes('"effect.intended"') && line.includes('"change"'));
    expect(entries.map((line) => /"at":"([^"]+)"/.exec(line)?.[1])).toEqual(['2026-06-25T18:00:00Z']);
  }, 180_000);

  it('promise 26: a calendar that is down blocks production until it answers; a rollback goes on meanwhile', async () => {
    const calendar = { status: 500 };
    const server = createServer((_, response) => {
      response.writeHead(calendar.status);
      response.end('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n');
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/company.ics`;
    const lead = settings({ company: { ical: { calendar: 'company' } } }, LEAD, {
      calendar: { calendars: { company: { url } } },
    });
    const held = await goOn(lead, await begin(lead));
    expect(held).toMatchObject({ state: 'blocked' });
    expect(held.blocked_by[0]?.cause).toContain(
      'whether company holds cannot be told: calendar: GET /company.ics answered 500',
    );
    expect(await sent('git')).toEqual([]);
    const call = await run(lead, 'call', 'appinterface_update_ref', '{}');
    expect(call).toMatchObject({ code: 3, error: { code: 'blocked', rule: 'freeze' } });
    calendar.status = 200;
    await world.pass('15m');
    const done = await goOn(lead, held, '--until-idle');
    expect(done.state).toBe('done');
    calendar.status = 500;
    const back = await run(
      lead,
      'drive',
      'rollback',
      'product=demo-backend',
      'reason=checkout fails',
      '--until-idle',
    );
    expect(await goOn(lead, back, '--until-idle')).toMatchObject({ state: 'done' });
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }, 240_000);

  it('an incident closes production at once, for as long as it is open', async () => {
    const lead = settings({});
    const asked = await begin(lead);
    const declared = await run(lead, 'incident', 'declare', '--reason', 'checkout is down');
    const held = await goOn(lead, asked);
    expect(held.blocked_by[0]?.cause).toContain('checkout is down');
    expect(await sent('git')).toEqual([]);
    const listed = JSON.parse(
      (await world.run(['incident', '--open', '--json'], { SLUICE_CONFIG: lead })).out,
    );
    expect(listed.incidents).toMatchObject([{ environment: 'production', state: 'open', by: LEAD }]);
    expect(declared).toMatchObject({ state: 'open' });
    await run(lead, 'incident', 'resolve', '--reason', 'the database was restarted');
    await world.pass('15m');
    expect(state(await goOn(lead, held), 'merge-request')).toBe('done');
  }, 180_000);
});
