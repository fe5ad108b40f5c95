import { z } from 'zod';
import { Instant } from './time.ts';
import { timeline } from './timeline.ts';

/** With a key of the sandbox, by its name: `keys/cosign-release.pub` of the settings is that of `release`. */
const Signature = z.strictObject({
  key: z.string().default('release'),
  /** What it is attached to: what the tag stands for, or each image of an index. */
  on: z.enum(['tag', 'images']).default('tag'),
  /** The .sig tag as cosign 2 and Tekton Chains write it, or a bundle that refers to it as cosign 3 does. */
  form: z.enum(['tag', 'bundle']).default('tag'),
  /** Speaks of another digest than the one it is attached to. */
  claims: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
  /** Not there before. */
  at: Instant.optional(),
});
export type Signature = z.infer<typeof Signature>;

/** SLSA provenance 0.2, as Tekton Chains writes it. */
const Attestation = z.strictObject({
  key: z.string().default('release'),
  on: z.enum(['tag', 'images']).default('tag'),
  predicate_type: z.string().default('https://slsa.dev/provenance/v0.2'),
  builder: z.string().default('https://builder.example/chains/v2'),
  source: z.strictObject({ uri: z.string(), commit: z.string() }).optional(),
  claims: Signature.shape.claims,
  at: Instant.optional(),
});
export type Attestation = z.infer<typeof Attestation>;

/** What an image of the registry may have besides its labels. */
export const IMAGE_SHAPE = {
  /** More than one make it an index. */
  architectures: z.array(z.string()).min(1).default(['amd64']),
  created: Instant.optional(),
  signatures: z.array(Signature).default([]),
  attestations: z.array(Attestation).default([]),
};

/** By repository and tag: the image that it stands for; null where it was deleted. */
export const Tags = z.record(z.string(), z.record(z.string(), timeline(z.string().nullable())));

const Scan = z.strictObject({
  status: z
    .enum(['scanned', 'queued', 'failed', 'unsupported', 'manifest_layer_too_large'])
    .default('scanned'),
  /** Null is an answer without data, as some scanned images have. */
  features: z
    .array(
      z.strictObject({
        name: z.string(),
        version: z.string().default('1.0'),
        vulnerabilities: z
          .array(
            z.strictObject({
              name: z.string(),
              severity: z.string(),
              fixed_by: z.string().default(''),
              link: z.string().default(''),
            }),
          )
          .default([]),
      }),
    )
    .nullable()
    .default([{ name: 'glibc', version: '2.34', vulnerabilities: [] }]),
});
export type Scan = z.infer<typeof Scan>;

export const Quay = z.strictObject({
  repositories: z
    .record(
      z.string(),
      z.strictObject({
        description: z.string().default(''),
        public: z.boolean().default(true),
        state: z.enum(['NORMAL', 'READ_ONLY', 'MIRROR']).default('NORMAL'),
      }),
    )
    .default({}),
  /** By the image's name in the registry, or `<name>/<architecture>`. An image without one is queued. */
  scans: z.record(z.string(), timeline(Scan)).default({}),
});
export type Quay = z.infer<typeof Quay>;
