import { SluiceError } from '../../src/kit/errors.ts';
import type { Build } from '../jenkins/client.ts';
import type { TestRunAttempt } from './run-attempts.ts';
import type { OarServices } from './services.ts';

export const STAGE_JOB = 'zstreams/Stage-Pipeline';

export function stageParameters(yStream: string, payload: string): Record<string, string> {
  return { VERSION: yStream, PULL_SPEC: payload };
}

/** Queued ones included; by exactly this payload, so that 4.20.1 never takes a build of 4.20.12. */
export interface StageRuns {
  runs: TestRunAttempt[];
  /** Payloads of others that wait in the queue of the job. */
  queuedOthers: string[];
}

export async function stageRuns(services: OarServices, payload: string): Promise<StageRuns> {
  // The queue first: an item that leaves it meanwhile is seen among the builds.
  const queue = (await services.jenkins().queue()).filter(({ task }) => task === STAGE_JOB);
  const builds = (await services.jenkins().listBuilds(STAGE_JOB)).filter((build) => isOf(build, payload));
  const started = new Set(builds.map(({ queueId }) => queueId));
  const queued = queue.filter(({ parameters, id }) => parameters.PULL_SPEC === payload && !started.has(id));
  const others = queue.filter(({ parameters }) => parameters.PULL_SPEC !== payload);
  return {
    runs: [
      ...builds.sort((a, b) => a.number - b.number).map(runOfBuild),
      ...queued
        .sort((a, b) => a.id - b.id)
        .map(({ id }) => ({ id: queueRef(id), url: null, state: 'queued', live: true, succeeded: false })),
    ],
    queuedOthers: others.map(({ parameters }) => parameters.PULL_SPEC ?? 'another payload'),
  };
}

/** A build named by its number; `conflict` when it is of another payload. */
export async function stageRun(
  services: OarServices,
  payload: string,
  number: number,
): Promise<TestRunAttempt> {
  const build = await services.jenkins().getBuild(STAGE_JOB, number);
  if (isOf(build, payload)) return runOfBuild(build);
  throw new SluiceError('conflict', {
    cause: `Build ${number} of ${STAGE_JOB} is of ${build.parameters.PULL_SPEC ?? 'no payload'}, not of ${payload}.`,
    remedy: 'Leave build_number out: the build of this release is found by itself.',
  });
}

/** What a queue item has become: a build, or still itself. */
export async function startedRun(
  services: OarServices,
  payload: string,
  queueId: number,
): Promise<TestRunAttempt> {
  const item = await services.jenkins().queueItem(queueId).catch(forgotten);
  const number =
    item?.executable?.number ??
    (await services.jenkins().listBuilds(STAGE_JOB)).find((build) => build.queueId === queueId)?.number;
  if (number !== undefined) return await stageRun(services, payload, number);
  const cancelled = item?.cancelled === true;
  return {
    id: queueRef(queueId),
    url: null,
    state: cancelled ? 'aborted' : 'queued',
    live: !cancelled,
    succeeded: false,
  };
}

function forgotten(error: unknown): undefined {
  // Jenkins forgets an item some minutes after it has become a build.
  if (error instanceof SluiceError && error.code === 'not_found') return undefined;
  throw error;
}

const queueRef = (id: number) => `queue:${id}`;
const isOf = (build: Build, payload: string) => build.parameters.PULL_SPEC === payload;

function runOfBuild({ number, url, state }: Build): TestRunAttempt {
  return { id: String(number), url, state, live: state === 'running', succeeded: state === 'success' };
}
