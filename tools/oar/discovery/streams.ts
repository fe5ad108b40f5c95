import { SluiceError } from '../../../src/kit/errors.ts';
import { compareReleases, parseRelease, RELEASE } from '../release.ts';
import { needSource, type OarServices } from '../services.ts';
import { parseTracking, type Tracked } from '../tracking.ts';

const FOLDER = '_releases';
/** `4.20`, and nothing else that may lie beside it. */
export const Y_STREAM = /^\d+\.\d{1,2}$/;

export function trackingPath(yStream: string): string {
  return `${FOLDER}/${yStream}/${yStream}.z.yaml`;
}

/** Every y-stream that has a folder beside the StateBoxes or the tracking files, oldest first. */
export async function yStreams(services: OarServices): Promise<string[]> {
  const names = new Set<string>();
  let found = false;
  for (const source of [needSource(services, 'statebox'), services.sources.tracking]) {
    // One folder holds all y-streams, so there is no stream yet to fill a branch name with.
    for (const name of (await listed(source)) ?? []) {
      found = true;
      if (Y_STREAM.test(name)) names.add(name);
    }
  }
  if (!found) {
    throw new SluiceError('not_found', {
      cause: `There is no folder ${needSource(services, 'statebox').locate(FOLDER, '')}.`,
      remedy:
        'Check modules.oar.statebox and modules.oar.tracking: their place, their branch, and the right to read it.',
    });
  }
  return [...names].sort((a, b) => compareReleases(`${a}.0`, `${b}.0`));
}

async function listed(source: OarServices['sources']['tracking']): Promise<string[] | undefined> {
  return await source?.list(FOLDER, '');
}

/** The releases of a y-stream whose StateBoxes are there, previews included, oldest first. */
export async function boxedReleases(services: OarServices, yStream: string): Promise<string[]> {
  const names = await needSource(services, 'statebox').list(`${FOLDER}/${yStream}/statebox`, yStream);
  return (names ?? [])
    .flatMap((name) => /^(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .filter((name) => RELEASE.test(name) && parseRelease(name).yStream === yStream)
    .sort(compareReleases);
}

/** What was announced for a y-stream, oldest first; undefined when it has no tracking file. */
export async function trackedReleases(
  services: OarServices,
  yStream: string,
): Promise<Tracked[] | undefined> {
  const source = needSource(services, 'tracking');
  const file = await source.read(trackingPath(yStream), yStream);
  return file === undefined
    ? undefined
    : parseTracking(source.locate(trackingPath(yStream), yStream), file.text);
}
