import { gzipSync } from 'node:zlib';
import type { Image, Payload, Registry } from '../scenario/schema-images.ts';
import { isoSeconds } from '../scenario/time.ts';
import { ARTIFACT_BLOBS, type Artifact, artifactsOf, type Shape } from './registry-artifacts.ts';
import { type Content, descriptor, digestOf, INDEX, jsonContent, MANIFEST } from './registry-blobs.ts';
import { tarOf } from './tar.ts';

const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** An empty archive: nobody looks into it, and digests must not hang on a compressor. */
const EMPTY_LAYER: Content = { type: LAYER, bytes: Buffer.alloc(1024) };

export interface BuiltRegistry {
  /** Manifests by `<repository>@<digest>` and `<repository>:<tag>`. */
  manifests: Map<string, Content>;
  blobs: Map<string, Content>;
  /** By the image's name. */
  shapes: Map<string, Shape>;
  /** Which image, and which architecture of it, a digest is; an index has none. */
  names: Map<string, { image: string; architecture: string | undefined }>;
  /** Signatures and attestations by repository. */
  artifacts: Map<string, Artifact[]>;
}

const built = new WeakMap<Registry, BuiltRegistry>();

/** Everything that the scenario's registry serves; built once per scenario. */
export function contentOf(registry: Registry): BuiltRegistry {
  const known = built.get(registry) ?? build(registry);
  built.set(registry, known);
  return known;
}

function build(registry: Registry): BuiltRegistry {
  const result: BuiltRegistry = {
    manifests: new Map(),
    blobs: new Map(ARTIFACT_BLOBS.map((blob) => [digestOf(blob.bytes), blob])),
    shapes: new Map(),
    names: new Map(),
    artifacts: new Map(),
  };
  for (const [name, image] of Object.entries(registry.images)) {
    const shape = shapeOf(result, name, image);
    for (const repository of holders(registry, name)) {
      for (const one of [...shape.images, shape.top]) {
        result.manifests.set(`${repository}@${digestOf(one.bytes)}`, one);
      }
      const artifacts = artifactsOf(image, repository, shape);
      for (const { blob } of artifacts) result.blobs.set(digestOf(blob.bytes), blob);
      result.artifacts.set(repository, [...(result.artifacts.get(repository) ?? []), ...artifacts]);
    }
  }
  for (const [repository, payloads] of Object.entries(registry.payloads)) {
    for (const [tag, payload] of Object.entries(payloads)) {
      const references = Object.entries(payload.images).map(([name, image]) => ({
        name,
        from: { kind: 'DockerImage', name: pullSpec(registry, payload, image) },
      }));
      const labels = { 'io.openshift.release': payload.version };
      const manifest = imageManifest(result, { labels, architecture: 'amd64' }, [
        EMPTY_LAYER,
        { type: `${LAYER}+gzip`, bytes: manifestLayer(payload.version, references) },
      ]);
      result.manifests.set(`${repository}:${tag}`, manifest);
      result.manifests.set(`${repository}@${digestOf(manifest.bytes)}`, manifest);
    }
  }
  return result;
}

function holders({ repositories, tags }: Registry, image: string): string[] {
  const listed = Object.entries(repositories).filter(([, held]) => held.includes(image));
  const tagged = Object.entries(tags).filter(([, held]) =>
    Object.values(held).some((steps) => steps.some(({ value }) => value === image)),
  );
  return [...new Set([...listed, ...tagged].map(([repository]) => repository))];
}

function shapeOf(result: BuiltRegistry, name: string, image: Image): Shape {
  const images = image.architectures.map((architecture) => {
    const manifest = imageManifest(result, { ...image, architecture }, [EMPTY_LAYER]);
    result.names.set(digestOf(manifest.bytes), { image: name, architecture });
    return { architecture, manifest };
  });
  const manifests = images.map(({ manifest }) => manifest);
  const [first] = manifests;
  if (first === undefined) throw new Error(`registry.images.${name} has no architecture`);
  const top = image.list || images.length > 1 ? indexOf(images) : first;
  const shape = { top, images: manifests };
  if (top !== first) result.names.set(digestOf(top.bytes), { image: name, architecture: undefined });
  result.shapes.set(name, shape);
  return shape;
}

/** Payloads name the image of one architecture, never a list. */
function pullSpec(registry: Registry, { repository }: Payload, image: string): string {
  if (image.includes('@')) return image;
  const found = registry.images[image];
  if (found === undefined || registry.repositories[repository]?.includes(image) !== true) {
    throw new Error(`registry.repositories.${repository} does not hold ${image}`);
  }
  const { bytes } = imageManifest({ blobs: new Map() }, { ...found, architecture: 'amd64' }, [EMPTY_LAYER]);
  return `${registry.host}/${repository}@${digestOf(bytes)}`;
}

interface One {
  labels: Record<string, string>;
  architecture: string;
  created?: number | undefined;
}

function imageManifest(
  { blobs }: Pick<BuiltRegistry, 'blobs'>,
  { labels, architecture, created }: One,
  layers: readonly Content[],
): Content {
  const config = jsonContent(CONFIG, {
    architecture,
    os: 'linux',
    ...(created === undefined ? {} : { created: isoSeconds(created) }),
    config: { Labels: labels },
    rootfs: { type: 'layers', diff_ids: layers.map(({ bytes }) => digestOf(bytes)) },
  });
  for (const blob of [config, ...layers]) blobs.set(digestOf(blob.bytes), blob);
  return jsonContent(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptor(config),
    layers: layers.map(descriptor),
  });
}

function indexOf(images: readonly { architecture: string; manifest: Content }[]): Content {
  const manifests = images.map(({ architecture, manifest }) => ({
    ...descriptor(manifest),
    platform: { architecture, os: 'linux' },
  }));
  return jsonContent(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests });
}

function manifestLayer(version: string, tags: readonly unknown[]): Buffer {
  const references = {
    kind: 'ImageStream',
    apiVersion: 'image.openshift.io/v1',
    metadata: { name: version },
    spec: { lookupPolicy: { local: false }, tags },
  };
  const metadata = { kind: 'cincinnati-metadata-v0', version, previous: [], metadata: {} };
  return gzipSync(
    tarOf({
      'release-manifests/image-references': JSON.stringify(references),
      'release-manifests/release-metadata': JSON.stringify(metadata),
    }),
  );
}
