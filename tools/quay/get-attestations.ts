import { z } from 'zod';
import { cleanText } from '../../src/kit/text.ts';
import { attachedTo } from './attached.ts';
import { ATTESTATION_STATES, type CheckedAttestation, checkAttestation } from './attestation-check.ts';
import { defineTool, IMAGE_OUTPUT, ImageInput } from './define.ts';
import { pinned, platformImages, readImage } from './images.ts';
import { inGroups } from './in-groups.ts';
import { Provenance, provenanceOf } from './provenance.ts';

const Attestation = z.object({
  digest: z.string().meta({ description: 'What it is attached to.' }),
  platform: z.string().nullable(),
  predicate_type: z.string(),
  state: z.enum(ATTESTATION_STATES),
  key: z.string().nullable(),
  source: z.enum(['tag', 'referrer']),
  ...Provenance.shape,
});
type Attestation = z.output<typeof Attestation>;

export const getAttestations = defineTool({
  name: 'quay_get_attestations',
  title: 'Get the attestations of an image',
  description: `What is attested about an image and its platforms' images: provenance (builder, commits, materials), SBOMs and others,
from the .att tag, referrers and Sigstore bundles. Each is held against the public keys of the settings and must name the
digest; only state verified may be believed. verified, builders and commits count verified ones of the image's own digest
alone.`,
  effect: 'read',
  input: z.object({
    image: ImageInput,
    predicate_type: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'Its beginning, e.g. https://slsa.dev/provenance.' }),
    keys: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .meta({ description: 'Names in modules.quay.keys; default is all of them.' }),
    limit: z.int().min(1).max(20).default(5),
  }),
  output: z.object({
    ...IMAGE_OUTPUT,
    verified: z.boolean().meta({ description: 'Whether any that was asked for is verified.' }),
    builders: z.array(z.string()),
    commits: Provenance.shape.commits,
    attestations: z.array(Attestation),
    total: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ image: text, predicate_type, keys: names, limit }, { client, signal }) => {
    const keys = await client.keys.chosen(names);
    const image = await readImage(client, text, signal);
    const { document } = image;
    const isIndex = document.kind === 'index';
    const all = [{ digest: document.digest, platform: null }, ...(isIndex ? platformImages(image) : [])];
    const found = await inGroups(all, async ({ digest, platform }) => {
      const attached = await attachedTo(image, digest, ['att'], signal);
      return attached.flatMap((one) => {
        const checked = checkAttestation(one, digest, keys);
        return checked === undefined ? [] : [shown(checked, digest, platform)];
      });
    });
    // What cannot be read may be of any type.
    const wanted = found
      .flat()
      .filter(({ predicate_type: type }) => type === '' || type.startsWith(predicate_type ?? ''));
    const rank = ({ state }: Attestation) => ATTESTATION_STATES.indexOf(state);
    const sorted = wanted.toSorted((a, b) => rank(a) - rank(b));
    const own = sorted.filter(({ state, digest }) => state === 'verified' && digest === document.digest);
    const builders = [...new Set(own.flatMap(({ builder_id }) => builder_id ?? []))];
    return {
      image: pinned(image),
      tag: image.name.tag || null,
      digest: document.digest,
      is_index: isIndex,
      verified: own.length > 0,
      builders,
      commits: own.flatMap(({ commits }) => commits).slice(0, 10),
      attestations: sorted.slice(0, limit),
      total: sorted.length,
      truncated: sorted.length > limit,
      summary: sentence(pinned(image), sorted, own, builders),
    };
  },
});

function shown(checked: CheckedAttestation, digest: string, platform: string | null): Attestation {
  const { predicateType, predicate, state, key, source } = checked;
  const predicate_type = cleanText(predicateType, 200);
  return { digest, platform, predicate_type, state, key, source, ...provenanceOf(predicate) };
}

function sentence(
  image: string,
  all: readonly Attestation[],
  own: readonly Attestation[],
  builders: readonly string[],
): string {
  if (all.length === 0) return `${image} has no attestations that fit.`;
  const by = builders.length === 0 ? '' : `, built by ${builders.join(', ')}`;
  const others = all.filter(({ state }) => state === 'verified').length - own.length;
  const inside = others === 0 ? '' : `, and ${others} of the images inside`;
  return `${image} has ${all.length} ${all.length === 1 ? 'attestation' : 'attestations'}; ${own.length} of its own digest ${own.length === 1 ? 'is' : 'are'} verified${inside}${by}.`;
}
