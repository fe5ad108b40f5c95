import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Answer, Http } from '../../src/kit/http.ts';
import { path } from '../../src/kit/url.ts';
import { ExecutionAnswer, ProwJobAnswer, ProwJobsAnswer } from './schema.ts';

export { type PayloadSubject, payloadEnv, testsPayload } from './payload.ts';

export type ProwState = z.output<typeof ProwJobAnswer>['status']['state'];

export interface ProwJob {
  /** A UUID. */
  id: string;
  job: string;
  state: ProwState;
  /** Only from the moment that a pod is assigned. */
  url?: string;
  buildId?: string;
  startedAt?: string;
  completedAt?: string;
  /** What its containers are given, also what the one who triggered it asked for. */
  env: Record<string, string>;
}

const ProwJobId = z.uuid();
const NO_JOB = '00000000-0000-4000-8000-000000000000';

/** Prow's Deck for reading (no credential) and Gangway for triggering. */
export class ProwClient {
  readonly #deck: Http;
  readonly #gangway: Http;

  constructor(deck: Http, gangway: Http) {
    this.#deck = deck;
    this.#gangway = gangway;
  }

  async getJob(id: string): Promise<ProwJob> {
    if (!ProwJobId.safeParse(id).success) {
      throw new SluiceError('invalid_input', {
        cause: `${JSON.stringify(id)} is not a ProwJob id.`,
        remedy: 'It is a UUID, as the trigger answered it and as `?prowjob=` in Prow names it.',
      });
    }
    const answer = await this.#deck.get('/prowjob', {
      query: { prowjob: id },
      headers: { accept: 'application/yaml, text/plain, */*' },
    });
    return jobOf(this.#deck.parse('GET', '/prowjob', asJson(answer), ProwJobAnswer), id);
  }

  /** The jobs of a name that Prow still remembers (about two days), oldest first. */
  async listJobs(jobName: string): Promise<ProwJob[]> {
    // Deck can leave fields out but not jobs; the environment in pod_spec is how a job is known again.
    const query = { omit: 'annotations,labels,decoration_config' };
    const { items } = await this.#deck.getJson('/prowjobs.js', ProwJobsAnswer, { query });
    const named = items.filter((item) => item.spec.job === jobName);
    return named
      .map((item) => {
        const text = JSON.stringify(item);
        const answer = { status: 200, headers: new Headers(), text, bytes: new TextEncoder().encode(text) };
        const job = this.#deck.parse(
          'GET',
          '/prowjobs.js',
          answer,
          ProwJobAnswer.required({ metadata: true }),
        );
        return jobOf(job, job.metadata.name);
      })
      .sort(
        (a, b) => Date.parse(a.startedAt ?? '') - Date.parse(b.startedAt ?? '') || (a.id < b.id ? -1 : 1),
      );
  }

  /** Starts a periodic job. Gangway has no idempotency key: an entry of `env` has to be it. */
  async trigger(jobName: string, env: Record<string, string>, permit: Permit): Promise<{ id: string }> {
    const target = path`/v1/executions/${jobName}`;
    const answer = await this.#gangway.send('POST', target, permit, {
      json: { job_execution_type: '1', pod_spec_options: { envs: env } },
    });
    return this.#gangway.parse('POST', target, answer, ExecutionAnswer);
  }

  /** Asks both for a job that cannot be: Deck says so, and Gangway only to those whose token it takes. */
  async ping(): Promise<void> {
    await this.#deck.get('/prowjob', { query: { prowjob: NO_JOB }, accept: [404] });
    await this.#gangway.get(path`/v1/executions/${NO_JOB}`, { accept: [404, 500] });
  }
}

/** Deck shows a single job as YAML; what is no YAML stays as it is and is refused as any broken answer. */
function asJson(answer: Answer): Answer {
  try {
    return { ...answer, text: JSON.stringify(parseYaml(answer.text)) };
  } catch {
    return answer;
  }
}

function jobOf({ spec, status }: z.output<typeof ProwJobAnswer>, id: string): ProwJob {
  const env = (spec.pod_spec?.containers ?? []).flatMap((container) => container.env ?? []);
  return {
    id,
    job: spec.job,
    state: status.state,
    ...(status.url ? { url: status.url } : {}),
    ...(status.build_id ? { buildId: status.build_id } : {}),
    ...(status.startTime ? { startedAt: status.startTime } : {}),
    ...(status.completionTime ? { completedAt: status.completionTime } : {}),
    env: Object.fromEntries(env.map(({ name, value }) => [name, value ?? ''])),
  };
}
