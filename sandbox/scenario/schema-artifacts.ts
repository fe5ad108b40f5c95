import { z } from 'zod';

/** Objects by bucket and name, as text. */
export const Artifacts = z.strictObject({
  buckets: z.record(z.string(), z.record(z.string(), z.string())),
});
