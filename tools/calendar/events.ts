import { type CalendarText, DAMAGED, type Line, plainText } from './lines.ts';
import { loadRules, type Rules } from './rules.ts';
import { type EventTime, isZone, type Times, timesIn } from './times.ts';

export interface CalendarEvent {
  uid: string;
  summary: string;
  start: number;
  /** Outside of it. */
  end: number;
  allDay: boolean;
  repeats: boolean;
}

export interface Expanded {
  /** Those that touch the stretch, by their beginning. */
  events: CalendarEvent[];
  /** Why an event could not be read, one line for each. */
  unreadable: string[];
  zone: string;
}

interface Entry {
  uid: string;
  summary: string;
  start: EventTime;
  endOf(start: number): number;
  rule: string | undefined;
  /** Starts of the series that are not its own any more. */
  without: Set<number>;
  /** The start that this one stands in for. */
  instead: number | undefined;
  cancelled: boolean;
}

const DAY_MS = 86_400_000;
const NOT_READ = ['RDATE', 'EXRULE'];

/** Every occurrence between two moments. What cannot be read is counted, never left out in silence. */
export async function eventsBetween(
  calendar: CalendarText,
  zone: string | undefined,
  from: number,
  to: number,
): Promise<Expanded> {
  const rules = await loadRules();
  const own = zone ?? (calendar.zone === undefined ? 'UTC' : rules.zone(calendar.zone));
  const unreadable: string[] = [];
  if (own === undefined || !isZone(own)) {
    unreadable.push(`the calendar's zone ${JSON.stringify(calendar.zone)} is not known: set zone`);
    return { events: [], unreadable, zone: 'UTC' };
  }
  const times = await timesIn(own, rules.zone);
  const entries: Entry[] = [];
  for (const lines of calendar.events) {
    try {
      entries.push(entryOf(lines, times));
    } catch (error) {
      unreadable.push(`${nameOf(lines)}: ${reasonOf(error)}`);
    }
  }
  for (const { instead, uid } of entries) {
    if (instead === undefined) continue;
    for (const series of entries)
      if (series.uid === uid && series.rule !== undefined) series.without.add(instead);
  }
  const events: CalendarEvent[] = [];
  for (const entry of entries) {
    if (entry.cancelled) continue;
    try {
      events.push(...occurrences(entry, from, to, rules, times));
    } catch (error) {
      unreadable.push(`${entry.summary.slice(0, 60)}: ${reasonOf(error)}`);
    }
  }
  events.sort((a, b) => a.start - b.start || a.end - b.end);
  return { events, unreadable, zone: own };
}

function occurrences(entry: Entry, from: number, to: number, rules: Rules, times: Times): CalendarEvent[] {
  const { uid, summary, start, rule, without } = entry;
  const event = (moment: number): CalendarEvent => ({
    uid,
    summary,
    start: moment,
    end: entry.endOf(moment),
    allDay: start.date,
    repeats: rule !== undefined,
  });
  const touches = ({ start: begins, end }: CalendarEvent) => begins < to && (end > from || begins >= from);
  if (rule === undefined) return [event(start.moment)].filter(touches);
  const wall = (moment: number) => times.wallOf(moment, start.zone);
  const length = entry.endOf(start.moment) - start.moment;
  const walls = rules.between(
    inWallTime(rule, start, times),
    wall(start.moment),
    wall(from) - length - DAY_MS,
    wall(to) + DAY_MS,
  );
  const moments = new Set(walls.map((one) => times.momentOf(one, start.zone)));
  return [...moments]
    .filter((moment) => !without.has(moment))
    .map(event)
    .filter(touches);
}

function entryOf(lines: readonly Line[], times: Times): Entry {
  const all = (name: string) => lines.filter((line) => line.name === name);
  const one = (name: string): Line | undefined => {
    const [first, second] = all(name);
    if (second !== undefined) throw new Error(`it has two of ${name}`);
    return first;
  };
  const unknown = NOT_READ.find((name) => all(name).length > 0);
  if (unknown !== undefined) throw new Error(`${unknown} is not read`);
  const [damaged] = all(DAMAGED);
  if (damaged !== undefined) throw new Error(`its line ${JSON.stringify(damaged.value)} is damaged`);
  const given = one('DTSTART');
  if (given === undefined) throw new Error('it has no DTSTART');
  const start = times.read(given, given.value);
  const instead = one('RECURRENCE-ID');
  if (instead?.params.RANGE !== undefined) throw new Error('RANGE is not read');
  const without = all('EXDATE').flatMap((line) =>
    line.value.split(',').map((value) => {
      const time = times.read(line, value);
      if (time.date !== start.date) throw new Error('EXDATE and DTSTART are of different kinds');
      return time.moment;
    }),
  );
  return {
    uid: one('UID')?.value ?? '',
    summary: plainText(all('SUMMARY')[0]?.value ?? ''),
    start,
    endOf: lengthOf(start, one('DTEND'), one('DURATION')?.value, times),
    rule: one('RRULE')?.value,
    without: new Set(without),
    instead: instead === undefined ? undefined : times.read(instead, instead.value).moment,
    cancelled: one('STATUS')?.value.toUpperCase() === 'CANCELLED',
  };
}

/** A day is a day of the calendar, whatever its clocks do; what has an end at a time is as long every time. */
function lengthOf(
  start: EventTime,
  end: Line | undefined,
  duration: string | undefined,
  times: Times,
): (moment: number) => number {
  const { zone, date } = start;
  if (duration !== undefined && end === undefined) {
    if (times.after(start, duration) < start.moment) throw new Error('it ends before it begins');
    return (moment) => times.after({ moment, zone, date }, duration);
  }
  if (end === undefined) return (moment) => (date ? times.daysAfter(moment, zone, 1) : moment);
  const last = times.read(end, end.value);
  if (last.moment < start.moment || last.date !== date) throw new Error('its DTEND does not fit its DTSTART');
  if (!date) return (moment) => moment + last.moment - start.moment;
  const days = Math.round((times.wallOf(last.moment, zone) - times.wallOf(start.moment, zone)) / DAY_MS);
  return (moment) => times.daysAfter(moment, zone, days);
}

/** UNTIL is a date, or a moment in UTC: here it becomes what the wall clock shows then. */
function inWallTime(rule: string, start: EventTime, times: Times): string {
  return rule.replace(/UNTIL=(\w+)/i, (_, value: string) => {
    const until = times.read({ params: {} }, value);
    const local = until.date || !value.endsWith('Z');
    const wall = times.wallOf(until.moment, local ? until.zone : start.zone);
    const last = until.date ? wall + DAY_MS - 1_000 : wall;
    return `UNTIL=${new Date(last).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')}`;
  });
}

function nameOf(lines: readonly Line[]): string {
  const summary = lines.find(({ name }) => name === 'SUMMARY')?.value;
  return plainText(summary ?? lines.find(({ name }) => name === 'UID')?.value ?? 'an event').slice(0, 60);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
