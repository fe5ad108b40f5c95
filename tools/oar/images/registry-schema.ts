import { z } from 'zod';

/** What the OCI distribution API and its older docker form have in common. */
const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const Descriptor = z.object({ digest: Digest, size: z.int().nonnegative() });

export const Manifest = z.object({ config: Descriptor, layers: z.array(Descriptor) });
export type Manifest = z.output<typeof Manifest>;

export const Index = z.object({
  manifests: z.array(
    Descriptor.extend({ platform: z.object({ os: z.string(), architecture: z.string() }).optional() }),
  ),
});

export const Config = z.object({
  config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

export const TokenAnswer = z
  .object({ token: z.string().optional(), access_token: z.string().optional() })
  .transform(({ token, access_token }) => token ?? access_token ?? '')
  .pipe(z.string().min(1, 'neither token nor access_token'));

export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
