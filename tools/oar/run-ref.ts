import { z } from 'zod';
import type { EffectOutcome } from '../../src/kit/effect.ts';

/** How a run is looked at again. */
export const AttemptRef = z.object({
  system: z.enum(['prow', 'jenkins']),
  id: z.string(),
  url: z.string().nullable(),
  attempt: z.int().meta({ description: 'How many runs there were for this release, this one included.' }),
});

const Evidence = z.object({
  id: z.string().optional(),
  queueId: z.int().optional(),
  attempt: z.int().optional(),
});

/** What an outcome keeps about the run it started or found. */
export function evidenceOf(outcome: EffectOutcome | undefined): z.output<typeof Evidence> {
  return Evidence.safeParse(outcome?.data).data ?? {};
}
