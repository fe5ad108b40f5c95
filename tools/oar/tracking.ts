import { z } from 'zod';
import { fromYaml } from './drift.ts';
import { compareReleases, RELEASE } from './release.ts';

/** The releases of a y-stream that were announced (`_releases/<y>/<y>.z.yaml`); keys stand in letter order there. */
const TrackingFile = z.object({
  releases: z.record(
    z.string().regex(RELEASE),
    z.object({ advisories: z.record(z.string(), z.int()).default({}), release_jira: z.string().nullish() }),
  ),
});

export interface Tracked {
  release: string;
  advisories: Record<string, number>;
  jira_ticket: string | null;
}

/** Oldest release first. */
export function parseTracking(where: string, text: string): Tracked[] {
  return Object.entries(fromYaml(where, text, TrackingFile).releases)
    .map(([release, entry]) => ({
      release,
      advisories: entry.advisories,
      jira_ticket: entry.release_jira ?? null,
    }))
    .sort((a, b) => compareReleases(a.release, b.release));
}
