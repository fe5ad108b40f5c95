import { z } from 'zod';

/** What the OCI distribution API and its older docker form have in common. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const Annotations = z.record(z.string(), z.string()).nullish();

export const Descriptor = z.object({
  digest: Digest,
  size: z.int().nonnegative(),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  annotations: Annotations,
  platform: z
    .object({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
    .nullish()
    .transform((platform) => platform ?? undefined),
});
export type Descriptor = z.output<typeof Descriptor>;

export const Manifest = z.object({
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: Descriptor,
  layers: z.array(Descriptor),
  annotations: Annotations,
});
export type Manifest = z.output<typeof Manifest>;

export const Index = z.object({
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  manifests: z.array(Descriptor),
  annotations: Annotations,
});
export type Index = z.output<typeof Index>;

export const Config = z.object({
  created: z.string().nullish(),
  os: z.string().nullish(),
  architecture: z.string().nullish(),
  variant: z.string().nullish(),
  config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});
export type Config = z.output<typeof Config>;

export const TagsAnswer = z.object({
  tags: z
    .array(z.string())
    .nullish()
    .transform((tags) => tags ?? []),
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
