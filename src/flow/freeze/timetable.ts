import { durationMs } from '../../kit/duration.ts';
import { type Span, WEEKDAYS, type Weekday } from '../../kit/freeze-settings.ts';
import type { Moments } from './moments.ts';

/** A stretch of time: `start` is inside, `end` is not. */
export interface Window {
  start: number;
  end: number;
}

export interface Timetable {
  /** The window around this moment: of several, from the first start to the last end. */
  at(moment: number): Window | undefined;
  /** When the next window begins after this moment. */
  next(moment: number): number | undefined;
  /** From this moment on it cannot tell. */
  knownUntil?: number;
}

const DAY_MS = 86_400_000;
/** More than any change of a wall clock that a zone of today makes. */
const AROUND_MS = 3 * 3_600_000;

/** Windows of one span without a source: once, every week, or by a cron expression. */
export function timetableOf(span: Span, moments: Moments): Timetable {
  const { zone = 'UTC' } = span;
  if (span.from !== undefined && span.to !== undefined) {
    const wall = (text: string) => moments.momentOf(Date.parse(`${text}:00Z`), zone);
    return listed([{ start: wall(span.from), end: wall(span.to) }]);
  }
  if (span.weekly !== undefined) return weekly(span.weekly, zone, moments);
  if (span.cron !== undefined && span.for !== undefined)
    return byCron(span.cron, durationMs(span.for), zone, moments);
  throw new Error('a span with a source of its own');
}

/** Windows that are known one by one. */
export function listed(windows: readonly Window[], knownUntil?: number): Timetable {
  return {
    at: (moment) => around(windows, moment),
    next: (moment) =>
      earliest(
        windows.flatMap(({ start, end }) => (start < end ? [start] : [])),
        moment,
      ),
    ...(knownUntil === undefined ? {} : { knownUntil }),
  };
}

function weekly(given: NonNullable<Span['weekly']>, zone: string, moments: Moments): Timetable {
  const from = minutesOf(given.from);
  const lastDayNamed = WEEKDAYS.find((day) => given.to.startsWith(day));
  const to = minutesOf(given.to.slice(-5));
  const days = new Set<Weekday>(given.days);
  const near = (moment: number, first: number, last: number): Window[] => {
    const today = Math.floor(moments.wallOf(moment, zone) / DAY_MS);
    const found: Window[] = [];
    for (let day = today + first; day <= today + last; day += 1) {
      const weekday = WEEKDAYS[weekdayOf(day)];
      if (weekday === undefined || !days.has(weekday)) continue;
      const lastDay = day + daysUntil(weekday, from, lastDayNamed, to);
      found.push({
        start: moments.momentOf(day * DAY_MS + from * 60_000, zone),
        end: moments.momentOf(lastDay * DAY_MS + to * 60_000, zone),
      });
    }
    return found;
  };
  return {
    at: (moment) => around(near(moment, -8, 1), moment),
    next: (moment) =>
      earliest(
        near(moment, -1, 9).map(({ start }) => start),
        moment,
      ),
  };
}

/** Days from the beginning to the end of a weekly window. */
function daysUntil(weekday: Weekday, from: number, named: Weekday | undefined, to: number): number {
  if (named === undefined) return to <= from ? 1 : 0;
  const days = (WEEKDAYS.indexOf(named) - WEEKDAYS.indexOf(weekday) + 7) % 7;
  return days === 0 && to <= from ? 7 : days;
}

/** 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

function minutesOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** The expression is met on the wall clock; `length` then passes as time does. */
function byCron(expression: string, length: number, zone: string, moments: Moments): Timetable {
  const cron = moments.cron(expression);
  const begin = (run: Date) => moments.momentOf(run.getTime(), zone);
  const wallOf = (moment: number) => moments.wallOf(moment, zone);
  const margin = (moment: number) => (isQuiet(moment, zone, moments) ? 0 : AROUND_MS);
  /** The last start at or before the moment. Near a clock change a later wall time may come earlier. */
  const last = (moment: number): number | undefined => {
    let best: number | undefined;
    let reference = new Date(wallOf(moment) + margin(moment) + 1);
    for (;;) {
      const [run] = cron.previousRuns(1, reference);
      if (run === undefined) return best;
      if (best !== undefined && run.getTime() < wallOf(best) - margin(best)) return best;
      const began = begin(run);
      if (began <= moment && (best === undefined || began > best)) best = began;
      reference = run;
    }
  };
  return {
    at: (moment) => {
      const start = last(moment);
      return start === undefined || start + length <= moment ? undefined : { start, end: start + length };
    },
    next: (moment) => {
      let best: number | undefined;
      let reference = new Date(wallOf(moment) - margin(moment));
      for (;;) {
        const run = cron.nextRun(reference);
        if (run === null) return best;
        if (best !== undefined && run.getTime() > wallOf(best) + margin(best)) return best;
        const begins = begin(run);
        if (begins > moment && (best === undefined || begins < best)) best = begins;
        reference = run;
      }
    },
  };
}

/** No clock change near: wall times come in the order of moments. */
function isQuiet(moment: number, zone: string, moments: Moments): boolean {
  const offset = (at: number) => moments.wallOf(at, zone) - at;
  return offset(moment - AROUND_MS) === offset(moment + AROUND_MS);
}

function around(windows: readonly Window[], moment: number): Window | undefined {
  const holding = windows.filter(({ start, end }) => start <= moment && moment < end);
  if (holding.length === 0) return undefined;
  return {
    start: Math.min(...holding.map(({ start }) => start)),
    end: Math.max(...holding.map(({ end }) => end)),
  };
}

function earliest(starts: readonly number[], after: number): number | undefined {
  const later = starts.filter((start) => start > after);
  return later.length === 0 ? undefined : Math.min(...later);
}
