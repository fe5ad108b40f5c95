import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { flowText } from '../../../test/support/fixture-engine.ts';
import { type Answers, standIn } from '../../../test/support/stand-in.ts';
import { calendar } from '../../../tools/calendar/module.ts';
import { gitlab } from '../../../tools/gitlab/module.ts';
import { admissionObject, planObject } from '../../../tools/konflux/releases/testing/objects.ts';
import { CLOSED, type WorldGiven, world } from '../../../tools/konflux/releases/testing/world.ts';
import { FreezeSettings } from '../../kit/freeze-settings.ts';
import { FreezeSources } from './sources.ts';
import { at, frozenEngine } from './testing/frozen.ts';

const PERIODS = 'GET /api/v4/projects/group%2Fdemo/freeze_periods';
const GITLAB = { gitlab: { project: 'group/demo' }, grantors: 'approver' };
const period = (start: string, end: string, id = 1) => ({
  id,
  freeze_start: start,
  freeze_end: end,
  cron_timezone: 'Europe/Berlin',
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
});
const OTHER = period('0 3 1 1 *', '0 4 1 1 *');
/** Holds from 11:00 to 14:00 UTC. */
const NOON = period('0 13 25 6 *', '0 16 25 6 *');

const ship = (place: string) =>
  flowText(
    `  ship: { toward: ${place}, uses: world_set_thing, with: { name: ship }, undo: { none: it stays } }\n`,
  );

async function withGitLab(
  answers: Answers,
  rules: Record<string, unknown> = { project: GITLAB },
  place = 'production',
) {
  const server = await standIn(answers);
  onTestFinished(() => server[Symbol.asyncDispose]());
  process.env.GITLAB_TOKEN = 'gitlab-secret-1';
  const made = await frozenEngine(ship(place), rules, {
    modules: [gitlab],
    settings: { gitlab: { base_url: server.url, token: 'env:GITLAB_TOKEN' } },
  });
  return { ...made, server };
}

describe('GitLab', () => {
  it('a freeze period of the project holds the effect, and opens with its end', async () => {
    const { settle, world, clock, engine } = await withGitLab({ [PERIODS]: { body: [OTHER, NOON] } });
    const moments: number[] = [];
    world.onSend = () => {
      moments.push(clock.world);
    };
    expect((await engine.plan({ flow: 'fixture', inputs: { item: 'a' } })).holds).toMatchObject([
      { gate: 'freeze/project', until: '2026-06-25T14:00:00Z', next_opening: '2026-06-25T14:00:00Z' },
    ]);
    expect((await settle()).state).toBe('done');
    expect(moments).toEqual([at('2026-06-25T14:00:00Z')]);
  });

  it('promise 25: what it says is kept for seconds, and each effect asks anew after that', async () => {
    const { drive, world, clock, server } = await withGitLab({
      [PERIODS]: [{ body: [] }, { body: [NOON] }],
    });
    expect((await drive({ item: 'a' })).state).toBe('done');
    world.things.clear();
    clock.forward(29_000);
    expect((await drive({ item: 'b' })).state).toBe('done');
    expect(server.requests()).toHaveLength(1);
    world.things.clear();
    clock.forward(1_000);
    expect((await drive({ item: 'c' })).state).toBe('blocked');
    expect(server.requests()).toHaveLength(2);
  });

  it.each<[string, Answers[string]]>([
    ['is down', { status: 500 }],
    ['is closed to us', { status: 403 }],
    ['does not know the project', { status: 404 }],
    ['answers a page', { body: '<html></html>' }],
    ['answers another shape', { body: [{ id: 1, freeze_start: 5 }] }],
    ['has a period that cannot be read', { body: [period('every friday', '0 8 * * 1')] }],
  ])('promise 26: while it %s, production is blocked; once it answers, the run goes on', async (_, bad) => {
    const { drive, world, clock, server } = await withGitLab({ [PERIODS]: bad });
    const held = await drive();
    expect(held).toMatchObject({ state: 'blocked', next_at: '2026-06-25T12:15:00Z' });
    expect(held.blocked_by[0]).toMatchObject({
      cause: expect.stringContaining('whether project holds cannot be told'),
      remedy: expect.stringContaining('sluice waive fixture-a --gate freeze/project'),
    });
    expect(world.sent).toEqual([]);
    const asked = server.requests().length;
    clock.forward(900_000);
    await drive();
    // A refusal is not kept.
    expect(server.requests().length).toBeGreaterThan(asked);
  });

  it('promise 26: once it answers, the run goes on by itself', async () => {
    const { drive, clock } = await withGitLab({ [PERIODS]: [{ status: 403 }, { body: [] }] });
    expect((await drive()).state).toBe('blocked');
    clock.forward(900_000);
    expect((await drive()).state).toBe('done');
  });

  it.each([
    ['goes on', {}, 'done'],
    ['is blocked where the rule says so', { unreachable: 'block' }, 'blocked'],
  ])('promise 26: while it is down, another environment %s', async (_, more, state) => {
    const rules = { project: { ...GITLAB, environments: ['stage', 'production'], ...more } };
    const { drive, engine } = await withGitLab({ [PERIODS]: { status: 403 } }, rules, 'stage');
    expect((await engine.plan({ flow: 'fixture', inputs: { item: 'a' } })).holds).toMatchObject([
      { state: state === 'done' ? 'passes' : 'unknown' },
    ]);
    expect((await drive()).state).toBe(state);
  });

  it('promise 26: unreachable: go_on never opens production', async () => {
    const rules = { project: { ...GITLAB, unreachable: 'go_on' } };
    const { drive } = await withGitLab({ [PERIODS]: { status: 403 } }, rules);
    expect((await drive()).state).toBe('blocked');
  });

  it('promise 26: without the module production is blocked', async () => {
    const { drive } = await frozenEngine(ship('production'), { project: GITLAB });
    expect(await drive()).toMatchObject({ state: 'blocked' });
  });
});

