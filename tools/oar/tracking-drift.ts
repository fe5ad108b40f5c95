import { errorReport } from '../../src/kit/errors.ts';
import type { Assembly } from './assembly.ts';
import { trackedReleases } from './discovery/streams.ts';
import { canonical } from './metadata.ts';
import type { Release } from './release.ts';
import type { OarServices } from './services.ts';

/**
 * Where the tracking file says something else than the build data: it is written once, when a
 * release is announced, and late advisories never reach it. It is compared, never believed.
 */
export async function trackingDrift(
  services: OarServices,
  release: Release,
  assembly: Assembly,
): Promise<string[]> {
  if (services.sources.tracking === undefined) return [];
  try {
    const tracked = (await trackedReleases(services, release.yStream)) ?? [];
    const entry = tracked.find((one) => one.release === release.name);
    if (entry === undefined) return [];
    return (['advisories', 'jira_ticket'] as const).flatMap((field) => {
      const [now, then] = [canonical(assembly[field]), canonical(entry[field])];
      return now === then ? [] : [`${field}: the build data says ${now}, the tracking file ${then}`];
    });
  } catch (error) {
    return [`The tracking file cannot be compared: ${errorReport(error).cause}`];
  }
}
