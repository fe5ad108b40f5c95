import { z } from 'zod';
import { absent, present } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import { Name, Namespace } from '../inputs.ts';
import { isOver, PIPELINE_RUN, type PipelineRun, RUN_STATES, runStateOf } from '../resources/pipeline-run.ts';
import { call, defineTool } from '../tool.ts';
import { describeRun } from './classify.ts';
import { runSentence } from './shapes.ts';

const MODES = ['Cancelled', 'CancelledRunFinally', 'StoppedRunFinally'] as const;

const Evidence = z.object({ uid: z.string() });

export const cancelRun = defineTool({
  name: 'konflux_pipeline_cancel',
  title: 'Cancel a pipeline run',
  description: `
Ends a pipeline run that is running or waits to start, by spec.status. Cancelled stops everything at once;
CancelledRunFinally stops its tasks and runs the finally tasks; StoppedRunFinally lets running tasks end, begins no more
and runs the finally tasks. A run that has finished is refused. Which ones run: konflux_pipeline_list { state: "running" }.`,
  effect: 'update',
  key: 'konflux/<namespace>/pipelineruns/<uid>/<mode>',
  settles: '5s',
  input: z.object({
    name: Name,
    mode: z.enum(MODES).default('Cancelled'),
    namespace: Namespace,
  }),
  output: z.object({
    name: z.string(),
    uid: z.string(),
    namespace: z.string(),
    mode: z.enum(MODES),
    state: z
      .enum(RUN_STATES)
      .nullable()
      .meta({ description: 'As it stands now; null when the run is gone.' }),
    sent: z.boolean().meta({ description: 'False: somebody had asked for it already.' }),
    summary: z.string(),
    next: z.string().optional(),
  }),
  effects: async ({ name, mode, namespace: given }, { client, signal, now }) => {
    const namespace = await client.cluster.namespace(given);
    const where = { namespace, signal };
    const { object: run, archived } = await client.get(PIPELINE_RUN, name, where);
    const { uid } = run.metadata;
    const state = runStateOf(run.status.conditions);
    if (run.spec.status !== mode && (archived || isOver(state))) throw finished(run, now);
    return [
      {
        key: `konflux/${namespace}/pipelineruns/${uid || name}/${mode}`,
        preview: {
          system: 'konflux',
          action: `end the pipeline run (${mode})`,
          target: `${namespace}/${name}`,
          before: { state, spec_status: run.spec.status ?? null },
          after: { spec_status: mode },
        },
        find: async () => {
          const seen = archived ? run : await client.cluster.find(PIPELINE_RUN, name, where);
          // One that has been deleted since runs no more.
          if (seen === undefined || seen.metadata.uid !== uid) return present({ uid });
          return seen.spec.status === mode ? present({ uid }) : absent;
        },
        send: async (permit) => {
          const patch = { spec: { status: mode } };
          await client.cluster
            .patch(PIPELINE_RUN, name, patch, permit, { namespace })
            .catch((error: unknown) => {
              throw refusedAsFinished(error, name);
            });
          return { uid };
        },
      },
    ];
  },
  result: async ({ name, mode, namespace: given }, { client, signal, now }, [outcome]) => {
    const namespace = await client.cluster.namespace(given);
    const { uid } = Evidence.parse(outcome?.data);
    const found = await client.cluster.find(PIPELINE_RUN, name, { namespace, signal });
    const run = found?.metadata.uid === uid ? found : undefined;
    const sent = outcome?.outcome === 'sent';
    const asked = sent
      ? `The end of ${name} has been asked for (${mode}).`
      : `The end of ${name} had been asked for already (${mode}).`;
    const report = run === undefined ? undefined : describeRun(run, []);
    return {
      name,
      uid,
      namespace,
      mode,
      state: report?.state ?? null,
      sent,
      summary:
        run === undefined || report === undefined
          ? `${asked} It is not in the cluster any more.`
          : `${asked} ${runSentence(run, report, now)}`,
      ...(report !== undefined && !isOver(report.state)
        ? { next: `Wait for its end: ${call('konflux_pipeline_status', { name, namespace })}` }
        : {}),
    };
  },
});

function finished(run: PipelineRun, now: number): SluiceError {
  const report = describeRun(run, []);
  return new SluiceError('precondition', {
    cause: `There is nothing to cancel, it is already ${report.reason || report.state}: ${runSentence(run, report, now)}`,
    remedy: 'Nothing was changed. konflux_pipeline_list { state: "running" } shows what runs.',
  });
}

/** Tekton refuses every change of a run that has finished; it may have done so after we looked. */
function refusedAsFinished(error: unknown, name: string): unknown {
  if (!(error instanceof SluiceError) || (error.status !== 400 && error.status !== 422)) return error;
  return new SluiceError('precondition', {
    cause: `${name} was not ended: ${error.message}`,
    remedy: 'It has probably finished meanwhile: look at it with konflux_pipeline_status.',
    status: error.status,
  });
}
