import { z } from 'zod';
import { Login } from '../answers.ts';

export const ReleaseAnswer = z.object({
  id: z.int(),
  tag_name: z.string(),
  target_commitish: z.string(),
  name: z.string().nullish(),
  body: z.string().nullish(),
  draft: z.boolean(),
  prerelease: z.boolean(),
  created_at: z.string(),
  published_at: z.string().nullish(),
  html_url: z.string(),
  author: Login.nullish(),
  assets: z
    .array(
      z.object({
        name: z.string(),
        size: z.int(),
        state: z.string().nullish(),
        digest: z.string().nullish(),
        browser_download_url: z.string(),
      }),
    )
    .default([]),
});
export type ReleaseAnswer = z.output<typeof ReleaseAnswer>;
export const ReleasesAnswer = z.array(ReleaseAnswer);

export const ReleaseRow = z.object({
  id: z.int(),
  tag: z.string(),
  name: z.string(),
  draft: z.boolean(),
  prerelease: z.boolean(),
  target: z.string().describe('what a tag that is not there yet would be made at'),
  author: z.string().nullable(),
  published_at: z.string().nullable(),
  url: z.string(),
});
