import { z } from 'zod';
import { type Effect, present } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import { Attempt } from '../attempt.ts';
import { CONSISTENCY_JOB, consistencyEnv, consistencyRun, consistencyRuns } from '../consistency-runs.ts';
import { defineTool } from '../define.ts';
import { metadataOf } from '../metadata.ts';
import { parseRelease, payloadOf, ReleaseName } from '../release.ts';
import { findAttempt } from '../run-attempts.ts';
import { AttemptRef, evidenceOf } from '../run-ref.ts';
import { demandShipment, demandStageRelease } from '../shipment-read.ts';
import { inOrder } from '../statebox/in-order.ts';

const ProwState = z.enum(['scheduling', 'triggered', 'pending', 'success', 'failure', 'aborted', 'error']);

export const imageConsistencyCheck = defineTool({
  name: 'oar_image_consistency_check',
  title: 'Run the image consistency check of a release',
  description: `Starts the Prow job that compares a release's payload with its shipment, unless one for exactly this payload
and merge request is there; waits for the stage release. With job_id it only looks at that job. Poll the answered
ref with prow_get_job.`,
  effect: 'create',
  key: `prow/${CONSISTENCY_JOB}/<payload>/mr-<iid>#<attempt>`,
  settles: '30s',
  input: z.object({
    release: ReleaseName,
    attempt: Attempt,
    job_id: z
      .uuid()
      .optional()
      .meta({ description: 'A ProwJob of this release to look at; nothing is started.' }),
  }),
  output: z.object({
    release: z.string(),
    ref: AttemptRef,
    state: ProwState,
    summary: z.string(),
  }),
  effects: async ({ release, attempt, job_id }, { client, ungoverned }) => {
    const metadata = await metadataOf(client, parseRelease(release));
    const shipment = await demandShipment(client, metadata);
    const subject = { payload: payloadOf(client.payloadRepository, release), iid: shipment.iid };
    const find = async () => {
      if (job_id === undefined) return findAttempt(await consistencyRuns(client, subject), attempt);
      const run = await consistencyRun(client, subject, job_id);
      return present({ id: run.id, url: run.url, attempt });
    };
    const effects: Effect[] = [
      {
        key: `prow/${CONSISTENCY_JOB}/${subject.payload}/mr-${subject.iid}#${attempt}`,
        preview: { system: 'prow', action: 'run', target: CONSISTENCY_JOB, after: consistencyEnv(subject) },
        find,
        ready: async () => {
          if ((await find()).state !== 'present') await demandStageRelease(client, shipment);
        },
        send: async (permit) => {
          if (job_id !== undefined) throw neverStarted('job_id');
          const { id } = await client.prow().trigger(CONSISTENCY_JOB, consistencyEnv(subject), permit);
          return { id, url: null, attempt };
        },
      },
    ];
    return inOrder(effects, { client, ungoverned }, parseRelease(release), 'image-consistency-check');
  },
  result: async ({ release, attempt, job_id }, { client }, [outcome]) => {
    const metadata = await metadataOf(client, parseRelease(release));
    const { iid } = await demandShipment(client, metadata);
    const subject = { payload: payloadOf(client.payloadRepository, release), iid };
    const evidence = evidenceOf(outcome);
    const id = job_id ?? evidence.id;
    // A job that has just been started may not be listed yet, one of some days ago no more.
    const run = id === undefined ? undefined : await consistencyRun(client, subject, id).catch(notThere);
    const state = run?.state ?? 'scheduling';
    return {
      release,
      ref: {
        system: 'prow' as const,
        id: id ?? '',
        url: run?.url ?? null,
        attempt: evidence.attempt ?? attempt,
      },
      state: ProwState.parse(state),
      summary: `The image consistency check of ${release} (ProwJob ${id ?? 'unknown'}) is ${state}.`,
    };
  },
});

function notThere(error: unknown): undefined {
  if (error instanceof SluiceError && error.code === 'not_found') return undefined;
  throw error;
}

function neverStarted(argument: string): SluiceError {
  return new SluiceError('conflict', {
    cause: `${argument} was given, so nothing is started.`,
    remedy: `Leave ${argument} out to start a run.`,
  });
}
