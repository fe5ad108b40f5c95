import { z } from 'zod';
import { absent, type Found, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import type { ProwClient, ProwJob } from './client.ts';
import { PAYLOAD_ARCHES, type PayloadSubject, PullSpec, payloadEnv, testsPayload } from './payload.ts';
import { PROW_STATES } from './schema.ts';
import { OUTCOMES, outcomeOf } from './states.ts';

const Input = z.object({
  job: z
    .string()
    .max(250)
    .regex(/^periodic-[a-z0-9][A-Za-z0-9._-]*$/, 'the name of a periodic job'),
  payload: PullSpec.meta({ description: 'Pull spec of the payload to test.' }),
  arch: z.enum(PAYLOAD_ARCHES).default('amd64'),
  upgrade: z
    .boolean()
    .optional()
    .meta({ description: 'The job upgrades to the payload; by its name when left out.' }),
  upgrade_from: PullSpec.optional().meta({ description: 'What it upgrades from; else the job decides.' }),
  attempt: z
    .int()
    .min(1)
    .max(20)
    .default(1)
    .meta({ description: 'Which attempt is wanted; a higher one allows another run after a failed one.' }),
});

function subjectOf({ payload, arch, job, upgrade, upgrade_from }: z.output<typeof Input>): PayloadSubject {
  if (upgrade === false && upgrade_from !== undefined) {
    throw new SluiceError('invalid_input', {
      cause: 'upgrade is false and upgrade_from is given.',
      remedy: 'Leave out upgrade_from, or set upgrade to true.',
    });
  }
  return {
    payload,
    arch,
    upgrade: upgrade ?? (upgrade_from !== undefined || /(^|-)upgrade(-|$)/.test(job)),
    ...(upgrade_from === undefined ? {} : { upgradeFrom: upgrade_from }),
  };
}

async function runsOf(client: ProwClient, job: string, subject: PayloadSubject): Promise<ProwJob[]> {
  return (await client.listJobs(job)).filter(({ env }) => testsPayload(env, subject));
}

/** The n-th attempt is there when n runs are; a run that lives or has succeeded is never doubled. */
function findAttempt(runs: readonly ProwJob[], attempt: number): Found {
  const last = runs.at(-1);
  if (last === undefined) return absent;
  const outcome = outcomeOf(last.state);
  if (runs.length < attempt && outcome !== 'in_progress' && outcome !== 'success') return absent;
  return present({ id: last.id, attempt: runs.length });
}

const Evidence = z.object({ id: z.string(), attempt: z.int() });

export const runJob = toolsOf<ProwClient>()({
  name: 'prow_run_job',
  title: 'Run a Prow job on a payload',
  description: `
Starts a periodic test job on an OpenShift payload, unless a run of this job on this payload is there: then that one is
answered. Poll the answered ref with prow_get_job. For all jobs of a build use jobs_trigger_for_build.`,
  effect: 'create',
  key: 'prow/<job>/<payload>[/from/<upgrade_from>]#<attempt>',
  settles: '30s',
  input: Input,
  output: z.object({
    job: z.string(),
    payload: z.string(),
    ref: z.object({
      system: z.literal('prow'),
      id: z.string(),
      url: z.string().nullable(),
      attempt: z.int(),
    }),
    state: z.enum(PROW_STATES),
    outcome: z
      .enum(OUTCOMES)
      .meta({ description: 'retriable: it ended without testing; failure: tests failed.' }),
    started: z.boolean().meta({ description: 'Whether this call started it.' }),
    summary: z.string(),
    next: z.string().optional(),
  }),
  effects: async (input, { client }) => {
    const { job, payload, attempt, upgrade_from: from } = input;
    const subject = subjectOf(input);
    return [
      {
        key: `prow/${job}/${payload}${from === undefined ? '' : `/from/${from}`}#${attempt}`,
        preview: { system: 'prow', action: 'run', target: job, after: payloadEnv(subject) },
        find: async () => findAttempt(await runsOf(client, job, subject), attempt),
        send: async (permit) => {
          const { id } = await client.trigger(job, payloadEnv(subject), permit);
          return { id, attempt };
        },
      },
    ];
  },
  result: async ({ job, payload }, { client }, [outcome]) => {
    const { id, attempt } = Evidence.parse(outcome?.data);
    // A job that has just been started may not be shown yet.
    const run = await client.getJob(id).catch((error: unknown) => {
      if (error instanceof SluiceError && error.code === 'not_found') return undefined;
      throw error;
    });
    const state = run?.state ?? 'scheduling';
    const started = outcome?.outcome === 'sent';
    return {
      job,
      payload,
      ref: { system: 'prow' as const, id, url: run?.url ?? null, attempt },
      state,
      outcome: outcomeOf(state),
      started,
      summary: `${job} on ${payload} (ProwJob ${id}) ${started ? 'was started' : 'was there already'} and is ${state}.`,
      ...nextOf(outcomeOf(state), attempt),
    };
  },
});

function nextOf(outcome: (typeof OUTCOMES)[number], attempt: number): { next?: string } {
  if (outcome === 'in_progress') return { next: 'Look again in some minutes: prow_get_job with the ref.' };
  if (outcome === 'retriable')
    return { next: `It ended without a result: attempt ${attempt + 1} may be asked for.` };
  return {};
}
