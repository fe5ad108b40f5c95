import { SluiceError } from '../../src/kit/errors.ts';
import type { Build, BuildState, JenkinsClient, QueueItem } from './client.ts';

export interface Attempt {
  number: number | null;
  url: string | null;
  state: BuildState | 'queued';
  parameters: Record<string, string>;
}

/** Finds a build by `1668` or by `queue:42`, whatever the queue item has become. */
export async function locate(client: JenkinsClient, job: string, id: string): Promise<Attempt> {
  if (!id.startsWith('queue:')) return attemptOf(await client.getBuild(job, Number(id)));
  const queueId = Number(id.slice('queue:'.length));
  const item = await queueItem(client, queueId);
  if (item?.executable !== undefined) return attemptOf(await client.getBuild(job, item.executable.number));
  if (item !== undefined) {
    const state = item.cancelled === true ? 'aborted' : 'queued';
    return { number: null, url: null, state, parameters: {} };
  }
  const build = (await client.listBuilds(job)).find((candidate) => candidate.queueId === queueId);
  if (build !== undefined) return attemptOf(build);
  throw new SluiceError('not_found', {
    cause: `jenkins: queue item ${queueId} is gone, and none of the newest builds of ${job} came from it.`,
    remedy: 'Check the job; Jenkins forgets cancelled queue items after some minutes.',
  });
}

/** Undefined once Jenkins has forgotten it, some minutes after it left the queue. */
async function queueItem(client: JenkinsClient, id: number): Promise<QueueItem | undefined> {
  try {
    return await client.queueItem(id);
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not_found') return undefined;
    throw error;
  }
}

function attemptOf({ number, url, state, parameters }: Build): Attempt {
  return { number, url, state, parameters };
}
