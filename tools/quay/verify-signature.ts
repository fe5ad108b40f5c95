import { z } from 'zod';
import { attachedTo } from './attached.ts';
import { defineTool, IMAGE_OUTPUT, ImageInput } from './define.ts';
import { pinned, platformImages, readImage } from './images.ts';
import { inGroups } from './in-groups.ts';
import {
  type CheckedSignature,
  checkSignature,
  SIGNATURE_STATES,
  type SignatureState,
} from './signature-check.ts';

const MOST_SHOWN = 6;
const STATES = [...SIGNATURE_STATES, 'unsigned'] as const;

const OfDigest = z.object({
  digest: z.string(),
  role: z.enum(['image', 'index', 'platform_image']),
  platform: z.string().nullable(),
  state: z.enum(STATES),
  signatures: z.array(
    z.object({
      source: z.enum(['tag', 'referrer']),
      form: z.enum(['simple', 'bundle']),
      state: z.enum(SIGNATURE_STATES),
      key: z.string().nullable(),
    }),
  ),
  signature_count: z.int(),
});
type OfDigest = z.output<typeof OfDigest>;

export const verifySignature = defineTool({
  name: 'quay_verify_signature',
  title: 'Verify the signature of an image',
  description: `Whether a public key of the settings has signed the digest that an image stands for (cosign signatures: the .sig tag,
referrers, Sigstore bundles). verified speaks of that digest itself: of an index whose images alone are signed it is false;
digests says which are. A signature of another digest, by another key or without a key pair (keyless: unsupported) never
counts. Transparency logs are not asked.`,
  effect: 'read',
  input: z.object({
    image: ImageInput,
    keys: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .meta({ description: 'Names in modules.quay.keys; default is all of them.' }),
  }),
  output: z.object({
    ...IMAGE_OUTPUT,
    verified: z.boolean(),
    state: z.enum(STATES).meta({ description: 'Of the digest of the image.' }),
    key: z.string().nullable().meta({ description: 'The name of the key that verified it.' }),
    keys: z.array(z.string()).meta({ description: 'The names of the keys that were tried.' }),
    digests: z.array(OfDigest),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ image: text, keys: names }, { client, signal }) => {
    const keys = await client.keys.chosen(names);
    const image = await readImage(client, text, signal);
    const { document } = image;
    const isIndex = document.kind === 'index';
    const all = [
      { digest: document.digest, platform: null, role: isIndex ? ('index' as const) : ('image' as const) },
      ...(isIndex ? platformImages(image) : []).map((one) => ({ ...one, role: 'platform_image' as const })),
    ];
    const digests = await inGroups(all, async ({ digest, platform, role }) => {
      const attached = await attachedTo(image, digest, ['sig'], signal);
      const found = attached.flatMap((one) => checkSignature(one, digest, keys) ?? []);
      return ofDigest({ digest, platform, role }, found);
    });
    const [own] = digests;
    if (own === undefined) throw new Error('nothing was looked at');
    const key = own.signatures.find(({ state }) => state === 'verified')?.key ?? null;
    return {
      image: pinned(image),
      tag: image.name.tag || null,
      digest: document.digest,
      is_index: isIndex,
      verified: own.state === 'verified',
      state: own.state,
      key,
      keys: keys.map(({ name }) => name),
      digests,
      summary: sentence(pinned(image), own, digests.slice(1), key),
      ...(own.state === 'unsigned' ? { next: 'Signing follows the build: look again after it.' } : {}),
    };
  },
});

function ofDigest(
  { digest, platform, role }: Pick<OfDigest, 'digest' | 'platform' | 'role'>,
  found: readonly CheckedSignature[],
): OfDigest {
  const rank = (state: SignatureState) => SIGNATURE_STATES.indexOf(state);
  const sorted = found.toSorted((a, b) => rank(a.state) - rank(b.state));
  return {
    digest,
    role,
    platform,
    state: sorted[0]?.state ?? 'unsigned',
    signatures: sorted.slice(0, MOST_SHOWN),
    signature_count: found.length,
  };
}

const SAYS: Record<OfDigest['state'], string> = {
  verified: 'is signed',
  digest_differs: 'is not signed: the signature attached to it is of another digest',
  wrong_key: 'is signed by none of the keys that were tried',
  unsupported: 'has only signatures without a key pair, which are not verified here',
  malformed: 'has nothing that can be read as a signature',
  unsigned: 'is not signed',
};

function sentence(image: string, own: OfDigest, inside: readonly OfDigest[], key: string | null): string {
  const by = key === null ? '' : ` by ${key}`;
  const signed = inside.filter(({ state }) => state === 'verified').length;
  const rest =
    inside.length === 0 ? '' : ` Of its ${inside.length} images ${signed} are signed by themselves.`;
  return `${image} ${SAYS[own.state]}${by}.${rest}`;
}
