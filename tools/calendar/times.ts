import type { Temporal as Kind } from 'temporal-polyfill';
import type { Line } from './lines.ts';

/** A moment as an event names it: its instant, and the zone in which it repeats. */
export interface EventTime {
  moment: number;
  zone: string;
  /** A date: the whole day. */
  date: boolean;
}

export interface Times {
  /** Throws where the text or its zone cannot be read. */
  read(line: Pick<Line, 'params'>, value: string): EventTime;
  wallOf(moment: number, zone: string): number;
  momentOf(wall: number, zone: string): number;
  /** A duration of an event: its days are days of the calendar, its hours pass. */
  after(start: EventTime, duration: string): number;
  /** So many days of the calendar later. */
  daysAfter(moment: number, zone: string, days: number): number;
}

const FORM = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z)?)?$/;

/** Dates of a calendar. What names no zone is in the calendar's own, never in that of this machine. */
export async function timesIn(zone: string, resolve: (tzid: string) => string | undefined): Promise<Times> {
  const { Temporal } = await import('temporal-polyfill');
  const at = (moment: number, name: string) =>
    Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(name);
  const plain = (text: string): [Kind.PlainDateTime, boolean, boolean] => {
    const match = FORM.exec(text);
    if (match === null) throw new Error(`${JSON.stringify(text.slice(0, 40))} is no date or time`);
    const [, year, month, day, hour = '00', minute = '00', second = '00', utc] = match;
    const seconds = second === '60' ? '59' : second;
    const iso = `${year}-${month}-${day}T${hour}:${minute}:${seconds}`;
    return [
      Temporal.PlainDateTime.from(iso, { overflow: 'reject' }),
      match[4] === undefined,
      utc !== undefined,
    ];
  };
  return {
    read: ({ params }, value) => {
      const [local, date, utc] = plain(value);
      const tzid = params.TZID;
      const named = tzid === undefined || date ? zone : resolve(tzid);
      if (named === undefined)
        throw new Error(`the time zone ${JSON.stringify(tzid?.slice(0, 60))} is not known`);
      const own = utc ? 'UTC' : named;
      return { moment: local.toZonedDateTime(own).epochMilliseconds, zone: own, date };
    },
    wallOf: (moment, name) => moment + at(moment, name).offsetNanoseconds / 1_000_000,
    momentOf: (wall, name) => at(wall, 'UTC').toPlainDateTime().toZonedDateTime(name).epochMilliseconds,
    after: ({ moment, zone: name }, duration) =>
      at(moment, name).add(Temporal.Duration.from(duration.replace(/^\+/, ''))).epochMilliseconds,
    daysAfter: (moment, name, days) => at(moment, name).add({ days }).epochMilliseconds,
  };
}

/** Whether a name is a zone that clocks are known of. */
export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
