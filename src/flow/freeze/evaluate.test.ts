import { describe, expect, it } from 'vitest';
import { type FreezeRule, FreezeSettings } from '../../kit/freeze-settings.ts';
import { compileRule, nextOpening, type SourceFacts } from './evaluate.ts';
import { loadMoments } from './moments.ts';

const moments = await loadMoments();
const at = (text: string) => Date.parse(text);

function ruleOf(rule: Record<string, unknown>): FreezeRule {
  const [parsed] = Object.values(FreezeSettings.parse({ rule }));
  if (parsed === undefined) throw new Error('no rule');
  return parsed;
}
const compiled = (rule: Record<string, unknown>, facts?: SourceFacts, name = 'rule') =>
  compileRule(name, ruleOf(rule), facts, moments);

const BERLIN = { zone: 'Europe/Berlin' };
const YEAR_END = { from: '2026-12-18T18:00', to: '2027-01-04T08:00', ...BERLIN };
const WEEKEND = { weekly: { days: ['fri'], from: '18:00', to: 'mon 08:00' }, ...BERLIN };
const NIGHT = { weekly: { days: ['mon', 'tue', 'wed', 'thu'], from: '22:00', to: '06:00' }, ...BERLIN };
const WHOLE_DAYS = { weekly: { days: ['sat', 'sun'], from: '00:00', to: '24:00' }, ...BERLIN };
const GAP = { from: '2026-03-29T02:30', to: '2026-03-29T03:45', ...BERLIN };
const OVERLAP = { from: '2026-10-25T02:30', to: '2026-10-25T04:00', ...BERLIN };
const NEW_YORK_GAP = { cron: '30 2 * * 0', for: '1h', zone: 'America/New_York' };
const LORD_HOWE = { from: '2026-10-04T02:15', to: '2026-10-04T04:00', zone: 'Australia/Lord_Howe' };
const LEAP = { cron: '0 0 29 2 *', for: '24h', zone: 'UTC' };
const RELEASE_HOURS = { only: { weekly: { days: ['tue', 'thu'], from: '09:00', to: '12:00' }, ...BERLIN } };

describe('promise 24: a freeze', () => {
  it.each<[string, Record<string, unknown>, string, string | null]>([
    ['before it begins', YEAR_END, '2026-12-18T16:59:59.999Z', null],
    ['begins: its beginning is inside', YEAR_END, '2026-12-18T17:00:00Z', '2027-01-04T07:00:00Z'],
    ['over the end of the year', YEAR_END, '2026-12-31T23:59:59Z', '2027-01-04T07:00:00Z'],
    ['in its last millisecond', YEAR_END, '2027-01-04T06:59:59.999Z', '2027-01-04T07:00:00Z'],
    ['ends: its end is outside', YEAR_END, '2027-01-04T07:00:00Z', null],

    ['a weekend in summer', WEEKEND, '2026-06-26T16:00:00Z', '2026-06-29T06:00:00Z'],
    ['a minute before it', WEEKEND, '2026-06-26T15:59:00Z', null],
    ['a weekend in winter, an hour later', WEEKEND, '2026-12-04T17:00:00Z', '2026-12-07T07:00:00Z'],
    ['a weekend whose clocks go back', WEEKEND, '2026-10-25T12:00:00Z', '2026-10-26T07:00:00Z'],
    ['a weekend whose clocks go forward', WEEKEND, '2026-03-29T12:00:00Z', '2026-03-30T06:00:00Z'],
    ['a night after midnight', NIGHT, '2026-06-26T03:59:00Z', '2026-06-26T04:00:00Z'],
    ['the night of a day that is not named', NIGHT, '2026-06-27T01:00:00Z', null],
    ['two whole days are one stretch', WHOLE_DAYS, '2026-06-27T12:00:00Z', '2026-06-28T22:00:00Z'],

    [
      'begins in the hour that is skipped: as much later',
      GAP,
      '2026-03-29T01:30:00Z',
      '2026-03-29T01:45:00Z',
    ],
    ['and not before', GAP, '2026-03-29T01:29:59Z', null],
    [
      'begins in the hour that comes twice: the first',
      OVERLAP,
      '2026-10-25T00:30:00Z',
      '2026-10-25T03:00:00Z',
    ],
    ['and holds in the second', OVERLAP, '2026-10-25T01:15:00Z', '2026-10-25T03:00:00Z'],
    ['a cron beginning that is skipped', NEW_YORK_GAP, '2026-03-08T07:30:00Z', '2026-03-08T08:30:00Z'],
    [
      'a cron beginning that comes twice, in the second pass',
      { cron: '45 2 * * *', for: '1h', ...BERLIN },
      '2026-10-25T01:10:00Z',
      '2026-10-25T01:45:00Z',
    ],
    ['half an hour that is skipped', LORD_HOWE, '2026-10-03T15:45:00Z', '2026-10-03T17:00:00Z'],
    ['and the minute before', LORD_HOWE, '2026-10-03T15:44:00Z', null],
    ['a leap day', LEAP, '2028-02-29T23:59:00Z', '2028-03-01T00:00:00Z'],
    ['a year without one', LEAP, '2027-03-01T00:00:00Z', null],

    ['outside of release windows', RELEASE_HOURS, '2026-06-25T06:59:59Z', '2026-06-25T07:00:00Z'],
    ['in a release window', RELEASE_HOURS, '2026-06-25T07:00:00Z', null],
    ['when the release window has ended', RELEASE_HOURS, '2026-06-25T10:00:00Z', '2026-06-30T07:00:00Z'],
  ])('%s', (_, rule, now, until) => {
    const said = compiled(rule).says(at(now));
    if (until === null) expect(said).toEqual({ state: 'open' });
    else expect(said).toMatchObject({ state: 'frozen', until: at(until) });
  });

  it('holds since its first window, where windows follow each other', () => {
    expect(compiled(WHOLE_DAYS).heldSince(at('2026-06-28T12:00:00Z'))).toBe(at('2026-06-26T22:00:00Z'));
    expect(compiled(WHOLE_DAYS).heldSince(at('2026-06-29T12:00:00Z'))).toBeNull();
    expect(compiled(RELEASE_HOURS).heldSince(at('2026-06-26T12:00:00Z'))).toBeNull();
  });
});

