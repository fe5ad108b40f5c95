import { z } from 'zod';
import { IMAGE_SHAPE, Tags } from './schema-quay.ts';
import { Instant } from './time.ts';

const Image = z.strictObject({
  labels: z.record(z.string(), z.string()).default({}),
  /** Whether it is served as a list that holds it for linux/amd64. */
  list: z.boolean().default(false),
  ...IMAGE_SHAPE,
});
export type Image = z.infer<typeof Image>;

const Payload = z.strictObject({
  version: z.string(),
  published: Instant.optional(),
  /** Where its images lie. */
  repository: z.string().default('openshift-release-dev/ocp-v4.0-art-dev'),
  /** By tag: the name of an image below, or a pull spec as it stands. */
  images: z.record(z.string(), z.string()),
});

/** Digests are not chosen: they are those of what is served. */
export const Registry = z.strictObject({
  host: z.string().default('quay.io'),
  /** Whether it hands out a token first, as public registries do also to anybody. */
  token: z.boolean().default(false),
  /** Whether blobs are served by way of a redirect. */
  redirects: z.boolean().default(false),
  /** Whether it has the referrers API; without it a tag stands in. */
  referrers: z.boolean().default(true),
  images: z.record(z.string(), Image).default({}),
  tags: Tags.default({}),
  /** Which images a repository holds. */
  repositories: z.record(z.string(), z.array(z.string())).default({}),
  /** By repository and tag. */
  payloads: z.record(z.string(), z.record(z.string(), Payload)).default({}),
});
export type Registry = z.infer<typeof Registry>;
export type Payload = z.infer<typeof Payload>;

const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const Catalog = z.strictObject({
  images: z
    .record(Digest, z.array(z.strictObject({ registry: z.string(), repository: z.string() })))
    .default({}),
});

export const Pyxis = z.strictObject({
  images: z
    .record(
      Digest,
      z.strictObject({
        id: z.string().regex(/^[0-9a-f]+$/),
        freshness_grades: z
          .array(
            z.strictObject({ grade: z.string(), start_date: z.string(), end_date: z.string().optional() }),
          )
          .default([]),
        vulnerabilities: z
          .array(
            z.strictObject({
              cve_id: z.string(),
              severity: z.string(),
              affected_packages: z
                .array(z.strictObject({ name: z.string(), version: z.string() }))
                .default([]),
            }),
          )
          .default([]),
      }),
    )
    .default({}),
});

export const Brew = z.strictObject({
  /** The kernel in an RHCOS build, by the build's name; others have `kernel`. */
  kernels: z.record(z.string(), z.string()).default({}),
  kernel: z.string().default('kernel-5.14.0-570.62.1.el9_6'),
  /** Tags by build. */
  tags: z.record(z.string(), z.array(z.string())).default({}),
});
