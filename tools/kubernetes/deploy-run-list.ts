import { z } from 'zod';
import { selector } from './cluster.ts';
import { demandNamespace } from './read.ts';
import { conditionOf } from './resource.ts';
import { PIPELINE_RUN, type PipelineRun, RUN_STATES, runStateOf } from './resources/pipeline-run.ts';
import { defineTool, PLACE_INPUT, PLACE_OUTPUT, placeName, placeOutput } from './tool.ts';
import { ageOf, countBy, countsText, isoOf } from './words.ts';

/** Labels that app-interface's deployer puts on the run of a saas target (qontract-reconcile). */
const SAAS_FILE = 'qontract.saas_file_name';
const ENVIRONMENT = 'qontract.env_name';
const TARGET_REF = 'qontract.target_ref';

const LabelValue = z.string().min(1).max(63);

const Row = z.object({
  name: z.string(),
  state: z.enum(RUN_STATES),
  reason: z.string(),
  message: z.string(),
  saas_file: z.string().nullable(),
  target_environment: z.string().nullable(),
  ref: z.string().nullable(),
  created_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  age: z.string().nullable(),
});

export const listDeployRuns = defineTool({
  name: 'kubernetes_deploy_run_list',
  title: 'List deploy pipeline runs',
  description: `
Tekton runs that deploy saas targets, newest first, with state and reason: in the namespace of the pipelines provider, by
saas file, target environment and the ref that is deployed. None is no failure: the deployer makes a run some minutes after
the merge, and finished ones are pruned. Builds, tests and releases of Konflux are konflux_pipeline_list.`,
  effect: 'read',
  input: z.object({
    ...PLACE_INPUT,
    saas_file: LabelValue.optional().meta({
      description: 'Name of the saas file (its `name`, not its path).',
    }),
    target_environment: LabelValue.optional().meta({ description: 'Name of the environment it deploys to.' }),
    ref: LabelValue.optional().meta({
      description: 'The ref that is deployed, as it stands in the saas file.',
    }),
    limit: z.int().min(1).max(50).default(10),
  }),
  output: z.object({
    ...PLACE_OUTPUT,
    newest: Row.nullable().meta({ description: 'Of all that fit.' }),
    runs: z.array(Row),
    total: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ saas_file, target_environment, ref, limit, ...given }, { client, now, signal }) => {
    const place = await client.place(given);
    const labels = selector({
      [SAAS_FILE]: saas_file,
      [ENVIRONMENT]: target_environment,
      [TARGET_REF]: ref,
    });
    const { items } = await place.cluster.all(PIPELINE_RUN, {
      namespace: place.namespace,
      // Without a label of ours a run deploys no saas target.
      labels: labels ?? SAAS_FILE,
      signal,
    });
    if (items.length === 0) await demandNamespace(place, signal);
    const rows = items
      .toSorted((a, b) => b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp))
      .map((run) => rowOf(run, now));
    const shown = rows.slice(0, limit);
    const counts = countsText(
      RUN_STATES,
      countBy(
        RUN_STATES,
        rows.map(({ state }) => state),
      ),
    );
    const what = `${ref === undefined ? '' : ` of ${ref.slice(0, 12)}`} in ${placeName(place)}`;
    return {
      ...placeOutput(place),
      newest: rows[0] ?? null,
      runs: shown,
      total: rows.length,
      truncated: shown.length < rows.length,
      summary:
        rows.length === 0
          ? `No deploy run${what} yet.`
          : `Deploy runs${what}: ${counts}; the newest is ${rows[0]?.state}.`,
    };
  },
});

function rowOf({ metadata, status }: PipelineRun, now: number): z.input<typeof Row> {
  const condition = conditionOf(status.conditions, 'Succeeded');
  return {
    name: metadata.name,
    state: runStateOf(status.conditions),
    reason: condition?.reason ?? '',
    message: condition?.message ?? '',
    saas_file: metadata.labels[SAAS_FILE] ?? null,
    target_environment: metadata.labels[ENVIRONMENT] ?? null,
    ref: metadata.labels[TARGET_REF] ?? null,
    created_at: isoOf(metadata.creationTimestamp),
    finished_at: isoOf(status.completionTime),
    age: ageOf(metadata.creationTimestamp, now),
  };
}
