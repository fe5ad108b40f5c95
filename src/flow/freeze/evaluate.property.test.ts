import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FreezeRule, FreezeSettings, type Span } from '../../kit/freeze-settings.ts';
import { compileRule, nextOpening } from './evaluate.ts';
import { loadMoments } from './moments.ts';
import { Minutes } from './testing/naive.ts';

const moments = await loadMoments();

/** Where clocks change, where a day is added, where a year ends. Lord Howe moves by half an hour. */
const PLACES: [zone: string, around: string][] = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['Europe/Berlin', '2028-02-29T12:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['America/New_York', '2027-01-01T00:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Australia/Lord_Howe', '2028-02-29T12:00:00Z'],
];
const DAYS_AROUND = 12;
const MIDDLE = DAYS_AROUND * 1_440;
const RUNS = Number(process.env.SLUICE_PROPERTY_RUNS ?? 40);
const known = new Map<string, Minutes>();
const minutesOf = (zone: string, around: string) => {
  const key = `${zone} ${around}`;
  const found = known.get(key) ?? new Minutes(zone, around, DAYS_AROUND);
  known.set(key, found);
  return found;
};

const pad = (value: number) => String(value).padStart(2, '0');
/** Often in the hours in which clocks change. */
const hour = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 23 }));
const time = fc
  .tuple(hour, fc.constantFrom(0, 1, 15, 29, 30, 31, 45, 59))
  .map(([h, m]) => `${pad(h)}:${pad(m)}`);
const weekday = fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun');
const end = fc.oneof(
  time,
  fc.constant('24:00'),
  fc.tuple(weekday, time).map(([day, at]) => `${day} ${at}`),
);
const weekly = fc
  .record({ days: fc.uniqueArray(weekday, { minLength: 1 }), from: time, to: end })
  .map((weekly) => ({ weekly }));

const once = (around: string) =>
  fc
    .tuple(fc.integer({ min: -4, max: 3 }), time, fc.integer({ min: 0, max: 4 }), time)
    .map(([day, from, days, to]) => {
      const date = (offset: number) =>
        new Date(Date.parse(around) + offset * 86_400_000).toISOString().slice(0, 10);
      return { from: `${date(day)}T${from}`, to: `${date(day + days)}T${to}` };
    })
    .filter(({ from, to }) => from < to);

const cron = fc
  .record({
    minute: fc.constantFrom('0', '30', '15,45', '*/20'),
    hour: fc.constantFrom('2', '1,2,3', '0', '*/6', '*'),
    date: fc.constantFrom('*', '*', '29', '1,25'),
    weekday: fc.constantFrom('*', '0', '1,5', '6'),
    length: fc.constantFrom('10m', '1h', '26h', '62h'),
  })
  .map(({ minute, hour, date, weekday, length }) => ({
    cron: `${minute} ${hour} ${date} * ${weekday}`,
    for: length,
  }));

const spanOf = (zone: string, around: string) =>
  fc.oneof(once(around), weekly, cron).map((span): Record<string, unknown> => ({ ...span, zone }));

const ruleOf = (zone: string, around: string) => {
  const span = spanOf(zone, around);
  return fc.oneof(
    span,
    span,
    fc.array(span, { minLength: 1, maxLength: 2 }).map((only) => ({ only })),
  );
};

const place = fc.constantFrom(...PLACES).chain(([zone, around]) =>
  fc.record({
    zone: fc.constant(zone),
    around: fc.constant(around),
    rules: fc.array(ruleOf(zone, around), { minLength: 1, maxLength: 3 }),
    samples: fc.array(fc.integer({ min: 2 * 1_440, max: (2 * DAYS_AROUND - 2) * 1_440 - 1 }), {
      minLength: 5,
      maxLength: 5,
    }),
  }),
);

function parsed(rules: readonly unknown[]): FreezeRule[] {
  return Object.values(
    FreezeSettings.parse(Object.fromEntries(rules.map((rule, index) => [`rule-${index}`, rule]))),
  );
}

/** Minutes at which a rule says something else than the minute before, and the one before. */
function edges(open: readonly boolean[]): number[] {
  return open.flatMap((one, index) => (index > 0 && one !== open[index - 1] ? [index - 1, index] : []));
}

describe('promise 24: freezes compared with a clock that is read minute by minute', () => {
  it('are open and closed at the same minutes, and open next at the same one', () => {
    fc.assert(
      fc.property(place, ({ zone, around, rules, samples }) => {
        const minutes = minutesOf(zone, around);
        const settings = parsed(rules);
        const compiled = settings.map((rule, index) =>
          compileRule(`rule-${index}`, rule, undefined, moments),
        );
        const verdicts = settings.map((rule) => openMinutes(rule, minutes));
        const open = minutes.walls.map((_, index) => verdicts.every((one) => one[index]));
        const inner = (index: number) => index >= 2 * 1_440 && index < (2 * DAYS_AROUND - 2) * 1_440;
        // Those first that are nearest to the change of the clock.
        const near = verdicts.flatMap((one) =>
          edges(one)
            .filter(inner)
            .sort((a, b) => Math.abs(a - MIDDLE) - Math.abs(b - MIDDLE))
            .slice(0, 8),
        );
        for (const index of [...samples, ...near]) {
          const at = minutes.moment(index);
          const said = compiled.map((rule) => rule.says(at));
          expect(
            said.map(({ state }) => state),
            new Date(at).toISOString(),
          ).toEqual(verdicts.map((one) => (one[index] === true ? 'open' : 'frozen')));
          const next = open.indexOf(true, index);
          // What opens only where the naive clock was not read is not compared.
          if (next < 0 || next >= (2 * DAYS_AROUND - 1) * 1_440) continue;
          expect(nextOpening(compiled, at), new Date(at).toISOString()).toBe(minutes.moment(next));
        }
      }),
      { numRuns: RUNS },
    );
  }, 120_000);

  it('a further rule never opens what was closed: deny wins over allow', () => {
    fc.assert(
      fc.property(place, ({ rules, around, samples, zone }) => {
        const minutes = minutesOf(zone, around);
        const [first, ...rest] = parsed(rules).map((rule, index) =>
          compileRule(`r${index}`, rule, undefined, moments),
        );
        if (first === undefined) return;
        for (const index of samples) {
          const at = minutes.moment(index);
          const alone = nextOpening([first], at);
          const all = nextOpening([first, ...rest], at);
          if (all !== null && alone !== null) expect(all).toBeGreaterThanOrEqual(alone);
          if (all !== null) expect(first.says(all).state).toBe('open');
        }
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});

function openMinutes(rule: FreezeRule, minutes: Minutes): boolean[] {
  if (rule.only === undefined) return minutes.inside(rule).map((held) => !held);
  const inside = rule.only.map((span: Span) => minutes.inside(span));
  return minutes.walls.map((_, index) => inside.some((one) => one[index]));
}
