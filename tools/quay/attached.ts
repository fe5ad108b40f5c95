import { SluiceError } from '../../src/kit/errors.ts';
import type { Located } from './client.ts';
import { inGroups } from './in-groups.ts';
import { specOf } from './pull-spec.ts';
import { absent } from './registry.ts';
import type { Descriptor } from './registry-schema.ts';

export const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
export const ENVELOPE = 'application/vnd.dsse.envelope.v1+json';
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle(\.v0\.\d+)?\+json/;
/** Also kinds that say nothing: cosign writes the configuration's into the tag that stands in for referrers. */
const KINDS = /cosign|sigstore|dsse|in-toto|^application\/vnd\.oci\.(empty|image\.config)\.v1\+json$|^$/;
const CERTIFICATE = 'dev.sigstore.cosign/certificate';

/** Anybody who may push can attach: so many are looked at, and no more. */
const MOST_ATTACHED = 50;

/** One thing that somebody has attached to a digest. */
export interface Attached {
  source: 'tag' | 'referrer';
  form: 'simple' | 'envelope' | 'bundle';
  bytes: Uint8Array;
  annotations: Readonly<Record<string, string>>;
  /** Whether it carries a certificate, as signatures without a key pair do. */
  hasCertificate: boolean;
}

/** Signatures and attestations of a digest: below cosign's tags, and among what refers to it. */
export async function attachedTo(
  located: Located,
  digest: string,
  tags: readonly ('sig' | 'att')[],
  signal: AbortSignal | undefined,
): Promise<Attached[]> {
  const byTag = await inGroups(tags, (suffix) => inTag(located, digest, suffix, signal));
  const byReference = await inReferrers(located, digest, signal);
  const layers = [
    ...byTag.flat().map((layer) => ({ layer, source: 'tag' as const })),
    ...byReference.map((layer) => ({ layer, source: 'referrer' as const })),
  ].flatMap(({ layer, source }) => {
    const form = formOf(layer);
    return form === undefined ? [] : [{ layer, source, form }];
  });
  if (layers.length > MOST_ATTACHED) throw tooMany(located, digest, layers.length);
  return await inGroups(layers, async ({ layer, source, form }) => {
    const annotations = layer.annotations ?? {};
    return {
      source,
      form,
      bytes: await located.place.registry.blob(located.name, layer.digest, signal),
      annotations,
      // Tekton Chains writes the annotation always, and leaves it empty when it signs with a key.
      hasCertificate: (annotations[CERTIFICATE] ?? '') !== '',
    };
  });
}

async function inTag(
  { place, name }: Located,
  digest: string,
  suffix: string,
  signal: AbortSignal | undefined,
): Promise<Descriptor[]> {
  const spec = specOf(name, `${digest.replace(':', '-')}.${suffix}`);
  const document = await absent(place.registry.read(spec, signal));
  return document?.kind === 'image' ? document.manifest.layers : [];
}

async function inReferrers(
  located: Located,
  digest: string,
  signal: AbortSignal | undefined,
): Promise<Descriptor[]> {
  const { place, name } = located;
  const all = await place.registry.referrers(name, digest, signal);
  const ours = all.filter(({ artifactType = '' }) => KINDS.test(artifactType));
  if (ours.length > MOST_ATTACHED) throw tooMany(located, digest, ours.length);
  const manifests = await inGroups(ours, (referrer) =>
    absent(place.registry.image(name, referrer.digest, signal)),
  );
  return manifests.flatMap((manifest) => manifest?.layers ?? []);
}

function formOf({ mediaType = '' }: Descriptor): Attached['form'] | undefined {
  if (mediaType === SIMPLE_SIGNING) return 'simple';
  if (mediaType === ENVELOPE) return 'envelope';
  return BUNDLE.test(mediaType) ? 'bundle' : undefined;
}

function tooMany({ name }: Located, digest: string, count: number): SluiceError {
  return new SluiceError('precondition', {
    cause: `${name.host}/${name.repository}@${digest} has ${count} signatures and attestations; at most ${MOST_ATTACHED} are looked at.`,
    remedy: 'Look at what is attached to it (cosign tree), and have what does not belong there removed.',
  });
}
