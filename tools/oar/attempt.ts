import { z } from 'zod';

export const Attempt = z
  .int()
  .min(1)
  .max(20)
  .default(1)
  .meta({ description: 'Which attempt is wanted; a higher one allows another run after a failed one.' });
