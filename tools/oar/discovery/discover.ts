import { errorReport } from '../../../src/kit/errors.ts';
import { buildDataOf, complete, fromStateBox, stateBoxOf } from '../metadata.ts';
import { parseRelease } from '../release.ts';
import type { OarServices } from '../services.ts';
import type { StateBox } from '../statebox.ts';
import {
  type ActiveRelease,
  blockersOf,
  compareActive,
  isOverdue,
  statusOfBox,
  withinWindow,
} from './active.ts';
import { bounded } from './bounded.ts';
import { shippedState } from './shipped.ts';
import { boxedReleases, trackedReleases, yStreams } from './streams.ts';

export interface Discovery {
  releases: ActiveRelease[];
  /** What could not be looked at: it may hide an active release. */
  unreadable: { what: string; cause: string }[];
  streams: number;
}

const AT_ONCE = 6;

/** Every release that somebody may have to work on, over all y-streams. */
export async function discover(services: OarServices, now: number): Promise<Discovery> {
  const unreadable: Discovery['unreadable'] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      unreadable.push({ what, cause: errorReport(error).cause });
      return undefined;
    }
  };

  const streams = await yStreams(services);
  const found = await bounded(AT_ONCE, streams, async (yStream) => {
    const boxed =
      (await attempt(`the StateBoxes of ${yStream}`, () => boxedReleases(services, yStream))) ?? [];
    const announced = await attempt(`the tracking file of ${yStream}`, () => newest(services, yStream));
    // A stream that ended before there were StateBoxes is over, not forgotten.
    const waiting =
      boxed.length > 0 && announced !== undefined && !boxed.includes(announced) ? [announced] : [];
    return [
      ...boxed.map((release) => ({ release, boxed: true })),
      ...waiting.map((release) => ({ release, boxed: false })),
    ];
  });
  const releases = await bounded(AT_ONCE, found.flat(), async ({ release, boxed }) => {
    if (!boxed) return await attempt(release, () => announcedOne(services, release, now));
    const box = await attempt(release, () => stateBoxOf(services, parseRelease(release)));
    return box === undefined ? undefined : await activeOne(services, box, now, attempt);
  });
  return {
    releases: releases.filter((one) => one !== undefined).sort(compareActive),
    unreadable,
    streams: streams.length,
  };
}

async function newest(services: OarServices, yStream: string): Promise<string | undefined> {
  return (await trackedReleases(services, yStream))?.at(-1)?.release;
}

/** Announced, with a date ahead, and nobody has begun: there is no StateBox to read. */
async function announcedOne(
  services: OarServices,
  release: string,
  now: number,
): Promise<ActiveRelease | undefined> {
  const parsed = parseRelease(release);
  const date = (await buildDataOf(services, parsed))?.release_date ?? null;
  if (!withinWindow(date, now)) return undefined;
  const status = 'NOT STARTED';
  return {
    release,
    y_stream: parsed.yStream,
    release_date: date,
    status,
    overdue: isOverdue(status, date, now),
    blockers: [],
    statebox: false,
  };
}

async function activeOne(
  services: OarServices,
  box: StateBox,
  now: number,
  attempt: <T>(what: string, work: () => Promise<T>) => Promise<T | undefined>,
): Promise<ActiveRelease | undefined> {
  const release = parseRelease(box.release);
  const date = box.metadata.release_date;
  const within = withinWindow(date, now);
  const status = statusOfBox(box, false);
  // What is done and past its date asks nothing of anybody: most StateBoxes are such.
  if (!within && status === 'COMPLETE') return undefined;
  const known = await attempt(`whether ${release.name} is shipped`, () =>
    shippedState(services, complete(release, fromStateBox(box))),
  );
  if (known?.state === 'cancelled' || (!within && known?.state === 'shipped')) return undefined;
  const shown = known?.state === 'shipped' ? 'SHIPPED' : status;
  return {
    release: release.name,
    y_stream: release.yStream,
    release_date: date,
    status: shown,
    overdue: isOverdue(shown, date, now),
    blockers: blockersOf(box),
    statebox: true,
  };
}
