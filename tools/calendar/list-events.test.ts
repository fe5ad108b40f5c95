import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Registry } from '../../src/kit/registry.ts';
import { principal, services, standIn } from '../../test/support/stand-in.ts';
import { calendar } from './module.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-calendar-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const now = Date.parse('2026-06-25T12:00:00Z');
const TEXT = `BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:weekend@example.com
SUMMARY:Release freeze
DTSTART;TZID=Europe/Berlin:20260605T180000
DTEND;TZID=Europe/Berlin:20260608T080000
RRULE:FREQ=WEEKLY
END:VEVENT
BEGIN:VEVENT
UID:party@example.com
SUMMARY:Party
DTSTART;VALUE=DATE:20260701
END:VEVENT
END:VCALENDAR
`;
const read = (calendars: object, input: object, more: object = {}) =>
  new Registry([calendar], { calendar: { calendars, ...more } }, services).read(
    'calendar_list_events',
    input,
    {
      principal,
      now,
    },
  );

describe('calendar_list_events', () => {
  it('answers the next events, repeated ones one by one', async () => {
    await using server = await standIn({ 'GET /company.ics': { body: TEXT } });
    const company = { url: `${server.url}/company.ics`, zone: 'Europe/Berlin' };
    expect(
      await read({ company }, { calendar: 'company', to: '2026-07-10T00:00:00Z' }),
    ).toMatchInlineSnapshot(`
      {
        "calendar": "company",
        "events": [
          {
            "all_day": false,
            "end": "2026-06-29T06:00:00Z",
            "repeats": true,
            "start": "2026-06-26T16:00:00Z",
            "summary": "Release freeze",
            "uid": "weekend@example.com",
          },
          {
            "all_day": true,
            "end": "2026-07-01T22:00:00Z",
            "repeats": false,
            "start": "2026-06-30T22:00:00Z",
            "summary": "Party",
            "uid": "party@example.com",
          },
          {
            "all_day": false,
            "end": "2026-07-06T06:00:00Z",
            "repeats": true,
            "start": "2026-07-03T16:00:00Z",
            "summary": "Release freeze",
            "uid": "weekend@example.com",
          },
        ],
        "from": "2026-06-25T12:00:00Z",
        "problems": [],
        "summary": "company has 3 such events. The next: "Release freeze", 2026-06-26T16:00:00Z to 2026-06-29T06:00:00Z.",
        "to": "2026-07-10T00:00:00Z",
        "total": 3,
        "truncated": false,
        "unreadable": 0,
        "zone": "Europe/Berlin",
      }
    `);
    expect(server.seen[0]?.headers.accept).toBe('text/calendar');
  });

  it('by a text in their summary, and says what it leaves out', async () => {
    const file = join(folder, 'company.ics');
    writeFileSync(file, TEXT);
    const some = await read({ company: { file } }, { calendar: 'company', summary_has: 'FREEZE', limit: 2 });
    expect(some).toMatchObject({ total: 5, truncated: true, unreadable: 0, zone: 'UTC' });
    const none = await read({ company: { file } }, { calendar: 'company', summary_has: 'holiday' });
    expect(none).toMatchObject({ events: [], total: 0, summary: 'company has 0 such events.' });
  });

  it('shows a token to its own address alone', async () => {
    process.env.CALENDAR_TOKEN = 'calendar-secret-1';
    await using server = await standIn({ 'GET /a.ics': { body: TEXT } });
    await read({ a: { url: `${server.url}/a.ics`, token: 'env:CALENDAR_TOKEN' } }, { calendar: 'a' });
    expect(server.seen[0]?.headers.authorization).toBe('Bearer calendar-secret-1');
  });

  it.each([
    ['not there', { status: 404 }, 'not_found'],
    ['closed', { status: 403 }, 'forbidden'],
    ['down', { status: 500 }, 'upstream'],
    ['moved', { status: 302, headers: { location: 'http://example.com/' } }, 'upstream'],
    ['a page', { body: '<html></html>' }, 'schema_drift'],
    ['cut', { body: TEXT.slice(0, 200) }, 'schema_drift'],
    ['too large', { body: TEXT.padEnd(5_300_000, 'x') }, 'upstream'],
  ])('promise 26: a calendar that is %s is an error, never an empty one', async (_, reply, code) => {
    await using server = await standIn({ 'GET /a.ics': reply });
    await expect(read({ a: { url: `${server.url}/a.ics` } }, { calendar: 'a' })).rejects.toMatchObject({
      code,
    });
  });

  it.each([
    ['a calendar that is not named', { calendar: 'companies' }, 'not_found', 'Did you mean company?'],
    [
      'a stretch that ends before it begins',
      { calendar: 'company', to: '2026-01-01T00:00:00Z' },
      'invalid_input',
      'from',
    ],
    ['a stretch of years', { calendar: 'company', to: '2030-01-01T00:00:00Z' }, 'invalid_input', 'less'],
    ['an address', { calendar: 'http://example.com/a.ics' }, 'not_found', 'Calendars: company'],
  ])('refuses %s', async (_, input, code, remedy) => {
    await expect(read({ company: { file: '/nonexistent' } }, input)).rejects.toMatchObject({
      code,
      remedy: expect.stringContaining(remedy),
    });
  });

  it('names a file that is not there', async () => {
    const missing = read({ company: { file: '/nonexistent/a.ics' } }, { calendar: 'company' });
    await expect(missing).rejects.toMatchObject({
      code: 'upstream',
      message: expect.stringContaining('ENOENT'),
    });
  });

  it.each([
    [{ a: {} }, 'either url or file'],
    [{ a: { url: 'https://example.com/a.ics', file: '/a.ics' } }, 'either url or file'],
    [{ a: { url: 'file:///etc/passwd' } }, 'url'],
    [{ a: { file: '/a.ics', zone: 'Nowhere' } }, 'a time zone'],
  ])('settings %j are refused', async (calendars, cause) => {
    await expect(read(calendars, { calendar: 'a' })).rejects.toThrow(cause);
  });
});
