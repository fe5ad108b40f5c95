import { z } from 'zod';
import { absent, type Effect, present } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import { isOver, PIPELINE_RUN, type PipelineRun } from '../resources/pipeline-run.ts';
import { call, defineTool } from '../tool.ts';
import { describeRun } from './classify.ts';
import { runSentence } from './shapes.ts';

export const deleteRun = defineTool({
  name: 'konflux_pipeline_delete',
  title: 'Delete a pipeline run',
  description: `
Deletes a pipeline run that has finished, with its TaskRuns, pods and logs; exactly that run, not a later one of the same
name. A running one is refused: cancel it with konflux_pipeline_cancel, wait for its end, then delete it. KubeArchive
keeps what it has archived.`,
  effect: 'destroy',
  key: 'konflux/<namespace>/pipelineruns/<uid>/deleted',
  settles: '5s',
  input: z.object({
    name: Name,
    uid: z.string().max(64).optional().meta({
      description: 'Only this one; with it a run that is gone already counts as deleted.',
    }),
    namespace: Namespace,
  }),
  output: z.object({
    name: z.string(),
    uid: z.string(),
    namespace: z.string(),
    deleted: z.boolean().meta({ description: 'False while something still holds it (a finalizer).' }),
    sent: z.boolean(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  effects: async ({ name, uid: wanted, namespace: given }, { client, signal, now }) => {
    const namespace = await client.cluster.namespace(given);
    const where = { namespace, signal };
    const run = await client.cluster.find(PIPELINE_RUN, name, where);
    if (run === undefined && wanted === undefined) throw await gone(client, name, namespace);
    const uid = wanted ?? run?.metadata.uid ?? '';
    if (run !== undefined) check(run, uid, namespace, now);
    const effect: Effect = {
      key: `konflux/${namespace}/pipelineruns/${uid}/deleted`,
      preview: {
        system: 'konflux',
        action: 'delete the pipeline run with its TaskRuns, pods and logs',
        target: `${namespace}/${name}`,
        before:
          run === undefined
            ? null
            : { state: describeRun(run, []).state, created_at: run.metadata.creationTimestamp },
        after: null,
      },
      find: async () => {
        const seen = await client.cluster.find(PIPELINE_RUN, name, where);
        const there = seen?.metadata.uid === uid && seen.metadata.deletionTimestamp === undefined;
        return there ? absent : present({ uid });
      },
      send: async (permit) => {
        await client.cluster.remove(PIPELINE_RUN, name, permit, {
          namespace,
          ...(uid === '' ? {} : { uid }),
        });
        return { uid };
      },
    };
    return [effect];
  },
  result: async ({ name, namespace: given }, { client, signal }, [outcome]) => {
    const namespace = await client.cluster.namespace(given);
    const { uid } = z.object({ uid: z.string() }).parse(outcome?.data);
    const seen = await client.cluster.find(PIPELINE_RUN, name, { namespace, signal });
    const deleted = seen?.metadata.uid !== uid;
    return {
      name,
      uid,
      namespace,
      deleted,
      sent: outcome?.outcome === 'sent',
      summary: deleted
        ? `${name} is deleted.`
        : `The deletion of ${name} has been asked for; something still holds it (a finalizer).`,
      ...(deleted ? {} : { next: call('konflux_pipeline_status', { name, namespace }) }),
    };
  },
});

function check(run: PipelineRun, uid: string, namespace: string, now: number): void {
  const { name, deletionTimestamp } = run.metadata;
  const report = describeRun(run, []);
  // Of another run of this name there is nothing to delete: the one that was meant is gone.
  if (run.metadata.uid !== uid || deletionTimestamp !== undefined || isOver(report.state)) return;
  throw new SluiceError('precondition', {
    cause: `Only a finished run can be deleted: ${runSentence(run, report, now)}`,
    remedy: `Cancel it with ${call('konflux_pipeline_cancel', { name, namespace })}, wait for its end with konflux_pipeline_status, then delete it.`,
  });
}

async function gone(client: KonfluxClient, name: string, namespace: string): Promise<SluiceError> {
  const kept = await client.archive?.find(PIPELINE_RUN, name, { namespace });
  if (kept === undefined) return await client.missing(PIPELINE_RUN, name, namespace);
  return new SluiceError('precondition', {
    cause: `${name} is not in the cluster any more; only KubeArchive has it.`,
    remedy: 'There is nothing left to delete; nothing was changed.',
  });
}
