import { parseDuration } from '../../../kit/duration.ts';
import type { Span } from '../../../kit/freeze-settings.ts';

const MINUTE_MS = 60_000;
const DAY = 1_440;
const DAYS = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed'];

/** A stretch of a zone's time, minute by minute, as Intl writes its wall clock down. */
export class Minutes {
  readonly first: number;
  /** Wall clock of each minute: minutes since 1970 as if it were UTC. */
  readonly walls: number[];

  constructor(zone: string, around: string, days: number) {
    this.first = Math.floor(Date.parse(around) / MINUTE_MS) - days * DAY;
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'short',
      hourCycle: 'h23',
    });
    this.walls = Array.from({ length: 2 * days * DAY }, (_, index) => {
      const text = format.format((this.first + index) * MINUTE_MS);
      const [, day, month, year, hour, minute] = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+)/.exec(text) ?? [];
      return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) / MINUTE_MS;
    });
  }

  moment(index: number): number {
    return (this.first + index) * MINUTE_MS;
  }

  /** Which minute a wall time means: the first that shows it, or, skipped, as if the clock had gone on. */
  indexOf(wall: number): number {
    const shown = this.walls.indexOf(wall);
    if (shown >= 0) return shown;
    const after = this.walls.findIndex((one) => one > wall);
    if (after < 0) return this.walls.length + (wall - (this.walls.at(-1) ?? 0));
    if (after === 0) return wall - (this.walls[0] ?? 0);
    return after - 1 + (wall - (this.walls[after - 1] ?? 0));
  }

  /** Whether each minute is inside of the span. */
  inside(span: Span): boolean[] {
    const held = this.walls.map(() => false);
    for (const [start, end] of this.#windows(span)) {
      for (let index = Math.max(0, start); index < Math.min(end, held.length); index += 1) held[index] = true;
    }
    return held;
  }

  #windows(span: Span): [number, number][] {
    const wall = (text: string) => Date.parse(`${text}:00Z`) / MINUTE_MS;
    if (span.from !== undefined && span.to !== undefined)
      return [[this.indexOf(wall(span.from)), this.indexOf(wall(span.to))]];
    const lowest = Math.min(...this.walls.slice(0, DAY));
    const highest = Math.max(...this.walls.slice(-DAY));
    if (span.weekly !== undefined) {
      const { days, from, to } = span.weekly;
      const found: [number, number][] = [];
      for (let day = Math.floor(lowest / DAY) - 9; day <= highest / DAY; day += 1) {
        if (!days.some((name) => name === DAYS[day % 7])) continue;
        const start = day * DAY + timeOf(from);
        let end = start + 1;
        while (!isEnd(end, to)) end += 1;
        found.push([this.indexOf(start), this.indexOf(end)]);
      }
      return found;
    }
    const length = (parseDuration(span.for ?? '') ?? 0) / MINUTE_MS;
    const found: [number, number][] = [];
    for (let minute = lowest - length - DAY; minute <= highest; minute += 1) {
      if (!matches(span.cron ?? '', minute)) continue;
      const start = this.indexOf(minute);
      found.push([start, start + length]);
    }
    return found;
  }
}

function timeOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** `08:00`, `24:00` or `mon 08:00`. */
function isEnd(wall: number, to: string): boolean {
  const time = timeOf(to.slice(-5));
  const day = Math.floor((wall - time) / DAY);
  if (wall - time !== day * DAY) return false;
  return to.length === 5 || DAYS[day % 7] === to.slice(0, 3);
}

/** Five fields of numbers, lists, steps and stars; days of month and of week are either-or, as cron has it. */
function matches(cron: string, wall: number): boolean {
  const at = new Date(wall * MINUTE_MS);
  const [minute = '', hour = '', date = '', month = '', weekday = ''] = cron.split(' ');
  const fits = (field: string, value: number) =>
    field
      .split(',')
      .some(
        (part) =>
          part === '*' ||
          (part.startsWith('*/') ? value % Number(part.slice(2)) === 0 : Number(part) === value),
      );
  const byDate = fits(date, at.getUTCDate());
  const byWeekday = fits(weekday, at.getUTCDay());
  const day = date !== '*' && weekday !== '*' ? byDate || byWeekday : byDate && byWeekday;
  return (
    fits(minute, at.getUTCMinutes()) &&
    fits(hour, at.getUTCHours()) &&
    fits(month, at.getUTCMonth() + 1) &&
    day
  );
}
