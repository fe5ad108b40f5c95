import { z } from 'zod';

const Tag = z.object({
  name: z.string(),
  /** Seconds since 1970: when the tag was set to what it stands for now. */
  start_ts: z.int().optional(),
  end_ts: z.int().nullish(),
  manifest_digest: z.string(),
  is_manifest_list: z.boolean().nullish(),
  size: z.int().nullish(),
});
export type ApiTag = z.output<typeof Tag>;

export const TagsPage = z.object({ tags: z.array(Tag), has_additional: z.boolean() });

export const RepositoryAnswer = z.object({
  description: z.string().nullish(),
  is_public: z.boolean(),
  kind: z.string().nullish(),
  state: z.string().nullish(),
  tag_expiration_s: z.number().nullish(),
});

const Vulnerability = z.object({
  Name: z.string().nullish(),
  Severity: z.string().nullish(),
  FixedBy: z.string().nullish(),
  Link: z.string().nullish(),
});

const Feature = z.object({
  Name: z.string(),
  Version: z.string().nullish(),
  Vulnerabilities: z.array(Vulnerability).nullish(),
});
export type Feature = z.output<typeof Feature>;

/** `data` is null unless scanned, and may be null even then. */
export const SecurityAnswer = z.object({
  status: z.string().min(1),
  data: z.object({ Layer: z.object({ Features: z.array(Feature).nullish() }).nullish() }).nullish(),
});
export type SecurityAnswer = z.output<typeof SecurityAnswer>;
