import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Payload, Registry } from '../scenario/schema-images.ts';
import { tarOf } from './tar.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

export interface Content {
  type: string;
  bytes: Buffer;
}

/** An empty archive: nobody looks into it, and digests must not hang on a compressor. */
const EMPTY_LAYER: Content = { type: LAYER, bytes: Buffer.alloc(1024) };

export interface BuiltRegistry {
  /** Manifests by `<repository>@<digest>` and `<repository>:<tag>`. */
  manifests: Map<string, Content>;
  blobs: Map<string, Content>;
  /** What an image is asked for by: the digest of its list where it has one. */
  digests: Map<string, string>;
}

const built = new WeakMap<Registry, BuiltRegistry>();

/** Everything that the scenario's registry serves; built once per scenario. */
export function contentOf(registry: Registry): BuiltRegistry {
  const known = built.get(registry) ?? build(registry);
  built.set(registry, known);
  return known;
}

function build(registry: Registry): BuiltRegistry {
  const result: BuiltRegistry = { manifests: new Map(), blobs: new Map(), digests: new Map() };
  for (const [name, image] of Object.entries(registry.images)) {
    const holders = Object.entries(registry.repositories).filter(([, held]) => held.includes(name));
    const manifest = imageManifest(result, image.labels, [EMPTY_LAYER]);
    const served = image.list ? [manifest, indexOf(manifest)] : [manifest];
    for (const [repository] of holders) {
      for (const one of served) result.manifests.set(`${repository}@${digestOf(one.bytes)}`, one);
    }
    result.digests.set(name, digestOf((served.at(-1) ?? manifest).bytes));
  }
  for (const [repository, payloads] of Object.entries(registry.payloads)) {
    for (const [tag, payload] of Object.entries(payloads)) {
      const references = Object.entries(payload.images).map(([name, image]) => ({
        name,
        from: { kind: 'DockerImage', name: pullSpec(registry, payload, image) },
      }));
      const manifest = imageManifest(result, { 'io.openshift.release': payload.version }, [
        EMPTY_LAYER,
        { type: `${LAYER}+gzip`, bytes: manifestLayer(payload.version, references) },
      ]);
      result.manifests.set(`${repository}:${tag}`, manifest);
      result.manifests.set(`${repository}@${digestOf(manifest.bytes)}`, manifest);
    }
  }
  return result;
}

/** Payloads name the image of one architecture, never a list. */
function pullSpec(registry: Registry, { repository }: Payload, image: string): string {
  if (image.includes('@')) return image;
  const labels = registry.images[image]?.labels;
  if (labels === undefined || registry.repositories[repository]?.includes(image) !== true) {
    throw new Error(`registry.repositories.${repository} does not hold ${image}`);
  }
  const { bytes } = imageManifest({ blobs: new Map() }, labels, [EMPTY_LAYER]);
  return `${registry.host}/${repository}@${digestOf(bytes)}`;
}

function imageManifest(
  { blobs }: Pick<BuiltRegistry, 'blobs'>,
  labels: Record<string, string>,
  layers: readonly Content[],
): Content {
  const config = jsonContent(CONFIG, {
    architecture: 'amd64',
    os: 'linux',
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

function indexOf(manifest: Content): Content {
  const platform = { architecture: 'amd64', os: 'linux' };
  const manifests = [{ ...descriptor(manifest), platform }];
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

function jsonContent(type: string, value: unknown): Content {
  return { type, bytes: Buffer.from(JSON.stringify(value)) };
}

function descriptor({ type, bytes }: Content) {
  return { mediaType: type, digest: digestOf(bytes), size: bytes.length };
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
