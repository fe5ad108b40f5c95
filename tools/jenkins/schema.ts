import { z } from 'zod';

/** Values may be strings, booleans or numbers; a password parameter has none. */
const Parameter = z.object({
  name: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]).nullish(),
});

/** Jenkins lists `{}` for actions it does not show; only the parameters are ours. */
const Actions = z.array(z.object({ parameters: z.array(Parameter).optional() }).nullable()).default([]);

export const BuildAnswer = z.object({
  number: z.int(),
  url: z.string(),
  queueId: z.int().optional(),
  building: z.boolean().optional(),
  inProgress: z.boolean().optional(),
  result: z.enum(['SUCCESS', 'FAILURE', 'ABORTED', 'UNSTABLE', 'NOT_BUILT']).nullable(),
  timestamp: z.number().optional(),
  actions: Actions,
});
export const BuildsAnswer = z.object({ builds: z.array(BuildAnswer) });

const QueueEntry = z.object({
  id: z.int(),
  task: z.object({ name: z.string().optional(), url: z.string().optional() }),
  blocked: z.boolean().optional(),
  why: z.string().nullish(),
  actions: Actions,
});
export const QueueAnswer = z.object({ items: z.array(QueueEntry) });

export const QueueItemAnswer = z.object({
  id: z.int(),
  why: z.string().nullish(),
  cancelled: z.boolean().optional(),
  executable: z.object({ number: z.int(), url: z.string() }).nullish(),
});

export const CrumbAnswer = z.object({ crumb: z.string(), crumbRequestField: z.string() });
