import { parsePullSpec } from '../../quay/client.ts';
import { type Registries, registryOf } from './registries.ts';

/** What an image is known by. Empty where it is not known. */
export interface Identity {
  pullspec: string;
  digest: string;
  listDigest: string;
  /** The commit that it was built from. */
  vcsRef: string;
  /** Its label `name`, e.g. `openshift/ose-cli`: a hint for people, never a match. */
  name: string;
}

/** Not shipped as containers: the operating system has an advisory of its own. */
const SKIPPED = /^(machine-os-content|rhel-coreos(-\d+)?(-extensions)?)$/;

export function isSkipped(name: string): boolean {
  return SKIPPED.test(name);
}

export function isSame(a: Identity, b: Identity): boolean {
  return (['listDigest', 'digest', 'vcsRef'] as const).some((key) => a[key] !== '' && a[key] === b[key]);
}

export function hasSameName(a: Identity, b: Identity): boolean {
  return a.name !== '' && a.name === b.name;
}

export async function readIdentity(
  registries: Registries,
  pullspec: string,
  signal: AbortSignal | undefined,
): Promise<Identity> {
  const spec = parsePullSpec(pullspec);
  const registry = registryOf(registries, spec);
  const { digest, listDigest, manifest } = await registry.platformed(spec, signal);
  const labels = await registry.labels(spec, manifest, signal);
  return { pullspec, digest, listDigest, vcsRef: labels['vcs-ref'] ?? '', name: labels.name ?? '' };
}

/** What the pull spec itself tells: its digest, of the image or of a list. */
export function identityInSpec(pullspec: string): Identity {
  const { digest } = parsePullSpec(pullspec);
  return { pullspec, digest, listDigest: digest, vcsRef: '', name: '' };
}
