import { SluiceError } from '../../../src/kit/errors.ts';
import type { Cluster, Where } from '../../kubernetes/client.ts';
import type { Kept, KonfluxClient } from '../client.ts';
import { LABEL, parentOf } from '../resources/common.ts';
import { SNAPSHOT, type Snapshot } from '../resources/snapshot.ts';
import { newestFirst } from '../resources/timing.ts';
import { snapshotVerdict } from './classify.ts';

export interface SnapshotQuery {
  /** A commit, or the first seven or more digits of it. */
  commit?: string | undefined;
  /** `sha256:…`, or an image that ends with it. */
  digest?: string | undefined;
  /** The application or component group that it belongs to. */
  application?: string | undefined;
  namespace?: string | undefined;
  signal?: AbortSignal | undefined;
}

const COMMIT = /^[0-9a-f]{7,40}$/i;

/** Snapshots in the cluster that have all of what is asked for, newest first. */
export async function findSnapshots(client: KonfluxClient, query: SnapshotQuery): Promise<Snapshot[]> {
  return await findIn(client.cluster, query);
}

/** As `findSnapshots`, in one cluster or archive. */
export async function findIn(cluster: Cluster, query: SnapshotQuery): Promise<Snapshot[]> {
  const { items } = await cluster.all(SNAPSHOT, { namespace: query.namespace, signal: query.signal });
  return newestFirst(items.filter((snapshot) => fits(snapshot, query)));
}

export function fits(snapshot: Snapshot, { commit, digest, application }: SnapshotQuery): boolean {
  return (
    (application === undefined || parentOf(snapshot.spec)?.name === application) &&
    (commit === undefined || hasCommit(snapshot, commit)) &&
    (digest === undefined || hasDigest(snapshot, digest))
  );
}

/** It was built for this commit, or one of its components is at it. */
export function hasCommit(snapshot: Snapshot, commit: string): boolean {
  const wanted = commit.toLowerCase();
  return (
    isBuildOf(snapshot, commit) ||
    snapshot.spec.components.some(({ source }) => source?.git?.revision.toLowerCase().startsWith(wanted))
  );
}

/** The commit is what it was made for; other Snapshots may hold it too, beside newer builds. */
export function isBuildOf({ metadata }: Snapshot, commit: string): boolean {
  return metadata.labels[LABEL.snapshotSha]?.toLowerCase().startsWith(commit.toLowerCase()) === true;
}

export function hasDigest({ spec }: Snapshot, image: string): boolean {
  const wanted = digestOfImage(image) ?? image;
  return spec.components.some(({ containerImage }) => digestOfImage(containerImage) === wanted);
}

export function digestOfImage(image: string): string | undefined {
  return /sha256:[0-9a-f]{64}$/.exec(image)?.[0];
}

/** By its name. A commit in the place of a name is refused with the Snapshots that have it. */
export async function getSnapshot(
  client: KonfluxClient,
  name: string,
  where: Where,
): Promise<Kept<Snapshot>> {
  if (!COMMIT.test(name)) return await client.get(SNAPSHOT, name, where);
  try {
    return await client.get(SNAPSHOT, name, where);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'not_found') throw error;
    throw await commitGiven(client, name, where);
  }
}

async function commitGiven(client: KonfluxClient, commit: string, where: Where): Promise<SluiceError> {
  const found = await findSnapshots(client, { ...where, commit });
  const offered = found.slice(0, 5).map((one) => `${one.metadata.name} (${snapshotVerdict(one).state})`);
  const more = found.length > 5 ? ` and ${found.length - 5} more` : '';
  return new SluiceError('invalid_input', {
    cause: `${JSON.stringify(commit)} is a commit, not the name of a Snapshot.`,
    remedy:
      found.length === 0
        ? 'No Snapshot in the namespace has this commit: check it, or look whether its build has finished.'
        : `Snapshots with this commit, newest first: ${offered.join(', ')}${more}. Give the name of one.`,
  });
}
