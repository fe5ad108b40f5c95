import { z } from 'zod';
import type { GitLabClient } from './client.ts';
import { call } from './define.ts';
import { pipelineOf, showPipeline } from './pipeline-target.ts';

export const PipelineResult = z.object({
  project: z.string(),
  pipeline: z.int(),
  status: z.string(),
  sent: z.boolean().meta({ description: 'false: it had happened already.' }),
  url: z.string().nullable(),
  summary: z.string(),
  next: z.string(),
});

/** What a write to a pipeline answers. */
export async function pipelineResult(
  client: GitLabClient,
  input: Parameters<typeof pipelineOf>[1],
  outcome: string | undefined,
  word: string,
): Promise<z.input<typeof PipelineResult>> {
  const at = await pipelineOf(client, input);
  const { status, web_url } = await showPipeline(client, at);
  const sent = outcome !== 'adopted';
  return {
    project: at.project,
    pipeline: at.id,
    status,
    sent,
    url: web_url ?? null,
    summary: `Pipeline ${at.id} of ${at.project} ${sent ? 'was' : 'had been'} ${word}${sent ? '' : ' already'}; it is ${status}.`,
    next: call('gitlab_get_pipeline', { project: at.project, pipeline_id: at.id }),
  };
}
