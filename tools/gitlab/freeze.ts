import type { Cron } from 'croner';
import { isoTime } from '../../src/kit/clock.ts';

export interface FreezePeriod {
  id: number;
  /** Cron expression of its beginning, five fields. */
  start: string;
  /** Cron expression of its end. */
  end: string;
  time_zone: string;
}

export interface FreezeVerdict {
  /** null: the expressions or the time zone of a period cannot be read, and no other one holds. */
  frozen: boolean | null;
  /** The period that holds. */
  by: FreezePeriod | null;
  /** When it ends, ISO. */
  until: string | null;
  unreadable: FreezePeriod[];
}

/**
 * Whether a period holds at the moment, as GitLab's own jobs see it: the last beginning is later than the
 * last end, both in the period's time zone, daylight saving included.
 */
export async function frozenAt(periods: readonly FreezePeriod[], now: number): Promise<FreezeVerdict> {
  const { Cron } = await import('croner');
  const unreadable: FreezePeriod[] = [];
  const at = new Date(now);
  for (const period of periods) {
    try {
      // A moment later, so that a freeze that begins this very minute holds.
      const reference = new Date(now + 1_000);
      const began = last(new Cron(period.start, { timezone: period.time_zone, paused: true }), reference);
      const end = new Cron(period.end, { timezone: period.time_zone, paused: true });
      const ended = last(end, reference);
      if (began === undefined || (ended !== undefined && ended >= began)) continue;
      const next = end.nextRun(at);
      return { frozen: true, by: period, until: next === null ? null : isoTime(next.getTime()), unreadable };
    } catch {
      unreadable.push(period);
    }
  }
  return { frozen: unreadable.length > 0 ? null : false, by: null, until: null, unreadable };
}

function last(cron: Cron, reference: Date): Date | undefined {
  return cron.previousRuns(1, reference)[0];
}
