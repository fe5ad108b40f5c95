import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import { type Attempt, locate } from './attempt.ts';
import type { JenkinsClient } from './client.ts';

const JOB = /^[\w.-]+(?:\/[\w.-]+)*$/;

/** What `start` of a flow kept of an outside job. */
const Ref = z.object({
  system: z.string().min(1).max(60),
  id: z
    .string()
    .regex(/^(?:queue:)?\d{1,12}$/)
    .describe('a build number, or queue:NUMBER before it is a build'),
  url: z.string().max(1000).nullish(),
  attempt: z.int().nonnegative().optional(),
});

const getBuild = toolsOf<JenkinsClient>()({
  name: 'jenkins_get_build',
  title: 'Get a Jenkins build',
  description: `
State and parameters of a build: queued, running, success, failure, aborted or unstable.
Name it by number, or by the ref that a start answered; a queue item is followed to the build that it became.`,
  effect: 'read',
  input: z.object({
    job: z.string().max(200).regex(JOB).default('zstreams/Stage-Pipeline').describe('with its folders'),
    number: z.int().positive().optional(),
    ref: Ref.optional(),
  }),
  output: z.object({
    job: z.string(),
    number: z.int().nullable(),
    url: z.string().nullable(),
    state: z.enum(['queued', 'running', 'success', 'failure', 'aborted', 'unstable']),
    parameters: z.record(z.string(), z.string()),
    ref: z.object({ system: z.string(), id: z.string(), url: z.string().nullable() }),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ job, number, ref }, { client }) => {
    const id = number === undefined ? ref?.id : String(number);
    if (id === undefined || (number !== undefined && ref !== undefined)) {
      throw new SluiceError('invalid_input', {
        cause: 'jenkins_get_build takes one of number and ref.',
        remedy: 'Give the number of the build, or the ref that its start answered.',
      });
    }
    const attempt = await locate(client, job, id);
    const known = {
      system: 'jenkins',
      id: attempt.number === null ? id : String(attempt.number),
      url: attempt.url,
    };
    return { job, ...attempt, ref: known, summary: summaryOf(job, attempt), ...nextOf(attempt) };
  },
});

function summaryOf(job: string, { number, state }: Attempt): string {
  const what = number === null ? `A build of ${job}` : `Build ${number} of ${job}`;
  return state === 'queued' || state === 'running' ? `${what} is ${state}.` : `${what} ended: ${state}.`;
}

function nextOf({ state }: Attempt): { next?: string } {
  return state === 'queued' || state === 'running' ? { next: 'Look again in some minutes.' } : {};
}

export const buildTools = [getBuild];