describe('promise 24: deny wins over allow', () => {
  const rules = [compiled(RELEASE_HOURS, undefined, 'hours'), compiled(WEEKEND, undefined, 'weekend')];
  const tuesdays = { only: { weekly: { days: ['tue'], from: '10:00', to: '14:00' }, ...BERLIN } };

  it.each([
    ['in a window, with no freeze', '2026-06-25T08:00:00Z', '2026-06-25T08:00:00Z'],
    ['in neither', '2026-06-25T12:00:00Z', '2026-06-30T07:00:00Z'],
    ['in both', '2026-06-27T12:00:00Z', '2026-06-30T07:00:00Z'],
  ])('%s', (_, now, opening) => {
    expect(nextOpening(rules, at(now))).toBe(at(opening));
  });

  it('also among release windows: each rule can only close', () => {
    const both = [...rules, compiled(tuesdays, undefined, 'tuesdays')];
    expect(nextOpening(both, at('2026-06-25T08:00:00Z'))).toBe(at('2026-06-30T08:00:00Z'));
  });

  it('windows of one rule open each for itself', () => {
    const windows = { only: [RELEASE_HOURS.only, tuesdays.only] };
    const either = compiled(windows);
    expect(either.says(at('2026-06-30T11:00:00Z'))).toEqual({ state: 'open' });
    expect(either.says(at('2026-06-25T08:00:00Z'))).toEqual({ state: 'open' });
    expect(either.says(at('2026-06-30T12:00:00Z'))).toMatchObject({ until: at('2026-07-02T07:00:00Z') });
  });

  it('an exception opens its own rule, and only until it ends', () => {
    const now = at('2026-06-27T12:00:00Z');
    const forWeekend = new Map([['weekend', at('2026-06-29T06:00:00Z')]]);
    expect(nextOpening(rules, now, forWeekend)).toBe(at('2026-06-30T07:00:00Z'));
    const both = new Map([...forWeekend, ['hours', at('2026-06-27T13:00:00Z')]]);
    expect(nextOpening(rules, now, both)).toBe(now);
    expect(nextOpening(rules, at('2026-06-27T13:00:00Z'), both)).toBe(at('2026-06-30T07:00:00Z'));
  });

  it('what never opens is said so, and is not searched for ever', () => {
    const always = {
      weekly: { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' },
      ...BERLIN,
    };
    expect(nextOpening([compiled(always)], at('2026-06-25T12:00:00Z'))).toBeNull();
    const never = { only: { from: '2026-01-01T00:00', to: '2026-01-02T00:00', ...BERLIN } };
    expect(nextOpening([compiled(never)], at('2026-06-25T12:00:00Z'))).toBeNull();
  });
});

describe('what a source said', () => {
  const now = at('2026-06-25T12:00:00Z');
  const later = at('2026-06-25T18:00:00Z');
  const window = { start: now - 1, end: later };
  const known = (windows: { start: number; end: number }[], knownUntil = at('2027-01-01T00:00:00Z')) => ({
    windows,
    knownUntil,
    why: '"Release freeze"',
  });
  const ical = { ical: { calendar: 'company' } };

  it('promise 26: is unknown where it cannot be read, and never open', () => {
    const unreadable: SourceFacts = { kind: 'unreadable', why: 'gitlab: 500' };
    const gitlab = compiled({ gitlab: { project: 'a/b' } }, unreadable);
    expect(gitlab.says(now)).toEqual({ state: 'unknown', why: 'gitlab: 500' });
    expect(nextOpening([gitlab], now)).toBeNull();
    const calendar: SourceFacts = { kind: 'calendar', spans: [{ unreadable: 'calendar: 404' }] };
    expect(compiled(ical, calendar).says(now)).toEqual({ state: 'unknown', why: 'calendar: 404' });
    expect(compiled(ical).says(now)).toMatchObject({ state: 'unknown' });
    // A cron expression that cannot be read is found when it is asked.
    const cron = compiled({ cron: '61 0 * * *', for: '1h', zone: 'UTC' });
    expect(cron.says(now)).toMatchObject({ state: 'unknown', why: expect.stringContaining('61') });
  });

  it('is frozen in an event, and unknown beyond what was read', () => {
    const facts: SourceFacts = { kind: 'calendar', spans: [known([window], later)] };
    expect(compiled(ical, facts).says(now)).toEqual({
      state: 'frozen',
      until: later,
      why: '"Release freeze"',
    });
    expect(compiled(ical, facts).says(later)).toMatchObject({ state: 'unknown' });
    expect(nextOpening([compiled(ical, facts)], now)).toBeNull();
    const whole: SourceFacts = {
      kind: 'calendar',
      spans: [known([window, { start: later, end: later + 5 }])],
    };
    expect(nextOpening([compiled(ical, whole)], now)).toBe(later + 5);
  });

  it('release windows: one that is read and open is enough, else a calendar that is not leaves it unknown', () => {
    const rule = { only: [RELEASE_HOURS.only, { ical: { calendar: 'company' } }] };
    const facts: SourceFacts = { kind: 'calendar', spans: [null, { unreadable: 'calendar: 500' }] };
    expect(compiled(rule, facts).says(at('2026-06-25T08:00:00Z'))).toEqual({ state: 'open' });
    expect(compiled(rule, facts).says(now)).toEqual({ state: 'unknown', why: 'calendar: 500' });
  });

  it('a label or an incident holds without a known end', () => {
    const facts: SourceFacts = { kind: 'flag', on: true, since: 5, why: 'incident-1' };
    const rule = compiled({ konflux: {} }, facts);
    expect(rule.says(now)).toEqual({ state: 'frozen', until: null, why: 'incident-1' });
    expect(rule.heldSince(now)).toBe(5);
    expect(nextOpening([rule], now)).toBeNull();
    expect(compiled({ konflux: {} }, { ...facts, on: false }).says(now)).toEqual({ state: 'open' });
  });

  const periods = (change: Partial<Extract<SourceFacts, { kind: 'gitlab' }>> = {}): SourceFacts => ({
    kind: 'gitlab',
    periods: [{ start: '0 18 * * 5', end: '0 8 * * 1', time_zone: 'Europe/Berlin' }],
    told: null,
    partly: null,
    ...change,
  });

  it.each<[string, SourceFacts, string, object]>([
    ['before a period', periods(), '2026-06-26T15:59:00Z', { state: 'open' }],
    [
      'in the minute of its beginning',
      periods(),
      '2026-06-26T16:00:00Z',
      { until: at('2026-06-29T06:00:00Z') },
    ],
    ['in the minute of its end', periods(), '2026-06-29T06:00:00Z', { state: 'open' }],
    ['told by the tool', periods({ told: window }), '2026-06-25T13:00:00Z', { until: later }],
    [
      'one of several cannot be read',
      periods({ partly: 'period 2' }),
      '2026-06-25T13:00:00Z',
      { state: 'unknown' },
    ],
    ['and another one holds', periods({ partly: 'period 2' }), '2026-06-27T13:00:00Z', { state: 'frozen' }],
  ])('GitLab: %s', (_, facts, moment, said) => {
    expect(compiled({ gitlab: { project: 'a/b' } }, facts).says(at(moment))).toMatchObject(said);
  });
});
