import { SluiceError } from '../../../src/kit/errors.ts';
import { selector } from '../../kubernetes/client.ts';
import type { KonfluxClient } from '../client.ts';
import { LABEL } from '../resources/common.ts';
import { RELEASE, RELEASE_PLAN, type Release, type ReleasePlan } from '../resources/release.ts';
import type { Snapshot } from '../resources/snapshot.ts';
import { getSnapshot } from '../snapshots/find.ts';
import { admissionsFor } from './admission-read.ts';
import type { Lookup, PreflightFacts } from './preflight.ts';

export interface Wanted {
  namespace: string;
  plan: string;
  snapshot: string;
}

/** What there is to know before a release, by reads alone. What is missing is said, not thrown. */
export async function gather(
  client: KonfluxClient,
  wanted: Wanted,
  signal: AbortSignal | undefined,
): Promise<PreflightFacts> {
  const [planSide, snapshot, live, kept] = await Promise.all([
    planAndAdmissions(client, wanted, signal),
    findSnapshot(client, wanted, signal),
    releasesOf(client, wanted, signal),
    archivedReleasesOf(client, wanted, signal),
  ]);
  const known = new Set(live.map(({ metadata }) => metadata.uid));
  const archived = kept.releases.filter(({ metadata }) => !known.has(metadata.uid));
  return { ...planSide, snapshot, releases: [...live, ...archived], archiveTrouble: kept.trouble };
}

async function planAndAdmissions(
  client: KonfluxClient,
  { namespace, plan: name }: Wanted,
  signal: AbortSignal | undefined,
): Promise<Pick<PreflightFacts, 'plan' | 'admissions'>> {
  const plan = await client.cluster.find(RELEASE_PLAN, name, { namespace, signal });
  if (plan === undefined) {
    return {
      plan: { missing: told(await client.missing(RELEASE_PLAN, name, namespace)) },
      admissions: { access: 'none' },
    };
  }
  const lookup: Lookup<ReleasePlan> = { object: plan, archived: false };
  return { plan: lookup, admissions: await admissionsFor(client, plan, signal) };
}

async function findSnapshot(
  client: KonfluxClient,
  { namespace, snapshot }: Wanted,
  signal: AbortSignal | undefined,
): Promise<Lookup<Snapshot>> {
  try {
    return await getSnapshot(client, snapshot, { namespace, signal });
  } catch (error) {
    // Not there, or a commit in the place of a name: the remedy says which ones there are.
    if (error instanceof SluiceError && (error.code === 'not_found' || error.code === 'invalid_input'))
      return { missing: told(error) };
    throw error;
  }
}

/** By spec, not by label: a Release that was made without the webhook has no labels. */
export async function releasesOf(
  client: KonfluxClient,
  { namespace, plan, snapshot }: Wanted,
  signal: AbortSignal | undefined,
): Promise<Release[]> {
  const { items } = await client.cluster.all(RELEASE, { namespace, signal });
  return items.filter(({ spec }) => spec.releasePlan === plan && spec.snapshot === snapshot);
}

async function archivedReleasesOf(
  client: KonfluxClient,
  { namespace, plan, snapshot }: Wanted,
  signal: AbortSignal | undefined,
): Promise<{ releases: Release[]; trouble: string | undefined }> {
  if (client.archive === undefined) return { releases: [], trouble: undefined };
  try {
    const labels = selector({ [LABEL.releasePlan]: plan, [LABEL.releaseSnapshot]: snapshot });
    const { items } = await client.archive.all(RELEASE, { namespace, labels, signal });
    return {
      releases: items.filter(({ spec }) => spec.releasePlan === plan && spec.snapshot === snapshot),
      trouble: undefined,
    };
  } catch (error) {
    if (error instanceof SluiceError) return { releases: [], trouble: error.message };
    throw error;
  }
}

function told(error: SluiceError): string {
  return `${error.message} ${error.remedy}`;
}
