import { z } from 'zod';
import { isoTime } from '../../src/kit/clock.ts';
import type { Config } from './registry-schema.ts';

/** A time, and what it is the time of: two registries do not know the same. */
export const Times = {
  time: z.string().nullable(),
  time_source: z.enum(['tag_set', 'image_created', 'none']).meta({
    description: 'tag_set: when the tag was set to this image; image_created: when the image was built.',
  }),
};

export function builtAt(config: Config | undefined) {
  const created = Date.parse(config?.created ?? '');
  return Number.isNaN(created)
    ? { time: null, time_source: 'none' as const }
    : { time: isoTime(created), time_source: 'image_created' as const };
}
