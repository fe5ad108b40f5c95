import { z } from 'zod';

const Phase = z.string().min(1);

/** One tag as `latest` and `tags` list it. */
export const TagAnswer = z.object({
  name: z.string().min(1),
  phase: Phase,
  pullSpec: z.string().optional(),
  downloadURL: z.string().optional(),
});

export const TagsAnswer = z.object({ name: z.string(), tags: z.array(TagAnswer).nullish() });

/** `/api/v1/releasestreams/<state>`: the tags of each stream, newest first. */
export const StreamsAnswer = z.record(z.string(), z.array(z.string()).nullable());

/** `release/<tag>`; `changeLogJson` is left out by `format=short` and for a tag without a predecessor. */
export const ReleaseAnswer = z.object({
  name: z.string().min(1),
  phase: Phase,
  pullSpec: z.string().optional(),
  changeLogJson: z
    .object({
      to: z.object({ digest: z.string().optional(), promotedFrom: z.string().optional() }).optional(),
    })
    .nullish(),
});
