const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Milliseconds of Monday to Friday (UTC) between two moments. */
export function weekdayTime(from: number, to: number): number {
  let total = 0;
  for (let at = from; at < to; ) {
    const nextDay = (Math.floor(at / DAY_MS) + 1) * DAY_MS;
    const end = Math.min(nextDay, to);
    const day = new Date(at).getUTCDay();
    if (day !== 0 && day !== 6) total += end - at;
    at = end;
  }
  return total;
}

/** Whether somebody has had a working day: more than 24 hours of weekdays, or three days in any case. */
export function workingDayPassed(from: number, now: number): boolean {
  // No span of three days can hold less than a weekday: this spares the walk over long ones.
  return now - from > 3 * DAY_MS || weekdayTime(from, now) > DAY_MS;
}
