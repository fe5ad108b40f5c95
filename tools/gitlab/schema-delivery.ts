import { z } from 'zod';

const Environment = z.object({
  id: z.int(),
  name: z.string(),
  state: z.string().nullish(),
  tier: z.string().nullish(),
  external_url: z.string().nullish(),
});
export const EnvironmentsAnswer = z.array(Environment);

export const DeploymentsAnswer = z.array(
  z.object({
    id: z.int(),
    iid: z.int(),
    status: z.string(),
    ref: z.string(),
    sha: z.string(),
    created_at: z.string(),
    updated_at: z.string().nullish(),
    environment: z.object({ name: z.string() }),
    user: z.object({ username: z.string() }).nullish(),
    deployable: z
      .object({ id: z.int(), name: z.string(), pipeline: z.object({ id: z.int() }).nullish() })
      .nullish(),
  }),
);

export const FreezePeriodsAnswer = z.array(
  z.object({
    id: z.int(),
    freeze_start: z.string(),
    freeze_end: z.string(),
    cron_timezone: z.string().nullish(),
  }),
);

export const ReleaseAnswer = z.object({
  tag_name: z.string(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  released_at: z.string().nullish(),
  upcoming_release: z.boolean().nullish(),
  author: z.object({ username: z.string() }).nullish(),
  commit: z.object({ id: z.string() }).nullish(),
  _links: z.object({ self: z.string().nullish() }).nullish(),
});
export const ReleasesAnswer = z.array(ReleaseAnswer);
