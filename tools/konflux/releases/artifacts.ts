import { z } from 'zod';

const Url = z.object({ name: z.string().optional(), url: z.string() });
const Image = z.object({
  name: z.string().default(''),
  urls: z.array(z.string()).default([]),
  shasum: z.string().optional(),
});

export interface Artifacts {
  images: { name: string; digest: string | null; urls: string[] }[];
  advisoryUrl: string | null;
  catalogUrls: string[];
  /** Further keys that the pipelines left; what they hold is theirs to say. */
  others: string[];
}

/** `status.artifacts` is free form: what fits a known form is read, the rest is named. */
export function artifactsOf(status: unknown): Artifacts {
  const all = z.record(z.string(), z.unknown()).safeParse(status).data ?? {};
  const { images, advisory, catalog_urls, ...others } = all;
  return {
    images: fitting(Image, images).map(({ name, urls, shasum }) => ({ name, digest: shasum ?? null, urls })),
    advisoryUrl: Url.safeParse(advisory).data?.url ?? null,
    catalogUrls: fitting(z.union([z.string(), Url]), catalog_urls).map((entry) =>
      typeof entry === 'string' ? entry : entry.url,
    ),
    others: Object.keys(others).sort(),
  };
}

function fitting<S extends z.ZodType>(schema: S, list: unknown): z.output<S>[] {
  const items = z.array(z.unknown()).safeParse(list).data ?? [];
  return items.flatMap((item) => {
    const read = schema.safeParse(item);
    return read.success ? [read.data] : [];
  });
}
