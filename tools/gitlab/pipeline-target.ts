import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import type { GitLabClient } from './client.ts';
import { MERGE_REQUEST, mergeRequestOf, oneTarget } from './define.ts';
import { type JobAnswer, JobsAnswer, PipelineAnswer } from './schema-pipelines.ts';

/** One pipeline: of a merge request the newest, else by its number. */
export const PIPELINE = {
  ...MERGE_REQUEST,
  pipeline_id: z.int().min(1).optional().meta({ description: 'With project; instead of a merge request.' }),
};

interface PipelineInput extends Partial<Parameters<typeof mergeRequestOf>[0]> {
  pipeline_id?: number | undefined;
}

export interface PipelineAt {
  /** Where it runs: of a merge request from a fork, the fork. Its path. */
  project: string;
  id: number;
}

export async function pipelineOf(client: GitLabClient, input: PipelineInput): Promise<PipelineAt> {
  const { url, project, iid, pipeline_id: id } = input;
  if (id !== undefined) {
    if (project === undefined || url !== undefined || iid !== undefined) {
      throw oneTarget(
        'a pipeline or a merge request',
        'Give project and pipeline_id, or a merge request alone.',
      );
    }
    return { project: (await client.api.project(project)).path, id };
  }
  const at = mergeRequestOf(input);
  const { head_pipeline: head } = await client.mergeRequest(at.project, at.iid);
  if (!head) {
    throw new SluiceError('not_found', {
      cause: `!${at.iid} of ${at.project} has no pipeline.`,
      remedy: 'Look again when it has one; of a fork, the bot that starts it may lack its right there.',
    });
  }
  return { project: (await client.api.project(head.project_id ?? at.project)).path, id: head.id };
}

export async function showPipeline({ api }: GitLabClient, at: PipelineAt): Promise<PipelineAnswer> {
  return await api.read(`pipeline ${at.id}`, PipelineAnswer, ({ Pipelines }) =>
    Pipelines.show(at.project, at.id),
  );
}

/** Every try of every job, triggers of other pipelines among them. */
export async function allTries({ api }: GitLabClient, { project, id }: PipelineAt): Promise<JobAnswer[]> {
  const [jobs, bridges] = await Promise.all([
    api.pages(`the jobs of pipeline ${id}`, JobsAnswer, ({ Jobs }, wish) =>
      Jobs.all(project, { pipelineId: id, includeRetried: true, ...wish }),
    ),
    api.pages(`the bridges of pipeline ${id}`, JobsAnswer, ({ Jobs }, wish) =>
      Jobs.allPipelineBridges(project, id, wish),
    ),
  ]);
  return [...jobs, ...bridges];
}
