import type { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { path } from '../../src/kit/url.ts';
import { BuildAnswer, BuildsAnswer, CrumbAnswer, QueueAnswer, QueueItemAnswer } from './schema.ts';

export type BuildState = 'running' | 'success' | 'failure' | 'aborted' | 'unstable';

export interface Build {
  number: number;
  url: string;
  state: BuildState;
  parameters: Record<string, string>;
  /** The queue item that it came from. */
  queueId?: number;
  /** ISO 8601, UTC. */
  startedAt?: string;
}

export interface QueueEntry {
  id: number;
  /** The job with its folders, e.g. `zstreams/Stage-Pipeline`. */
  task: string;
  parameters: Record<string, string>;
  blocked: boolean;
  /** Why it waits, in Jenkins' words. */
  why: string;
}

export interface QueueItem {
  id: number;
  /** Present from the moment that it is a build. */
  executable?: { number: number; url: string };
  why?: string;
  cancelled?: boolean;
}

const BUILD_FIELDS =
  'number,url,queueId,building,inProgress,result,timestamp,actions[_class,parameters[_class,name,value]]';
const MOST_BUILDS = 100;

/** Jenkins remote access API. A job is its name with folders, `folder/name`. */
export class JenkinsClient {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** The newest 100 builds, newest first. */
  async listBuilds(job: string): Promise<Build[]> {
    const tree = `builds[${BUILD_FIELDS}]{0,${MOST_BUILDS}}`;
    const { builds } = await this.#http.getJson(`${jobPath(job)}/api/json`, BuildsAnswer, {
      query: { tree },
    });
    return builds.map(buildOf).sort((a, b) => b.number - a.number);
  }

  async getBuild(job: string, number: number): Promise<Build> {
    const target = jobPath(job) + path`/${number}/api/json`;
    return buildOf(await this.#http.getJson(target, BuildAnswer, { query: { tree: BUILD_FIELDS } }));
  }

  async queue(): Promise<QueueEntry[]> {
    const { items } = await this.#http.getJson('/queue/api/json', QueueAnswer);
    return items.map((item) => ({
      id: item.id,
      task: jobName(item.task.url) ?? item.task.name ?? '',
      parameters: parametersOf(item.actions),
      blocked: item.blocked ?? false,
      why: item.why ?? '',
    }));
  }

  /** `not_found` some minutes after the item has become a build: then look for its `queueId`. */
  async queueItem(id: number): Promise<QueueItem> {
    const answer = await this.#http.getJson(path`/queue/item/${id}/api/json`, QueueItemAnswer);
    return {
      id: answer.id,
      ...(answer.executable ? { executable: answer.executable } : {}),
      ...(answer.why ? { why: answer.why } : {}),
      ...(answer.cancelled === undefined ? {} : { cancelled: answer.cancelled }),
    };
  }

  /** Queues a build with parameters. Jenkins has no idempotency key: one of the parameters has to be it. */
  async start(job: string, parameters: Record<string, string>, permit: Permit): Promise<{ queueId: number }> {
    const target = `${jobPath(job)}/buildWithParameters`;
    const headers = await this.#crumb();
    const answer = await this.#http.send('POST', target, permit, { form: parameters, headers });
    const queueId = /\/queue\/item\/(\d+)\/?$/.exec(answer.headers.get('location') ?? '')?.[1];
    if (queueId === undefined) {
      throw new SluiceError('schema_drift', {
        cause: `jenkins: POST ${target} named no queue item.`,
        remedy: 'Look at the builds of the job before it is started again.',
        reached: 'maybe',
      });
    }
    return { queueId: Number(queueId) };
  }

  /** The header against forged requests; a Jenkins without that protection answers 404. */
  async #crumb(): Promise<Record<string, string>> {
    const target = '/crumbIssuer/api/json';
    const answer = await this.#http.get(target, { accept: [404] });
    if (answer.status === 404) return {};
    const { crumb, crumbRequestField } = this.#http.parse('GET', target, answer, CrumbAnswer);
    return { [crumbRequestField]: crumb };
  }
}

function jobPath(job: string): string {
  return job
    .split('/')
    .map((part) => path`/job/${part}`)
    .join('');
}

/** `zstreams/Stage-Pipeline` for `https://…/job/zstreams/job/Stage-Pipeline/`. */
function jobName(url: string | undefined): string | undefined {
  const parts = [...(url ?? '').matchAll(/\/job\/([^/?#]+)/g)].map(([, part = '']) => part);
  try {
    return parts.length === 0 ? undefined : parts.map(decodeURIComponent).join('/');
  } catch {
    return undefined;
  }
}

function parametersOf(actions: z.output<typeof BuildAnswer>['actions']): Record<string, string> {
  const all = actions.flatMap((action) => action?.parameters ?? []);
  return Object.fromEntries(all.map(({ name, value }) => [name, String(value ?? '')]));
}

const STATES = {
  SUCCESS: 'success',
  FAILURE: 'failure',
  ABORTED: 'aborted',
  UNSTABLE: 'unstable',
  NOT_BUILT: 'aborted',
} as const;

function buildOf(answer: z.output<typeof BuildAnswer>): Build {
  // A pipeline may have its result set while later stages still run.
  const running = answer.inProgress === true || answer.building === true || answer.result === null;
  return {
    number: answer.number,
    url: answer.url,
    state: running || answer.result === null ? 'running' : STATES[answer.result],
    parameters: parametersOf(answer.actions),
    ...(answer.queueId === undefined ? {} : { queueId: answer.queueId }),
    ...(answer.timestamp === undefined ? {} : { startedAt: new Date(answer.timestamp).toISOString() }),
  };
}
