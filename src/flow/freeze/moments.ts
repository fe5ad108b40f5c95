import type { Cron } from 'croner';

/**
 * Wall clocks and moments. A wall time is a number too: the milliseconds that it would be in UTC. One that
 * a clock change skips counts as that much later; of one that comes twice the first is meant (Temporal's
 * `compatible`).
 */
export interface Moments {
  wallOf(moment: number, zone: string): number;
  momentOf(wall: number, zone: string): number;
  /** Runs of the expression, in UTC or in a zone of its own. Throws when it is none. */
  cron(expression: string, zone?: string): Cron;
}

let loaded: Promise<Moments> | undefined;

/** Loaded at first use: most calls of a command line ask for no calendar. */
export function loadMoments(): Promise<Moments> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Moments> {
  const [{ Temporal }, { Cron }] = await Promise.all([import('temporal-polyfill'), import('croner')]);
  const at = (moment: number, zone: string) =>
    Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(zone);
  return {
    wallOf: (moment, zone) => moment + at(moment, zone).offsetNanoseconds / 1_000_000,
    momentOf: (wall, zone) =>
      at(wall, 'UTC').toPlainDateTime().toZonedDateTime(zone, { disambiguation: 'compatible' })
        .epochMilliseconds,
    cron: (expression, zone = 'UTC') => new Cron(expression, { timezone: zone, paused: true }),
  };
}
