import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import type { ProwClient } from './client.ts';
import { PROW_STATES } from './schema.ts';

/** What `start` of a flow kept of an outside job. */
const Ref = z.object({
  system: z.string().min(1).max(60),
  id: z.uuid(),
  url: z.string().max(1000).nullish(),
  attempt: z.int().nonnegative().optional(),
});

const getJob = toolsOf<ProwClient>()({
  name: 'prow_get_job',
  title: 'Get a ProwJob',
  description: `
State of a ProwJob by its UUID: scheduling, triggered and pending have not ended; success, failure, aborted and error
have (the last two say nothing about what was tested). The url comes once a pod is assigned.`,
  effect: 'read',
  input: z.object({ id: z.uuid().optional(), ref: Ref.optional() }),
  output: z.object({
    id: z.string(),
    job: z.string(),
    state: z.enum(PROW_STATES),
    url: z.string().nullable(),
    started_at: z.string().nullable(),
    completed_at: z.string().nullable(),
    env: z.record(z.string(), z.string()),
    ref: z.object({ system: z.string(), id: z.string(), url: z.string().nullable() }),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ id, ref }, { client }) => {
    const wanted = id ?? ref?.id;
    if (wanted === undefined || (id !== undefined && ref !== undefined)) {
      throw new SluiceError('invalid_input', {
        cause: 'prow_get_job takes one of id and ref.',
        remedy: 'Give the UUID of the job, or the ref that its start answered.',
      });
    }
    const found = await client.getJob(wanted);
    const ended = ['success', 'failure', 'aborted', 'error'].includes(found.state);
    return {
      id: found.id,
      job: found.job,
      state: found.state,
      url: found.url ?? null,
      started_at: found.startedAt ?? null,
      completed_at: found.completedAt ?? null,
      env: found.env,
      ref: { system: 'prow', id: found.id, url: found.url ?? null },
      summary: ended ? `${found.job} ended: ${found.state}.` : `${found.job} is ${found.state}.`,
      ...(ended ? {} : { next: 'Look again in some minutes.' }),
    };
  },
});

export const jobTools = [getJob];
