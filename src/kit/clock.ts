import { setTimeout as delay } from 'node:timers/promises';

/**
 * Two readings. `now` is the time of the world that the release lives in: records, waits, due times.
 * `wall` is this machine's time: leases and request limits, which guard processes and not releases.
 * They differ only where a sandbox owns the world.
 */
export interface Clock {
  now(): Promise<number>;
  wall(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: async () => Date.now(),
  wall: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};

export interface SteerableClock extends Clock {
  /** Moves the world's time forward to the given moment (milliseconds since 1970). */
  jumpTo(moment: number): Promise<void>;
}

export function isSteerable(clock: Clock): clock is SteerableClock {
  return 'jumpTo' in clock;
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
