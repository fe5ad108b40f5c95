import type { App } from '../app.ts';
import type { RunRow } from '../store/store.ts';

const LOOK_EVERY_MS = 3_000;
const DRIVE_MS = 30_000;
/** A run that cannot be driven is not tried again at every look. */
const AFTER_ERROR_MS = 60_000;

export interface SchedulerOptions {
  /** Which flows may be driven. */
  covers: (flow: string) => boolean;
  everyMs?: number;
}

export interface Scheduler {
  /** Begins no further drive, and waits for the one that is under way. */
  stop(): Promise<void>;
}

/** Timers in the process: drives the runs that are due, one after the other. */
export function startScheduler(app: App, options: SchedulerOptions): Scheduler {
  const stopping = new AbortController();
  const notBefore = new Map<string, number>();
  let looking: Promise<void> | undefined;

  const driveOne = async (row: RunRow) => {
    try {
      const engine = await app.engine();
      await engine.drive({ release_id: row.id }, { budgetMs: DRIVE_MS, signal: stopping.signal });
    } catch (err) {
      notBefore.set(row.id, app.clock.wall() + AFTER_ERROR_MS);
      app.log.error({ err, release: row.id }, 'a due release could not be driven');
    }
  };
  const look = async () => {
    const rows = await (await app.engine()).due();
    for (const row of rows) {
      if (stopping.signal.aborted) return;
      if (!options.covers(row.flow) || (notBefore.get(row.id) ?? 0) > app.clock.wall()) continue;
      await driveOne(row);
    }
  };
  const timer = setInterval(() => {
    looking ??= look()
      .catch((err: unknown) => app.log.error({ err }, 'looking for due releases failed'))
      .finally(() => {
        looking = undefined;
      });
  }, options.everyMs ?? LOOK_EVERY_MS);
  timer.unref();

  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await looking;
    },
  };
}
