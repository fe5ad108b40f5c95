import { SluiceError } from '../../src/kit/errors.ts';

/** One content line of RFC 5545, unfolded. */
export interface Line {
  name: string;
  params: Readonly<Record<string, string>>;
  value: string;
}

export interface CalendarText {
  /** The lines of each VEVENT, without those of its alarms. */
  events: Line[][];
  /** What the publisher says is the calendar's own zone. */
  zone: string | undefined;
}

const MOST_EVENTS = 20_000;
const LINE = /^([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)$/s;
const SAYS_WHEN = /^(DT|DURATION|RRULE|RDATE|EX|RECURRENCE|STATUS|BEGIN|END)/i;
/** The name of a line that says when and cannot be read. */
export const DAMAGED = '?';
const PARAMETER = /;([A-Za-z0-9-]+)=("[^"]*"|[^;]*)/g;

/**
 * Splits a calendar into its events. A text that is no whole calendar (a page for logging in, half an
 * answer) is refused: without that it would be a calendar without events.
 */
export function readCalendar(text: string, what: string): CalendarText {
  const events: Line[][] = [];
  const open: string[] = [];
  let calendars = 0;
  let zone: string | undefined;
  for (const raw of unfold(text)) {
    const line = lineOf(raw) ?? damaged(raw);
    if (line === undefined) continue;
    const { name, value } = line;
    if (name === 'BEGIN') {
      open.push(value.toUpperCase());
      if (open.length === 1 && open[0] === 'VCALENDAR') calendars += 1;
      if (open.join('/') === 'VCALENDAR/VEVENT') events.push([]);
      if (events.length > MOST_EVENTS) throw noCalendar(what, `it has more than ${MOST_EVENTS} events`);
    } else if (name === 'END') {
      if (open.pop() !== value.toUpperCase())
        throw noCalendar(what, `its ${value} ends where it did not begin`);
    } else if (open.length === 0) {
      throw noCalendar(what, 'it does not begin with BEGIN:VCALENDAR');
    } else if (open.join('/') === 'VCALENDAR/VEVENT') {
      events.at(-1)?.push(line);
    } else if (open.length === 1 && name === 'X-WR-TIMEZONE') zone = value;
  }
  if (calendars === 0) throw noCalendar(what, 'it has no BEGIN:VCALENDAR');
  if (open.length > 0) throw noCalendar(what, `it ends before its ${open.at(-1)} does: it is cut`);
  return { events, zone };
}

/** A line that is none counts where it could have said when; in a text of many lines it is a slip. */
function damaged(raw: string): Line | undefined {
  return SAYS_WHEN.test(raw) ? { name: DAMAGED, params: {}, value: raw.slice(0, 60) } : undefined;
}

/** A line goes on where the next one begins with a blank. */
function unfold(text: string): string[] {
  const plain = text
    .replace(/^\uFEFF/, '')
    .replaceAll(/\r\n?|\n/g, '\n')
    .replaceAll(/\n[ \t]/g, '');
  return plain.split('\n').filter((line) => line.trim() !== '');
}

function lineOf(raw: string): Line | undefined {
  const match = LINE.exec(raw);
  if (match === null) return undefined;
  const [, name = '', params = '', value = ''] = match;
  const pairs = [...params.matchAll(PARAMETER)].map(([, key = '', given = '']): [string, string] => [
    key.toUpperCase(),
    given.replace(/^"(.*)"$/, '$1'),
  ]);
  return { name: name.toUpperCase(), params: Object.fromEntries(pairs), value: value.trim() };
}

/** Escaped text as a person reads it. */
export function plainText(value: string): string {
  return value.replaceAll(/\\([nN\\;,])/g, (_, one: string) => (one.toLowerCase() === 'n' ? '\n' : one));
}

function noCalendar(what: string, why: string): SluiceError {
  return new SluiceError('schema_drift', {
    cause: `calendar: ${what} is no whole calendar: ${why}.`,
    remedy: 'Give the address or file of an iCalendar (.ics) document, and check that it can be read whole.',
  });
}
