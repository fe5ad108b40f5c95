import { SluiceError } from '../../src/kit/errors.ts';
import type { Located, Place, QuayClient } from './client.ts';
import { type Document, imagesIn, platformOf } from './document.ts';
import { missingTag, noRepository } from './missing-tag.ts';
import { type ImageName, specOf } from './pull-spec.ts';
import { absent } from './registry.ts';
import type { Config, Manifest } from './registry-schema.ts';

const CONFIG_TYPES = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/** An image as it stands in its registry now. */
export interface Image {
  place: Place;
  name: ImageName;
  document: Document;
}

/** One of the images behind a name: the image itself, or the one of a platform. */
export interface PlatformImage {
  digest: string;
  /** Null for an image that is named by itself. */
  platform: string | null;
}

/** A digest decides where one is given; else the tag does, as it stands now. */
export async function readImage(
  client: QuayClient,
  text: string,
  signal: AbortSignal | undefined,
): Promise<Image> {
  const located = client.locate(text);
  const { tag, digest } = located.name;
  if (tag === '' && digest === '') {
    throw new SluiceError('invalid_input', {
      cause: `${JSON.stringify(text)} names neither a tag nor a digest.`,
      remedy: 'Add :tag or @sha256:…; quay_list_tags tells the tags.',
    });
  }
  return await readReference(located, digest || tag, signal);
}

export async function readReference(
  { place, name }: Located,
  reference: string,
  signal: AbortSignal | undefined,
): Promise<Image> {
  const document = await absent(place.registry.read(specOf(name, reference), signal));
  if (document !== undefined) return { place, name, document };
  if (reference === name.tag) throw await missingTag(place, name, signal);
  throw new SluiceError('not_found', {
    cause: `${name.host}/${name.repository} has no ${reference}.`,
    remedy: 'Check the digest and the repository: what no tag holds is deleted after a while.',
    status: 404,
  });
}

/** Where the image lies, by its digest: this names the same bytes for ever. */
export function pinned({ name, document }: Pick<Image, 'name' | 'document'>): string {
  return specOf(name, document.digest).text;
}

export function platformImages({ document }: Image): PlatformImage[] {
  if (document.kind === 'image') return [{ digest: document.digest, platform: null }];
  return imagesIn(document.index).map((child) => ({ digest: child.digest, platform: platformOf(child) }));
}

/** The configuration of the image, or of the first one in an index; undefined where it is no container image. */
export async function configOf(image: Image, signal: AbortSignal | undefined): Promise<Config | undefined> {
  const { place, name, document } = image;
  const digest = document.kind === 'image' ? document.digest : platformImages(image)[0]?.digest;
  if (digest === undefined) return undefined;
  const manifest =
    document.kind === 'image' ? document.manifest : await place.registry.image(name, digest, signal);
  return await configIn({ place, name }, digest, manifest, signal);
}

export async function configIn(
  { place, name }: Located,
  digest: string,
  manifest: Manifest,
  signal: AbortSignal | undefined,
): Promise<Config | undefined> {
  const { mediaType } = manifest.config;
  if (mediaType !== undefined && !CONFIG_TYPES.includes(mediaType)) return undefined;
  return await place.registry.config(specOf(name, digest), manifest, signal);
}

/** Names of tags; a repository that the registry does not know is `not_found` and not an empty list. */
export async function tagNames(place: Place, name: ImageName, most: number, signal: AbortSignal | undefined) {
  const listed = await absent(place.registry.tags(name, most, signal));
  if (listed !== undefined) return listed;
  throw noRepository(name);
}
