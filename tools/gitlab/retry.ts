import { z } from 'zod';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { NotYet, SluiceError } from '../../src/kit/errors.ts';
import type { GitLabClient } from './client.ts';
import { call, defineTool, ProjectInput } from './define.ts';
import {
  failedOnes,
  failureToAnswer,
  hasFailed,
  isFinished,
  latestTries,
  newerTry,
} from './pipeline-attempts.ts';
import { PipelineResult, pipelineResult } from './pipeline-result.ts';
import { allTries, PIPELINE, type PipelineAt, pipelineOf, showPipeline } from './pipeline-target.ts';
import { JobAnswer, PipelineAnswer } from './schema-pipelines.ts';

const RetryInput = z.object({
  ...PIPELINE,
  after_job: z.int().min(1).optional().meta({
    description: 'The failed job that this answers (last_failed_job): then never sent twice for it.',
  }),
});

export const retryPipeline = defineTool({
  name: 'gitlab_retry_pipeline',
  title: 'Retry a failed pipeline',
  description: `
Runs the failed and canceled jobs of a pipeline again, by its number or as the newest of a merge request: once for each
failure. Refused when nothing failed; waits while it still runs. Exactly one target.`,
  effect: 'update',
  key: 'gitlab/<project>/pipeline/<id>/retry/after-<last failed job>; found by a newer try of that job',
  settles: '15s',
  input: RetryInput,
  output: PipelineResult,
  effects: async ({ after_job, ...input }, { client }) => {
    const at = await pipelineOf(client, input);
    await client.api.demandWritable(at.project);
    const [{ status }, tries] = await Promise.all([showPipeline(client, at), allTries(client, at)]);
    return [
      retrying(client, at, {
        failure: after_job ?? failureToAnswer(tries),
        named: after_job !== undefined,
        status,
      }),
    ];
  },
  result: async (input, { client }, [outcome]) =>
    await pipelineResult(client, input, outcome?.outcome, 'retried'),
});

interface Answered {
  failure: number | undefined;
  /** By the caller, who may have asked for the same before. */
  named: boolean;
  status: string;
}

function retrying(client: GitLabClient, at: PipelineAt, { failure, named, status }: Answered): Effect {
  const name = `pipeline ${at.id} of ${at.project}`;
  return {
    key: `gitlab/${at.project}/pipeline/${at.id}/retry/after-${failure ?? 'nothing'}`,
    preview: {
      system: 'gitlab',
      action: 'retry a pipeline',
      target: name,
      before: { status, last_failed_job: failure ?? null },
      after: { status: 'running' },
    },
    ready: async () => {
      const [pipeline, tries] = await Promise.all([showPipeline(client, at), allTries(client, at)]);
      // Done already: find says so.
      if (named && failure !== undefined && newerTry(failure, tries) !== undefined) return;
      demandFailed(name, pipeline, failedOnes(latestTries(tries)).length);
    },
    find: async () => {
      if (failure === undefined) return absent;
      const newer = newerTry(failure, await allTries(client, at));
      return newer === undefined ? absent : present({ job: newer.id });
    },
    send: async (permit) => {
      const answer = await client.api.write(
        name,
        PipelineAnswer,
        ({ Pipelines }) => Pipelines.retry(at.project, at.id),
        { permit, project: at.project },
      );
      return { status: answer.status };
    },
  };
}

function demandFailed(name: string, { status, yaml_errors }: PipelineAnswer, failures: number): void {
  if (!isFinished(status) && !hasFailed(status)) {
    throw new NotYet(`The ${name} is ${status}: it has not failed.`, { lookAgainSeconds: 60 });
  }
  if (hasFailed(status) && failures > 0) return;
  throw new SluiceError('precondition', {
    cause: hasFailed(status)
      ? `The ${name} failed without a job that could run again${yaml_errors ? ': its configuration is not valid' : ''}.`
      : `The ${name} is ${status}: nothing failed.`,
    remedy: 'There is nothing to retry: see gitlab_get_pipeline.',
    rule: 'gitlab.nothing-failed',
  });
}

export const retryJob = defineTool({
  name: 'gitlab_retry_job',
  title: 'Retry a failed job',
  description: `
Runs one failed or canceled job again, once: asked again for the same job it starts nothing more. The new try has a new
number.`,
  effect: 'update',
  key: 'gitlab/<project>/job/<id>/retry; found by a newer try of the same job',
  settles: '15s',
  input: z.object({ project: ProjectInput, job_id: z.int().min(1) }),
  output: z.object({
    project: z.string(),
    job: z.int(),
    new_job: z.int(),
    sent: z.boolean(),
    summary: z.string(),
    next: z.string(),
  }),
  effects: async ({ project, job_id }, { client }) => {
    const { path } = await client.api.project(project);
    await client.api.demandWritable(path);
    const job = await showJob(client, path, job_id);
    return [retryingJob(client, path, job)];
  },
  result: async ({ project, job_id }, _context, [outcome]) => {
    const { job } = z.object({ job: z.int() }).parse(outcome?.data);
    const sent = outcome?.outcome !== 'adopted';
    return {
      project,
      job: job_id,
      new_job: job,
      sent,
      summary: `Job ${job_id} of ${project} ${sent ? 'runs' : 'had been run'} again, as ${job}.`,
      next: call('gitlab_get_job_log', { project, job_id: job }),
    };
  },
});

function retryingJob(client: GitLabClient, project: string, job: JobAnswer): Effect {
  const look = async () =>
    job.pipeline ? newerTry(job.id, await allTries(client, { project, id: job.pipeline.id })) : undefined;
  return {
    key: `gitlab/${project}/job/${job.id}/retry`,
    preview: {
      system: 'gitlab',
      action: 'retry a job',
      target: `${job.name} (${job.id}) of ${project}`,
      before: { status: job.status },
    },
    ready: async () => {
      const { status } = await showJob(client, project, job.id);
      if (hasFailed(status) || (await look()) !== undefined) return;
      if (!isFinished(status)) {
        throw new NotYet(`Job ${job.id} of ${project} is ${status}: it has not failed.`, {
          lookAgainSeconds: 60,
        });
      }
      throw new SluiceError('precondition', {
        cause: `Job ${job.id} of ${project} is ${status}: it did not fail.`,
        remedy: 'There is nothing to retry.',
        rule: 'gitlab.nothing-failed',
      });
    },
    find: async () => {
      const newer = await look();
      return newer === undefined ? absent : present({ job: newer.id });
    },
    send: async (permit) => {
      const answer = await client.api.write(
        `job ${job.id}`,
        JobAnswer,
        ({ Jobs }) => Jobs.retry(project, job.id),
        { permit, project },
      );
      return { job: answer.id };
    },
  };
}

async function showJob({ api }: GitLabClient, project: string, id: number): Promise<JobAnswer> {
  return await api.read(`job ${id}`, JobAnswer, ({ Jobs }) => Jobs.show(project, id));
}
