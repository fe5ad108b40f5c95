import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eventsBetween } from './events.ts';
import { readCalendar } from './lines.ts';

const wrap = (...events: string[][]) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//example.com//test//EN',
    ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
    '',
  ].join('\r\n');

const range = (from: string, to: string) => [Date.parse(from), Date.parse(to)] as const;
const YEAR = range('2026-01-01T00:00:00Z', '2027-02-01T00:00:00Z');
const iso = (moment: number) => new Date(moment).toISOString().replace(':00.000Z', 'Z');

/** Starts and ends in one line each. */
async function spans(lines: string[][], zone?: string, [from, to] = YEAR): Promise<string[]> {
  const { events, unreadable } = await eventsBetween(readCalendar(wrap(...lines), 'test'), zone, from, to);
  expect(unreadable).toEqual([]);
  return events.map(({ start, end }) => `${iso(start)} ${iso(end)}`);
}
const UID = 'UID:a@example.com';
const BERLIN = 'DTSTART;TZID=Europe/Berlin';

describe('an event', () => {
  it.each<[string, string[], string | undefined, string[]]>([
    [
      'in UTC',
      ['DTSTART:20261218T170000Z', 'DTEND:20270104T070000Z'],
      undefined,
      ['2026-12-18T17:00Z 2027-01-04T07:00Z'],
    ],
    [
      'in a zone',
      [`${BERLIN}:20261218T180000`, 'DTEND;TZID=Europe/Berlin:20270104T080000'],
      undefined,
      ['2026-12-18T17:00Z 2027-01-04T07:00Z'],
    ],
    [
      'in a zone of Windows',
      ['DTSTART;TZID=W. Europe Standard Time:20260701T180000', 'DURATION:PT2H'],
      undefined,
      ['2026-07-01T16:00Z 2026-07-01T18:00Z'],
    ],
    [
      'in a zone with a path',
      ['DTSTART;TZID=/example.com/20260101/Europe/Berlin:20260701T180000', 'DURATION:PT2H'],
      undefined,
      ['2026-07-01T16:00Z 2026-07-01T18:00Z'],
    ],
    [
      'without a zone',
      ['DTSTART:20260701T180000', 'DURATION:PT2H'],
      'America/New_York',
      ['2026-07-01T22:00Z 2026-07-02T00:00Z'],
    ],
    [
      'without a zone anywhere',
      ['DTSTART:20260701T180000', 'DURATION:PT2H'],
      undefined,
      ['2026-07-01T18:00Z 2026-07-01T20:00Z'],
    ],
    [
      'of a whole day',
      ['DTSTART;VALUE=DATE:20260701'],
      'Europe/Berlin',
      ['2026-06-30T22:00Z 2026-07-01T22:00Z'],
    ],
    [
      'of whole days, the last outside',
      ['DTSTART;VALUE=DATE:20260701', 'DTEND;VALUE=DATE:20260704'],
      'Australia/Lord_Howe',
      ['2026-06-30T13:30Z 2026-07-03T13:30Z'],
    ],
    [
      'of a day with 23 hours',
      ['DTSTART;VALUE=DATE:20260329', 'DURATION:P1D'],
      'Europe/Berlin',
      ['2026-03-28T23:00Z 2026-03-29T22:00Z'],
    ],
    [
      'of a day with 25 hours',
      ['DTSTART;VALUE=DATE:20261025'],
      'Europe/Berlin',
      ['2026-10-24T22:00Z 2026-10-25T23:00Z'],
    ],
    [
      'whose days are of the calendar',
      [`${BERLIN}:20260328T120000`, 'DURATION:P1DT1H'],
      undefined,
      ['2026-03-28T11:00Z 2026-03-29T11:00Z'],
    ],
    [
      'that begins in the hour that is skipped',
      [`${BERLIN}:20260329T023000`, 'DURATION:PT1H'],
      undefined,
      ['2026-03-29T01:30Z 2026-03-29T02:30Z'],
    ],
    [
      'that begins in the hour that comes twice',
      [`${BERLIN}:20261025T023000`, 'DURATION:PT1H'],
      undefined,
      ['2026-10-25T00:30Z 2026-10-25T01:30Z'],
    ],
    [
      'that began before',
      ['DTSTART:20251230T000000Z', 'DTEND:20260102T000000Z'],
      undefined,
      ['2025-12-30T00:00Z 2026-01-02T00:00Z'],
    ],
    [
      'that has ended when the stretch begins',
      ['DTSTART:20251230T000000Z', 'DTEND:20260101T000000Z'],
      undefined,
      [],
    ],
    [
      'that is cancelled',
      ['DTSTART:20260701T000000Z', 'DTEND:20260702T000000Z', 'STATUS:CANCELLED'],
      undefined,
      [],
    ],
    [
      'with an alarm',
      [
        'DTSTART:20260701T000000Z',
        'BEGIN:VALARM',
        'TRIGGER:-PT5M',
        'DURATION:PT15M',
        'END:VALARM',
        'DTEND:20260702T000000Z',
      ],
      undefined,
      ['2026-07-01T00:00Z 2026-07-02T00:00Z'],
    ],
    [
      'with a damaged text',
      ['DTSTART:20260701T000000Z', 'DESCRIPTION:one', 'two', 'DTEND:20260702T000000Z'],
      undefined,
      ['2026-07-01T00:00Z 2026-07-02T00:00Z'],
    ],
  ])('%s', async (_, lines, zone, expected) => {
    expect(await spans([[UID, ...lines]], zone)).toEqual(expected);
  });

  it('is unfolded, unescaped, and in the zone that its calendar names', async () => {
    const text = wrap([
      UID,
      'SUMMARY:Freeze\\, all',
      '  of it',
      'DTSTART:20260701T1',
      ' 80000',
      'DURATION:PT1H',
    ]);
    const named = text.replace('VERSION:2.0', 'VERSION:2.0\r\nX-WR-TIMEZONE:Europe/Berlin');
    const { events } = await eventsBetween(readCalendar(named, 'test'), undefined, ...YEAR);
    expect(events).toMatchObject([
      { summary: 'Freeze, all of it', start: Date.parse('2026-07-01T16:00:00Z') },
    ]);
  });
});

