import { z } from 'zod';
import { type Effect, present } from '../../../src/kit/effect.ts';
import { NotYet, SluiceError } from '../../../src/kit/errors.ts';
import { Attempt } from '../attempt.ts';
import { defineTool } from '../define.ts';
import { see } from '../flow-page.ts';
import { metadataOf } from '../metadata.ts';
import { parseRelease, payloadOf, ReleaseName } from '../release.ts';
import { findAttempt, type TestRunAttempt } from '../run-attempts.ts';
import { AttemptRef, evidenceOf } from '../run-ref.ts';
import type { OarServices } from '../services.ts';
import { demandShipment, demandStageRelease } from '../shipment-read.ts';
import { STAGE_JOB, stageParameters, stageRun, stageRuns, startedRun } from '../stage-runs.ts';
import { inOrder } from '../statebox/in-order.ts';

const State = z.enum(['queued', 'running', 'success', 'failure', 'aborted', 'unstable']);

export const stageTesting = defineTool({
  name: 'oar_stage_testing',
  title: 'Run the stage tests of a release',
  description: `Starts the stage pipeline in Jenkins for a release's payload, unless a build or queue item for exactly this
payload is there; waits for the stage release and for a queue held by another payload. With build_number it only
looks at that build. Poll the answered ref with jenkins_get_build.`,
  effect: 'create',
  key: `jenkins/${STAGE_JOB}/<payload>#<attempt>`,
  settles: '30s',
  input: z.object({
    release: ReleaseName,
    attempt: Attempt,
    build_number: z
      .int()
      .positive()
      .optional()
      .meta({ description: 'A build of this release to look at; nothing is started.' }),
  }),
  output: z.object({ release: z.string(), ref: AttemptRef, state: State, summary: z.string() }),
  effects: async ({ release: name, attempt, build_number }, { client, ungoverned }) => {
    const release = parseRelease(name);
    const shipment = await demandShipment(client, await metadataOf(client, release));
    const payload = payloadOf(client.payloadRepository, name);
    const find = async () => {
      if (build_number === undefined) return findAttempt((await stageRuns(client, payload)).runs, attempt);
      const run = await stageRun(client, payload, build_number);
      return present({ id: run.id, url: run.url, attempt });
    };
    const effects: Effect[] = [
      {
        key: `jenkins/${STAGE_JOB}/${payload}#${attempt}`,
        preview: {
          system: 'jenkins',
          action: 'build',
          target: STAGE_JOB,
          after: stageParameters(release.yStream, payload),
        },
        find,
        ready: async () => {
          if ((await find()).state === 'present') return;
          await demandStageRelease(client, shipment);
          await demandFreeQueue(client, payload);
        },
        send: async (permit) => {
          if (build_number !== undefined) throw onlyLooking();
          const parameters = stageParameters(release.yStream, payload);
          return { ...(await client.jenkins().start(STAGE_JOB, parameters, permit)), attempt };
        },
      },
    ];
    return inOrder(effects, { client, ungoverned }, release, 'stage-testing');
  },
  result: async ({ release, attempt, build_number }, { client }, [outcome]) => {
    const payload = payloadOf(client.payloadRepository, release);
    const evidence = evidenceOf(outcome);
    const run = await currentRun(client, payload, build_number, evidence);
    const state = State.parse(run?.state ?? 'queued');
    const id = run?.id ?? evidence.id ?? '';
    return {
      release,
      ref: { system: 'jenkins' as const, id, url: run?.url ?? null, attempt: evidence.attempt ?? attempt },
      state,
      summary: `Stage testing of ${release} (${STAGE_JOB} ${id}) is ${state}.`,
    };
  },
});

async function currentRun(
  services: OarServices,
  payload: string,
  buildNumber: number | undefined,
  { id, queueId }: ReturnType<typeof evidenceOf>,
): Promise<TestRunAttempt | undefined> {
  const queued = queueId ?? Number(/^queue:(\d+)$/.exec(id ?? '')?.[1] ?? Number.NaN);
  const number = buildNumber ?? Number(/^\d+$/.exec(id ?? '')?.[0] ?? Number.NaN);
  if (!Number.isNaN(number)) return await stageRun(services, payload, number);
  if (!Number.isNaN(queued)) return await startedRun(services, payload, queued);
  return undefined;
}

async function demandFreeQueue(services: OarServices, payload: string): Promise<void> {
  const { queuedOthers } = await stageRuns(services, payload);
  if (queuedOthers.length === 0) return;
  throw new NotYet(`The queue of ${STAGE_JOB} is busy with ${queuedOthers.join(', ')}.`, {
    remedy: `Wait until its build has begun. ${see('stage-testing-failed')}`,
  });
}

function onlyLooking(): SluiceError {
  return new SluiceError('conflict', {
    cause: 'build_number was given, so nothing is started.',
    remedy: 'Leave build_number out to start a build.',
  });
}
