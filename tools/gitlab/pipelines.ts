import { z } from 'zod';
import { given } from './api.ts';
import {
  call,
  counted,
  defineTool,
  PAGE,
  PAGE_OUTPUT,
  ProjectInput,
  pageOutput,
  pageWish,
} from './define.ts';
import { JobRow, jobRow } from './job-row.ts';
import { failedOnes, isFinished, latestTries } from './pipeline-attempts.ts';
import { allTries, PIPELINE, pipelineOf, showPipeline } from './pipeline-target.ts';
import { type JobAnswer, PipelinesAnswer } from './schema-pipelines.ts';

export const getPipeline = defineTool({
  name: 'gitlab_get_pipeline',
  title: 'Get a pipeline',
  description: `
A pipeline by its number, or the newest of a merge request: status, finished or not, how many jobs of each stage stand how,
and the failed ones with why. Failures that the pipeline allows are not among them. Their logs: gitlab_get_job_log.`,
  effect: 'read',
  input: z.object(PIPELINE),
  output: z.object({
    project: z.string(),
    id: z.int(),
    status: z.string(),
    finished: z.boolean(),
    ref: z.string().nullable(),
    commit: z.string().nullable(),
    source: z.string().nullable(),
    created_at: z.string().nullable(),
    finished_at: z.string().nullable(),
    error: z.string().nullable(),
    stages: z.array(z.object({ stage: z.string(), jobs: z.record(z.string(), z.int()) })),
    failed_jobs: z.array(JobRow),
    last_failed_job: z.int().nullable().meta({ description: 'For after_job of gitlab_retry_pipeline.' }),
    truncated: z.boolean(),
    url: z.string().nullable(),
    summary: z.string(),
    next: z.string().nullable(),
  }),
  run: async (input, { client }) => {
    const at = await pipelineOf(client, input);
    const [pipeline, tries] = await Promise.all([showPipeline(client, at), allTries(client, at)]);
    const jobs = latestTries(tries);
    const failed = failedOnes(jobs);
    const [first] = failed;
    const names = failed.slice(0, 3).map(({ name }) => name);
    return {
      project: at.project,
      id: at.id,
      status: pipeline.status,
      finished: isFinished(pipeline.status),
      ref: pipeline.ref ?? null,
      commit: pipeline.sha ?? null,
      source: pipeline.source ?? null,
      created_at: pipeline.created_at ?? null,
      finished_at: pipeline.finished_at ?? null,
      error: pipeline.yaml_errors ?? null,
      stages: stagesOf(jobs),
      failed_jobs: failed.slice(0, 15).map(jobRow),
      last_failed_job: failed.length === 0 ? null : Math.max(...failed.map(({ id }) => id)),
      truncated: failed.length > 15,
      url: pipeline.web_url ?? null,
      summary: `Pipeline ${at.id} of ${at.project} is ${pipeline.status}${names.length === 0 ? '' : `: ${names.join(', ')}${failed.length > 3 ? ` and ${failed.length - 3} more` : ''} failed`}.`,
      next:
        first === undefined ? null : call('gitlab_get_job_log', { project: at.project, job_id: first.id }),
    };
  },
});

export const listPipelines = defineTool({
  name: 'gitlab_list_pipelines',
  title: 'List pipelines',
  description: `
Pipelines of a project, newest first, by branch or tag, commit, status or source (push, schedule, merge_request_event …). For
the newest one of a merge request see gitlab_get_pipeline.`,
  effect: 'read',
  input: z.object({
    project: ProjectInput,
    ref: z.string().min(1).max(255).optional(),
    sha: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .optional(),
    status: z.enum(['running', 'pending', 'success', 'failed', 'canceled', 'skipped', 'manual']).optional(),
    source: z.string().min(1).max(60).optional(),
    ...PAGE,
  }),
  output: z.object({
    project: z.string(),
    pipelines: z.array(
      z.object({
        id: z.int(),
        status: z.string(),
        ref: z.string().nullable(),
        commit: z.string().nullable(),
        source: z.string().nullable(),
        created_at: z.string().nullable(),
        url: z.string().nullable(),
      }),
    ),
    ...PAGE_OUTPUT,
    summary: z.string(),
  }),
  run: async ({ project, ref, sha, status, source, ...wanted }, { client }) => {
    const page = await client.api.page(
      'pipelines',
      PipelinesAnswer,
      ({ Pipelines }, wish) =>
        Pipelines.all(project, { ...given({ ref, sha, status }), ...sourceOf(source), ...wish }),
      pageWish(wanted),
    );
    const [first] = page.items;
    return {
      project,
      pipelines: page.items.map((one) => ({
        id: one.id,
        status: one.status ?? 'unknown',
        ref: one.ref ?? null,
        commit: one.sha ?? null,
        source: one.source ?? null,
        created_at: one.created_at ?? null,
        url: one.web_url ?? null,
      })),
      ...pageOutput(page),
      summary:
        first === undefined
          ? `${project} has no such pipeline.`
          : `The newest such pipeline of ${project} is ${first.id}, ${first.status ?? 'unknown'}.`,
    };
  },
});

export const listJobs = defineTool({
  name: 'gitlab_list_jobs',
  title: 'List the jobs of a pipeline',
  description: `
Jobs of a pipeline, or of the newest one of a merge request, in their order: the newest try of each, with status and why it
failed. By stage or status.`,
  effect: 'read',
  input: z.object({
    ...PIPELINE,
    stage: z.string().min(1).max(255).optional(),
    status: z.string().min(1).max(40).optional(),
    ...PAGE,
  }),
  output: z.object({
    project: z.string(),
    pipeline: z.int(),
    jobs: z.array(JobRow),
    ...PAGE_OUTPUT,
    summary: z.string(),
  }),
  run: async ({ stage, status, limit, cursor, ...input }, { client }) => {
    const at = await pipelineOf(client, input);
    const all = latestTries(await allTries(client, at)).filter(
      (job) =>
        (stage === undefined || job.stage === stage) && (status === undefined || job.status === status),
    );
    const page = Number(cursor ?? 1);
    const rows = all.slice((page - 1) * limit, page * limit);
    const truncated = all.length > page * limit;
    return {
      project: at.project,
      pipeline: at.id,
      jobs: rows.map(jobRow),
      truncated,
      cursor: truncated ? String(page + 1) : null,
      summary: `Pipeline ${at.id} of ${at.project} has ${counted(all.length, 'such job')}; ${counted(failedOnes(all).length, 'failure')} among them.`,
    };
  },
});

function stagesOf(jobs: readonly JobAnswer[]) {
  const stages = new Map<string, Record<string, number>>();
  for (const { stage, status } of jobs) {
    const counts = stages.get(stage) ?? {};
    counts[status] = (counts[status] ?? 0) + 1;
    stages.set(stage, counts);
  }
  return [...stages].map(([stage, counts]) => ({ stage, jobs: counts }));
}

function sourceOf(source: string | undefined) {
  return source === undefined ? {} : { source };
}
