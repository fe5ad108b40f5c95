import { z } from 'zod';
import { defineTool, IMAGE_OUTPUT, ImageInput } from './define.ts';
import { imagesIn, platformOf } from './document.ts';
import { pinned, readImage } from './images.ts';
import { inGroups } from './in-groups.ts';
import type { Descriptor, Manifest } from './registry-schema.ts';

/** Shared by the images of an index, so that the answer stays short. */
const MOST_LAYERS = 40;
const MOST_CHILDREN = 12;

const Layer = z.object({ digest: z.string(), size: z.int(), media_type: z.string().nullable() });
const Content = {
  config_digest: z.string(),
  layers: z.array(Layer),
  layer_count: z.int(),
  layers_size: z.int().meta({ description: 'Of all layers as they are stored, bytes.' }),
};
const Child = z.object({
  platform: z.string().nullable(),
  digest: z.string(),
  media_type: z.string().nullable(),
  ...Content,
});

export const getManifest = defineTool({
  name: 'quay_get_manifest',
  title: 'Get the manifest of an image',
  description: `What an image consists of, by tag or digest: digest, media type, size, layers; of an image index also every
platform's image with its layers. What the registry answers is held against its digest. For the digest of a tag alone
quay_get_tag is enough.`,
  effect: 'read',
  input: z.object({ image: ImageInput }),
  output: z.object({
    ...IMAGE_OUTPUT,
    media_type: z.string(),
    artifact_type: z.string().nullable(),
    size: z.int().meta({ description: 'Of the manifest itself, bytes.' }),
    content: z.object(Content).nullable().meta({ description: 'Null for an index: see children.' }),
    children: z.array(Child),
    child_count: z.int(),
    truncated: z.boolean().meta({
      description: `At most ${MOST_LAYERS} layers, shared among the images of an index, and ${MOST_CHILDREN} images are listed.`,
    }),
    annotations: z.record(z.string(), z.string()),
    summary: z.string(),
  }),
  run: async ({ image: text }, { client, signal }) => {
    const image = await readImage(client, text, signal);
    const { place, name, document } = image;
    const body = document.kind === 'image' ? document.manifest : document.index;
    const held = document.kind === 'index' ? imagesIn(document.index) : [];
    const layersEach = Math.floor(MOST_LAYERS / Math.min(Math.max(held.length, 1), MOST_CHILDREN));
    const children = await inGroups(held.slice(0, MOST_CHILDREN), async (child) => ({
      platform: platformOf(child),
      digest: child.digest,
      media_type: child.mediaType ?? null,
      ...contentOf(await place.registry.image(name, child.digest, signal), layersEach),
    }));
    const content = document.kind === 'image' ? contentOf(document.manifest, MOST_LAYERS) : null;
    const cut = [content, ...children].some((one) => one !== null && one.layers.length < one.layer_count);
    const what =
      content === null
        ? `an index of ${held.length} images (${children.map(({ platform }) => platform ?? 'no platform').join(', ')})`
        : `an image of ${content.layer_count} layers, ${content.layers_size} bytes`;
    return {
      image: pinned(image),
      tag: name.tag || null,
      digest: document.digest,
      is_index: document.kind === 'index',
      media_type: document.mediaType,
      artifact_type: body.artifactType ?? null,
      size: document.size,
      content,
      children,
      child_count: held.length,
      truncated: cut || children.length < held.length,
      annotations: shortened(body.annotations ?? {}),
      summary: `${pinned(image)} is ${what}.`,
    };
  },
});

function contentOf({ config, layers }: Manifest, most: number) {
  return {
    config_digest: config.digest,
    layers: layers.slice(0, most).map(layerOf),
    layer_count: layers.length,
    layers_size: layers.map(({ size }) => size).reduce((sum, size) => sum + size, 0),
  };
}

function layerOf({ digest, size, mediaType }: Descriptor) {
  return { digest, size, media_type: mediaType ?? null };
}

function shortened(annotations: Record<string, string>): Record<string, string> {
  const some = Object.entries(annotations).slice(0, 20);
  return Object.fromEntries(some.map(([key, value]) => [key, value.slice(0, 200)]));
}
