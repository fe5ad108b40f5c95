import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { PullSpec, Registry } from '../../quay/client.ts';
import { drift, fromJson } from '../drift.ts';
import { see } from '../flow-page.ts';
import { filesInTar } from './tar.ts';

const REFERENCES = 'release-manifests/image-references';
const METADATA = 'release-manifests/release-metadata';

const ImageReferences = z.object({
  metadata: z.object({ name: z.string().min(1) }),
  spec: z.object({
    tags: z.array(z.object({ name: z.string().min(1), from: z.object({ name: z.string().min(1) }) })).min(1),
  }),
});
const ReleaseMetadata = z.object({ version: z.string().min(1) });

export interface Payload {
  digest: string;
  version: string;
  images: { name: string; pullspec: string }[];
}

// Manifests of a release take some megabytes; what unpacks to more is no layer of them.
const LAYER_LIMIT = 32 * 1024 * 1024;
const UNPACKED_LIMIT = 128 * 1024 * 1024;

/** What a release payload refers to. The manifests are added last, so the last layers are read first. */
export async function readPayload(
  registry: Registry,
  spec: PullSpec,
  signal: AbortSignal | undefined,
): Promise<Payload> {
  const { digest, manifest } = await registry.platformed(spec, signal);
  for (const layer of manifest.layers.toReversed()) {
    if (layer.size > LAYER_LIMIT) continue;
    const files = await filesOf(spec, await registry.blob(spec, layer.digest, signal));
    const references = files.get(REFERENCES);
    if (references === undefined) continue;
    const { metadata, spec: stream } = fromJson(`${spec.text}: ${REFERENCES}`, references, ImageReferences);
    const described = files.get(METADATA);
    const version =
      described === undefined
        ? metadata.name
        : fromJson(`${spec.text}: ${METADATA}`, described, ReleaseMetadata).version;
    const images = stream.tags.map(({ name, from }) => ({ name, pullspec: from.name }));
    return { digest, version, images };
  }
  throw drift(spec.text, `no layer of it holds ${REFERENCES}: it is not a release payload`);
}

async function filesOf(spec: PullSpec, layer: Uint8Array): Promise<Map<string, string>> {
  const zipped = layer[0] === 0x1f && layer[1] === 0x8b;
  const archive = zipped ? await unzipped(spec, layer) : layer;
  return filesInTar(archive, new Set([REFERENCES, METADATA]));
}

async function unzipped(spec: PullSpec, layer: Uint8Array): Promise<Uint8Array> {
  return await promisify(gunzip)(layer, { maxOutputLength: UNPACKED_LIMIT }).catch((error: unknown) => {
    throw new SluiceError('schema_drift', {
      cause: `${spec.text}: a layer cannot be unpacked (${error instanceof Error ? error.message : String(error)}).`,
      remedy: `Look at the payload in its registry. ${see('strange-answer')}`,
    });
  });
}
