import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { cleanText } from '../../src/kit/text.ts';
import { defineTool, IMAGE_OUTPUT, ImageInput } from './define.ts';
import { configIn, type Image, type PlatformImage, pinned, platformImages, readImage } from './images.ts';

const MOST_LABELS = 40;
const LONGEST = 150;
const DEFAULT_PLATFORM = 'linux/amd64';
/** Where build systems write the commit that they built. */
const COMMIT_LABELS = ['vcs-ref', 'org.opencontainers.image.revision', 'org.label-schema.vcs-ref'];

export const getLabels = defineTool({
  name: 'quay_get_labels',
  title: 'Get the labels of an image',
  description: `Labels in the configuration of an image (name, version, release, vcs-ref …) and the commit that it says it was built
from. Of an index those of one platform, ${DEFAULT_PLATFORM} unless told. A label is a claim of who built the image;
quay_get_attestations has signed ones.`,
  effect: 'read',
  input: z.object({
    image: ImageInput,
    platform: z
      .string()
      .regex(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/)
      .optional()
      .meta({ description: 'E.g. linux/arm64.' }),
  }),
  output: z.object({
    ...IMAGE_OUTPUT,
    platform: z.string().nullable(),
    platform_digest: z.string().meta({ description: 'Whose labels these are.' }),
    labels: z.record(z.string(), z.string()),
    label_count: z.int(),
    commit: z.string().nullable(),
    built: z.string().nullable(),
    truncated: z.boolean().meta({
      description: `At most ${MOST_LABELS} labels are shown, each with its first ${LONGEST} characters.`,
    }),
    summary: z.string(),
  }),
  run: async ({ image: text, platform }, { client, signal }) => {
    const image = await readImage(client, text, signal);
    const { place, name, document } = image;
    const chosen = choose(image, platform);
    const manifest =
      document.kind === 'image' ? document.manifest : await place.registry.image(name, chosen.digest, signal);
    const config = await configIn({ place, name }, chosen.digest, manifest, signal);
    if (config === undefined) {
      throw new SluiceError('precondition', {
        cause: `${pinned(image)} is no container image (its configuration is ${manifest.config.mediaType}), so it has no labels.`,
        remedy: 'quay_get_manifest tells what it is.',
      });
    }
    const own = config.os && config.architecture ? `${config.os}/${config.architecture}` : null;
    if (document.kind === 'image' && own !== null && !(platform ?? own).startsWith(own)) {
      throw new SluiceError('not_found', {
        cause: `${pinned(image)} is for ${own}, not for ${platform}.`,
        remedy: 'Leave out platform, or name the index that holds the images of all platforms.',
      });
    }
    const all = Object.entries(config.config?.Labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const shown = all.slice(0, MOST_LABELS);
    const named = COMMIT_LABELS.map((key) => config.config?.Labels?.[key]).find(Boolean);
    const commit = named !== undefined && /^[0-9a-f]{7,64}$/.test(named) ? named : null;
    return {
      image: pinned(image),
      tag: name.tag || null,
      digest: document.digest,
      is_index: document.kind === 'index',
      platform: chosen.platform ?? own,
      platform_digest: chosen.digest,
      labels: Object.fromEntries(shown.map(([key, value]) => [key, cleanText(value, LONGEST)])),
      label_count: all.length,
      commit,
      built: config.created ?? null,
      truncated: shown.length < all.length || shown.some(([, value]) => value.length > LONGEST),
      summary: `${pinned(image)} has ${all.length} labels${commit === null ? '' : ` and says that it was built from ${commit}`}.`,
    };
  },
});

function choose(image: Image, platform: string | undefined): PlatformImage {
  const all = platformImages(image);
  // An image by itself is of one platform, whichever was asked for: its configuration says which.
  if (image.document.kind === 'image' && all[0] !== undefined) return all[0];
  const wanted = platform ?? DEFAULT_PLATFORM;
  const found = all.find((one) => one.platform === wanted) ?? (platform === undefined ? all[0] : undefined);
  if (found !== undefined) return found;
  throw new SluiceError('not_found', {
    cause: `${pinned(image)} has no image for ${wanted}.`,
    remedy: `It has ${all.map((one) => one.platform ?? 'one without a platform').join(', ') || 'none at all'}.`,
  });
}
