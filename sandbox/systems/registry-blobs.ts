import { createHash } from 'node:crypto';

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';

export interface Content {
  type: string;
  bytes: Buffer;
}

export function jsonContent(type: string, value: unknown): Content {
  return { type, bytes: Buffer.from(JSON.stringify(value)) };
}

export function descriptor({ type, bytes }: Content) {
  return { mediaType: type, digest: digestOf(bytes), size: bytes.length };
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