describe('Konflux', () => {
  async function said(given: WorldGiven, konflux: object = {}) {
    const outside = await world(given);
    onTestFinished(() => outside[Symbol.asyncDispose]());
    const [rule] = Object.values(FreezeSettings.parse({ rule: { konflux } }));
    if (rule === undefined) throw new Error('no rule');
    const { engine } = await frozenEngine(ship('production'), {});
    const { clock, store, principal } = engine.services;
    const registry = { read: (name: string, input: unknown) => outside.read(name, Object(input)) };
    const now = await clock.now();
    return await new FreezeSources().factsFor(
      { rule, environment: 'production', principal, now },
      { registry, clock, store },
    );
  }

  it('block-releases on an admission holds', async () => {
    const blocked = { objects: [planObject(), admissionObject({ blocked: true })] };
    expect(await said(blocked)).toEqual({
      kind: 'flag',
      on: true,
      since: null,
      why: 'block-releases is on at managed-demo-tenant/demo-app-prod',
    });
    expect(await said(blocked, { application: 'demo-app' })).toMatchObject({ on: true });
    expect(await said({})).toMatchObject({ kind: 'flag', on: false });
  });

  it.each<[string, WorldGiven, object]>([
    ['may not be read', { forbidden: CLOSED }, {}],
    ['are not there', { objects: [planObject({ matched: 'False' })] }, {}],
    ['are of another application', {}, { application: 'another' }],
  ])('promise 26: admissions that %s say nothing, which is not open', async (_, given, rule) => {
    expect(await said(given, rule)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('a calendar', () => {
  const ics = (...events: string[]) =>
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      ...events.flatMap((event) => ['BEGIN:VEVENT', event, 'END:VEVENT']),
      'END:VCALENDAR',
    ].join('\r\n');
  const FREEZE = 'UID:a\r\nSUMMARY:Release freeze\r\nDTSTART:20260625T110000Z\r\nDTEND:20260625T140000Z';
  const PARTY = 'UID:b\r\nSUMMARY:Party\r\nDTSTART;VALUE=DATE:20260625\r\nDTEND;VALUE=DATE:20260627';
  const SECOND = 'UID:c\r\nSUMMARY:freeze again\r\nDTSTART:20260625T140000Z\r\nDTEND:20260625T150000Z';

  async function withCalendar(text: string, rule: Record<string, unknown>) {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-freeze-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'company.ics');
    writeFileSync(file, text);
    const outside = { modules: [calendar], settings: { calendar: { calendars: { company: { file } } } } };
    return { ...(await frozenEngine(ship('production'), { company: rule }, outside)), file };
  }
  const ical = { ical: { calendar: 'company', summary_has: 'freeze' } };

  it('holds in its events that fit, and opens after the last of them', async () => {
    const { engine, settle, world, clock } = await withCalendar(ics(FREEZE, PARTY, SECOND), ical);
    const plan = await engine.plan({ flow: 'fixture', inputs: { item: 'a' } });
    expect(plan.holds).toMatchObject([
      {
        cause: 'company holds until 2026-06-25T15:00:00Z, "Release freeze"',
        next_opening: '2026-06-25T15:00:00Z',
      },
    ]);
    const moments: number[] = [];
    world.onSend = () => {
      moments.push(clock.world);
    };
    expect((await settle()).state).toBe('done');
    expect(moments).toEqual([at('2026-06-25T15:00:00Z')]);
  });

  it('of release windows opens in its events alone', async () => {
    const { settle, world, clock } = await withCalendar(ics(SECOND), { only: ical });
    const moments: number[] = [];
    world.onSend = () => {
      moments.push(clock.world);
    };
    expect((await settle()).state).toBe('done');
    expect(moments).toEqual([at('2026-06-25T14:00:00Z')]);
  });

  it.each([
    ['is a page', '<html></html>'],
    ['is cut', ics(FREEZE).slice(0, 60)],
    ['has an event that cannot be read', ics('UID:a\r\nSUMMARY:x\r\nDTSTART:soon')],
  ])('promise 26: a calendar that %s blocks production', async (_, text) => {
    const { drive, world } = await withCalendar(text, ical);
    expect((await drive()).blocked_by[0]?.cause).toContain('cannot be told');
    expect(world.sent).toEqual([]);
  });

  it('promise 26: a calendar that is gone blocks production, release windows too', async () => {
    for (const rule of [ical, { only: ical }]) {
      const { drive, file, world } = await withCalendar(ics(PARTY), rule);
      rmSync(file);
      expect((await drive()).state).toBe('blocked');
      expect(world.sent).toEqual([]);
    }
  });
});

describe('the ledger', () => {
  it('promise 26: incidents that cannot be read block production alone', async () => {
    for (const [place, state] of [
      ['production', 'blocked'],
      ['stage', 'done'],
    ] as const) {
      const { engine, drive } = await frozenEngine(ship(place), {});
      const { store } = engine.services;
      store.ledger = async () => {
        throw new Error('the disk is gone');
      };
      expect((await drive()).state).toBe(state);
    }
  });
});
