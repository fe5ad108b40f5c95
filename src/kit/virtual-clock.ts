import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { isoTime, type SteerableClock } from './clock.ts';
import { SluiceError } from './errors.ts';
import { boundedFetch } from './http.ts';

const Now = z.object({ now: z.string() });
const LIMIT_MS = 30_000;

/** The clock of a sandbox, asked over HTTP; leases still count on this machine's own. */
export function virtualClock(url: string): SteerableClock {
  const ask = async (body?: unknown): Promise<number> => {
    const answer = await boundedFetch(url, body, LIMIT_MS).catch((error: unknown) => {
      throw new SluiceError('upstream', {
        cause: `The sandbox clock ${url} does not answer (${error instanceof Error ? error.message : String(error)}).`,
        remedy:
          'Is the sandbox running? Begin it with `sluice sandbox`, and use the settings that it prints.',
      });
    });
    return Date.parse(Now.parse(answer).now);
  };
  return {
    now: () => ask(),
    wall: () => Date.now(),
    sleep: async (ms, signal) => {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    },
    jumpTo: async (moment) => {
      if (moment <= (await ask())) return;
      try {
        await ask({ to: isoTime(Math.ceil(moment / 1000) * 1000) });
      } catch (error) {
        // Another driver may have moved it further meanwhile, and it never goes back.
        if ((await ask()) < moment) throw error;
      }
    },
  };
}
