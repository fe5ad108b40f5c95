import type { Http } from '../../../src/kit/http.ts';
import { IMAGES_AT_ONCE, mapBounded } from './bounded.ts';
import { imagesByDigest } from './catalog.ts';
import { hasSameName, type Identity, identityInSpec, isSame, isSkipped, readIdentity } from './identity.ts';
import { readable } from './readable.ts';
import type { Registries } from './registries.ts';

export interface Places {
  registries: Registries;
  catalog: Http;
}

interface Seen {
  identity: Identity;
  /** Why its registry could not be asked; then nothing but its pull spec is known. */
  unreadable: string | undefined;
}

export type Verdict =
  | { state: 'in_shipment' | 'shipped_elsewhere' }
  | { state: 'missing'; sameName: string[] }
  | { state: 'inconclusive'; cause: string };

export interface Checked {
  name: string;
  pullspec: string;
  verdict: Verdict;
}

/**
 * Is every image of the payload in the shipment, or shipped before? Missing is said only where
 * everything that could have shown it was read.
 */
export async function checkImages(
  images: readonly { name: string; pullspec: string }[],
  components: readonly string[],
  { registries, catalog }: Places,
  signal: AbortSignal | undefined,
): Promise<Checked[]> {
  const wanted = images.filter(({ name }) => !isSkipped(name));
  const pullspecs = [...new Set([...wanted.map(({ pullspec }) => pullspec), ...components])];
  const all = await mapBounded(pullspecs, IMAGES_AT_ONCE, async (pullspec): Promise<Seen> => {
    const read = await readable(() => readIdentity(registries, pullspec, signal), signal);
    if (read.state === 'read') return { identity: read.value, unreadable: undefined };
    return { identity: await whatSpecTells(pullspec, signal), unreadable: read.cause };
  });
  const seen = new Map(all.map((one) => [one.identity.pullspec, one]));
  const shipped = [...new Set(components)].flatMap((pullspec) => seen.get(pullspec) ?? []);
  return await mapBounded(wanted, IMAGES_AT_ONCE, async ({ name, pullspec }) => {
    const image = seen.get(pullspec) ?? { identity: identityInSpec(pullspec), unreadable: 'not read' };
    return { name, pullspec, verdict: await judge(image, shipped, catalog, signal) };
  });
}

async function whatSpecTells(pullspec: string, signal: AbortSignal | undefined): Promise<Identity> {
  const told = await readable(async () => identityInSpec(pullspec), signal);
  return told.state === 'read' ? told.value : { pullspec, digest: '', listDigest: '', vcsRef: '', name: '' };
}

async function judge(
  image: Seen,
  shipped: readonly Seen[],
  catalog: Http,
  signal: AbortSignal | undefined,
): Promise<Verdict> {
  if (shipped.some(({ identity }) => isSame(identity, image.identity))) return { state: 'in_shipment' };
  const found = await readable(() => imagesByDigest(catalog, image.identity.digest, signal), signal);
  if (found.state === 'unreadable') return { state: 'inconclusive', cause: found.cause };
  if (found.value.total > 0) return { state: 'shipped_elsewhere' };
  if (image.unreadable !== undefined) return { state: 'inconclusive', cause: image.unreadable };
  const unread = shipped.filter(({ unreadable }) => unreadable !== undefined);
  const first = unread[0];
  if (first !== undefined) {
    const cause = `It may be among ${unread.length} shipment components that cannot be read: ${first.unreadable}`;
    return { state: 'inconclusive', cause };
  }
  const sameName = shipped.filter(({ identity }) => hasSameName(identity, image.identity));
  return { state: 'missing', sameName: sameName.map(({ identity }) => identity.pullspec) };
}
