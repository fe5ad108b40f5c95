import { z } from 'zod';
import { drift, fromJson } from './parse.ts';
import { type Descriptor, Index, Manifest } from './registry-schema.ts';

interface Common {
  digest: string;
  mediaType: string;
  /** Of the document itself, bytes. */
  size: number;
}

/** What a tag or a digest stands for. */
export type Document =
  | (Common & { kind: 'image'; manifest: Manifest })
  | (Common & { kind: 'index'; index: Index });

const Shape = z.object({
  mediaType: z.unknown().optional(),
  manifests: z.unknown().optional(),
  layers: z.unknown().optional(),
  config: z.unknown().optional(),
});

export function documentOf(
  where: string,
  { text, type, digest, size }: { text: string; type: string; digest: string; size: number },
): Document {
  const shape = fromJson(where, text, Shape);
  const isIndex = shape.manifests !== undefined;
  // The same bytes must not be an image to one reader and an index to another.
  if (isIndex && (shape.layers !== undefined || shape.config !== undefined)) {
    throw drift(where, 'it is an image and an index at once');
  }
  if (isIndex) {
    const index = fromJson(where, text, Index);
    return { kind: 'index', digest, size, mediaType: index.mediaType ?? type, index };
  }
  const manifest = fromJson(where, text, Manifest);
  return { kind: 'image', digest, size, mediaType: manifest.mediaType ?? type, manifest };
}

/** `linux/arm64`, `linux/arm/v7`; null where the index does not say. */
export function platformOf({ platform }: Pick<Descriptor, 'platform'>): string | null {
  if (platform === undefined) return null;
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/').slice(0, 60);
}

/** The images of an index: build tools also keep attestations in it, which no platform runs. */
export function imagesIn({ manifests }: Index): Descriptor[] {
  return manifests.filter(
    ({ platform, annotations }) =>
      !(platform?.os === 'unknown' && annotations?.['vnd.docker.reference.type'] === 'attestation-manifest'),
  );
}