describe('a repeated event', () => {
  const starts = async (rule: string, start: string, more: string[][] = [], own: string[] = []) =>
    (await spans([[UID, `${BERLIN}:${start}`, 'DURATION:PT1H', `RRULE:${rule}`, ...own], ...more])).map(
      (one) => one.slice(0, 17),
    );

  it.each<[string, string, string, string[]]>([
    [
      'weekly over both clock changes',
      'FREQ=WEEKLY;INTERVAL=15;COUNT=4',
      '20260313T180000',
      ['2026-03-13T17:00Z', '2026-06-26T16:00Z', '2026-10-09T16:00Z', '2027-01-22T17:00Z'],
    ],
    [
      'daily through the hour that is skipped',
      'FREQ=DAILY;COUNT=3',
      '20260328T023000',
      ['2026-03-28T01:30Z', '2026-03-29T01:30Z', '2026-03-30T00:30Z'],
    ],
    [
      'until a date, included',
      'FREQ=DAILY;UNTIL=20260702',
      '20260630T180000',
      ['2026-06-30T16:00Z', '2026-07-01T16:00Z', '2026-07-02T16:00Z'],
    ],
    [
      'until a moment in UTC, included',
      'FREQ=DAILY;UNTIL=20260701T160000Z',
      '20260630T180000',
      ['2026-06-30T16:00Z', '2026-07-01T16:00Z'],
    ],
    [
      'until a moment just before',
      'FREQ=DAILY;UNTIL=20260701T155959Z',
      '20260630T180000',
      ['2026-06-30T16:00Z'],
    ],
    [
      'monthly on the 31st, in months that have one',
      'FREQ=MONTHLY;COUNT=4',
      '20260131T120000',
      ['2026-01-31T11:00Z', '2026-03-31T10:00Z', '2026-05-31T10:00Z', '2026-07-31T10:00Z'],
    ],
    [
      'on the last Friday',
      'FREQ=MONTHLY;BYDAY=-1FR;COUNT=3',
      '20260130T120000',
      ['2026-01-30T11:00Z', '2026-02-27T11:00Z', '2026-03-27T11:00Z'],
    ],
    [
      'on the last working day',
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3',
      '20260130T120000',
      ['2026-01-30T11:00Z', '2026-02-27T11:00Z', '2026-03-31T10:00Z'],
    ],
    ['yearly since long ago', 'FREQ=YEARLY', '20061218T180000', ['2026-12-18T17:00Z']],
  ])('%s', async (_, rule, start, expected) => {
    expect(await starts(rule, start)).toEqual(expected);
  });

  it('on leap days alone, where it began on one', async () => {
    const lines = [[UID, 'DTSTART;VALUE=DATE:20240229', 'RRULE:FREQ=YEARLY']];
    expect(await spans(lines, 'UTC', range('2025-01-01T00:00:00Z', '2027-01-01T00:00:00Z'))).toEqual([]);
    expect(await spans(lines, 'UTC', range('2027-01-01T00:00:00Z', '2029-01-01T00:00:00Z'))).toEqual([
      '2028-02-29T00:00Z 2028-03-01T00:00Z',
    ]);
  });

  it('without what was taken out, with what was moved, also from afar', async () => {
    const moved = (to: string, instead: string) => [
      UID,
      `${BERLIN}:${to}`,
      'DURATION:PT3H',
      `RECURRENCE-ID;TZID=Europe/Berlin:${instead}`,
    ];
    expect(
      await starts(
        'FREQ=WEEKLY;COUNT=4',
        '20260703T180000',
        [
          moved('20260801T100000', '20260717T180000'),
          [...moved('20260724T180000', '20260724T180000'), 'STATUS:CANCELLED'],
        ],
        ['EXDATE;TZID=Europe/Berlin:20260710T180000'],
      ),
    ).toEqual(['2026-07-03T16:00Z', '2026-08-01T08:00Z']);
  });

  it('that lasts for days and goes on', async () => {
    const weekend = [
      UID,
      `${BERLIN}:20260102T180000`,
      'DTEND;TZID=Europe/Berlin:20260105T080000',
      'RRULE:FREQ=WEEKLY',
    ];
    const sunday = range('2026-06-28T12:00:00Z', '2026-06-28T12:01:00Z');
    expect(await spans([weekend], undefined, sunday)).toEqual(['2026-06-26T16:00Z 2026-06-29T06:00Z']);
    const days = [
      UID,
      'DTSTART;VALUE=DATE:20260321',
      'DTEND;VALUE=DATE:20260323',
      'RRULE:FREQ=WEEKLY;COUNT=2',
    ];
    expect(await spans([days], 'Europe/Berlin')).toEqual([
      '2026-03-20T23:00Z 2026-03-22T23:00Z',
      '2026-03-27T23:00Z 2026-03-29T22:00Z',
    ]);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['no beginning', ['SUMMARY:x']],
    ['a beginning that is none', ['DTSTART:yesterday']],
    ['a day that there is not', ['DTSTART;VALUE=DATE:20260230']],
    ['a zone that nobody knows', ['DTSTART;TZID=My Zone:20260701T180000']],
    ['a zone that the library would guess', ['DTSTART;TZID=Customized Time Zone:20260701T180000']],
    ['an end before its beginning', ['DTSTART:20260701T180000Z', 'DTEND:20260701T170000Z']],
    ['a negative duration', ['DTSTART:20260701T180000Z', 'DURATION:-PT1H']],
    ['a duration that is none', ['DTSTART:20260701T180000Z', 'DURATION:PT']],
    ['a rule that is none', ['DTSTART:20260701T180000Z', 'RRULE:FREQ=SOMETIMES']],
    ['a rule for every second', ['DTSTART:20260701T180000Z', 'RRULE:FREQ=SECONDLY']],
    ['a rule for many hours', ['DTSTART:20260701T180000Z', 'RRULE:FREQ=DAILY;BYMINUTE=1,2']],
    ['further dates', ['DTSTART:20260701T180000Z', 'RDATE:20260702T180000Z']],
    ['a range', ['DTSTART:20260701T180000Z', 'RECURRENCE-ID;RANGE=THISANDFUTURE:20260701T180000Z']],
    ['two beginnings', ['DTSTART:20260701T180000Z', 'DTSTART:20260801T180000Z']],
    ['a damaged rule', ['DTSTART:20260701T180000Z', 'RRULE FREQ=WEEKLY']],
    [
      'a day taken out of times',
      ['DTSTART:20260701T180000Z', 'RRULE:FREQ=DAILY', 'EXDATE;VALUE=DATE:20260702'],
    ],
  ])('promise 26: %s is counted, and others are read', async (_, lines) => {
    const text = wrap([UID, ...lines], ['UID:b', 'DTSTART:20260601T000000Z', 'DURATION:PT1H']);
    const { events, unreadable } = await eventsBetween(readCalendar(text, 'test'), undefined, ...YEAR);
    expect(unreadable).toHaveLength(1);
    expect(events.map(({ uid }) => uid)).toEqual(['b']);
  });

  it.each([
    ['a page for logging in', '<html><body>Please log in</body></html>'],
    ['nothing', ''],
    ['a calendar that is cut', wrap([UID, 'DTSTART:20260701T180000Z']).slice(0, -30)],
    ['half of an event', wrap([UID, 'DTSTART:20260701T180000Z']).replace('END:VEVENT\r\n', '')],
    ['an event outside of a calendar', 'BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\n'],
  ])('promise 26: %s is no calendar without events', (_, text) => {
    expect(() => readCalendar(text, 'company')).toThrow(/company is no whole calendar/);
  });

  it('a zone of the calendar that nobody knows leaves nothing of it', async () => {
    const text = wrap([UID, 'DTSTART:20260701T180000']).replace('VERSION:2.0', 'X-WR-TIMEZONE:Nowhere');
    const { unreadable } = await eventsBetween(readCalendar(text, 'test'), undefined, ...YEAR);
    expect(unreadable).toEqual([expect.stringContaining('Nowhere')]);
  });
});

it.each(['America/New_York', 'Australia/Lord_Howe'])(
  'the zone of this machine does not count: %s',
  (zone) => {
    const module = (name: string) => fileURLToPath(new URL(name, import.meta.url));
    const text = wrap(
      [UID, 'DTSTART;VALUE=DATE:20260701', 'RRULE:FREQ=MONTHLY'],
      ['UID:b', 'DTSTART:20260329T023000', 'DURATION:PT1H'],
    );
    const script = `
    const { eventsBetween } = await import(${JSON.stringify(module('./events.ts'))});
    const { readCalendar } = await import(${JSON.stringify(module('./lines.ts'))});
    const found = await eventsBetween(readCalendar(${JSON.stringify(text)}, 'x'), 'Europe/Berlin', ${YEAR[0]}, ${YEAR[0] + 240 * 86_400_000});
    console.log(found.events.map(({ start }) => new Date(start).toISOString()).join(' '));`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    });
    expect(out.trim()).toBe('2026-03-29T01:30:00.000Z 2026-06-30T22:00:00.000Z 2026-07-31T22:00:00.000Z');
  },
);
