import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const ARCHITECTURES = ['amd64', 'arm64'] as const;
const TAR_BLOCK = 512;

export interface Image {
  /** Of the index. */
  digest: string;
  manifests: { architecture: string; digest: string }[];
}

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/** An image for two architectures as an OCI layout in a folder; another `text` makes another image. */
export async function writeLayout(
  dir: string,
  text: string,
  labels: Record<string, string> = {},
): Promise<Image> {
  await mkdir(join(dir, 'blobs/sha256'), { recursive: true });
  const blob = async (mediaType: string, bytes: Buffer): Promise<Descriptor> => {
    const digest = sha256(bytes);
    await writeFile(join(dir, 'blobs', digest.replace(':', '/')), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const json = (mediaType: string, value: object) => blob(mediaType, Buffer.from(JSON.stringify(value)));

  const children = [];
  for (const architecture of ARCHITECTURES) {
    const tar = tarOf('hello.txt', `${text} on ${architecture}\n`);
    const layer = await blob(LAYER, gzipSync(tar));
    const config = await json(CONFIG, {
      created: '2026-01-01T00:00:00Z',
      architecture,
      os: 'linux',
      config: { Labels: labels },
      rootfs: { type: 'layers', diff_ids: [sha256(tar)] },
    });
    const manifest = await json(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] });
    children.push({ ...manifest, platform: { architecture, os: 'linux' } });
  }
  const index = await json(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests: children });
  const top = { schemaVersion: 2, manifests: [index] };
  await writeFile(join(dir, 'index.json'), JSON.stringify(top));
  await writeFile(join(dir, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return {
    digest: index.digest,
    manifests: children.map(({ digest, platform }) => ({ digest, architecture: platform.architecture })),
  };
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A tar archive of one file. */
function tarOf(name: string, content: string): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(TAR_BLOCK);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(body.length, 11), 124);
  header.write(octal(0, 11), 136);
  // The sum counts its own field as spaces.
  header.fill(' ', 148, 156);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${octal(sum, 6)} `, 148);
  const padding = Buffer.alloc((TAR_BLOCK - (body.length % TAR_BLOCK)) % TAR_BLOCK);
  return Buffer.concat([header, body, padding, Buffer.alloc(2 * TAR_BLOCK)]);
}
