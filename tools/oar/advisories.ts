import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Advisory } from '../errata/client.ts';
import { see } from './flow-page.ts';
import type { Metadata } from './metadata.ts';
import type { OarServices } from './services.ts';

export interface ReleaseAdvisory {
  id: number;
  /** `rpm`, `rhcos`, `microshift`, … */
  kind: string;
  advisory: Advisory;
}

export const AdvisoryState = z.object({ id: z.int(), kind: z.string(), state: z.string() });

export const READY_STATES: ReadonlySet<string> = new Set([
  'REL_PREP',
  'PUSH_READY',
  'IN_PUSH',
  'SHIPPED_LIVE',
]);
const DROPPED = 'DROPPED_NO_SHIP';

/** The advisories of the release in Errata Tool; a dropped one ships nothing and counts nowhere. */
export async function undroppedAdvisories(
  services: OarServices,
  metadata: Metadata,
): Promise<ReleaseAdvisory[]> {
  const all = await Promise.all(
    Object.entries(metadata.advisories).map(async ([kind, id]) => ({
      id,
      kind,
      advisory: await services.errata().getAdvisory(id),
    })),
  );
  return all.filter(({ advisory }) => advisory.status !== DROPPED);
}

/** Those that QE owns, pushes and moves: microshift goes its own way. */
export async function liveAdvisories(services: OarServices, metadata: Metadata): Promise<ReleaseAdvisory[]> {
  return (await undroppedAdvisories(services, metadata)).filter(({ kind }) => kind !== 'microshift');
}

export function demandSome(live: readonly ReleaseAdvisory[], metadata: Metadata): void {
  if (live.length > 0) return;
  throw new SluiceError('precondition', {
    cause: `${metadata.release.name} has no live advisory: ${Object.keys(metadata.advisories).length} are named, all dropped or microshift.`,
    remedy: `Check the advisories in the build data; with none, there is nothing that could be complete. ${see('dropped-advisory')}`,
  });
}

export const stateOf = ({ id, kind, advisory }: ReleaseAdvisory) => ({ id, kind, state: advisory.status });
