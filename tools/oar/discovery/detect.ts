import { SluiceError } from '../../../src/kit/errors.ts';
import { compareReleases, parseRelease } from '../release.ts';
import type { OarServices } from '../services.ts';
import { trackedReleases, trackingPath } from './streams.ts';

export const VERDICTS = ['announced', 'promoted', 'behind', 'none'] as const;

export interface Detection {
  /** The newest release in the tracking file. */
  tracked: string | null;
  /** The newest accepted one of the release controller. */
  stable: string | null;
  /**
   * announced: newer than what is promoted. promoted: the very one, which may have been promoted
   * before anybody looked. behind: the tracking file has not caught up. none: nothing is tracked.
   */
  verdict: (typeof VERDICTS)[number];
  /** Those that need a StateBox, oldest first; whether they have one is seen when it is created. */
  releases: string[];
}

/** Compares what was announced with what is promoted. Either of them not answering is an error. */
export async function detect(services: OarServices, yStream: string): Promise<Detection> {
  const tracked = await trackedReleases(services, yStream);
  if (tracked === undefined) {
    throw new SluiceError('not_found', {
      cause: `There is no tracking file ${trackingPath(yStream)}.`,
      remedy: 'Check the y-stream and modules.oar.tracking.',
    });
  }
  const names = tracked.map(({ release }) => release);
  const newest = names.at(-1);
  if (newest === undefined) return { tracked: null, stable: null, verdict: 'none', releases: [] };
  const stable = await latestStable(services, yStream);
  const ahead = names.filter((name) => stable === null || compareReleases(name, stable) > 0);
  if (ahead.length > 0) {
    // Without a promoted release there is no telling which older ones are still to come.
    const releases = stable === null ? [newest] : ahead;
    return { tracked: newest, stable, verdict: 'announced', releases };
  }
  const same = newest === stable;
  return { tracked: newest, stable, verdict: same ? 'promoted' : 'behind', releases: same ? [newest] : [] };
}

async function latestStable(services: OarServices, yStream: string): Promise<string | null> {
  const { major } = parseRelease(`${yStream}.0`);
  try {
    // With its dot: 4.2 must not find 4.20.
    return (await services.releaseController().latest(`${major}-stable`, `${yStream}.`)).name;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not_found') return null;
    throw error;
  }
}
