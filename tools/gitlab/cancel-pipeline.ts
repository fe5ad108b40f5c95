import { z } from 'zod';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { GitLabClient } from './client.ts';
import { defineTool } from './define.ts';
import { isFinished } from './pipeline-attempts.ts';
import { PipelineResult, pipelineResult } from './pipeline-result.ts';
import { PIPELINE, type PipelineAt, pipelineOf, showPipeline } from './pipeline-target.ts';
import { PipelineAnswer } from './schema-pipelines.ts';

export const cancelPipeline = defineTool({
  name: 'gitlab_cancel_pipeline',
  title: 'Cancel a pipeline',
  description: `
Stops a running pipeline, by its number or as the newest of a merge request. A finished one is refused. What its jobs have
done outside already is not undone.`,
  effect: 'destroy',
  key: 'gitlab/<project>/pipeline/<id>/cancel; found by its status',
  settles: '15s',
  input: z.object(PIPELINE),
  output: PipelineResult,
  effects: async (input, { client }) => {
    const at = await pipelineOf(client, input);
    await client.api.demandWritable(at.project);
    const { status } = await showPipeline(client, at);
    return [cancelling(client, at, status)];
  },
  result: async (input, { client }, [outcome]) =>
    await pipelineResult(client, input, outcome?.outcome, 'canceled'),
});

function cancelling(client: GitLabClient, at: PipelineAt, before: string): Effect {
  const name = `pipeline ${at.id} of ${at.project}`;
  return {
    key: `gitlab/${at.project}/pipeline/${at.id}/cancel`,
    preview: {
      system: 'gitlab',
      action: 'cancel a pipeline',
      target: name,
      before: { status: before },
      after: { status: 'canceled' },
    },
    ready: async () => {
      const { status } = await showPipeline(client, at);
      if (!isFinished(status) || status === 'canceled') return;
      throw new SluiceError('precondition', {
        cause: `The ${name} is ${status} already.`,
        remedy: 'There is nothing to cancel.',
      });
    },
    find: async () => {
      const { status } = await showPipeline(client, at);
      return status === 'canceled' || status === 'canceling' ? present({ status }) : absent;
    },
    send: async (permit) => {
      const answer = await client.api.write(
        name,
        PipelineAnswer,
        ({ Pipelines }) => Pipelines.cancel(at.project, at.id),
        { permit, project: at.project },
      );
      return { status: answer.status };
    },
  };
}
