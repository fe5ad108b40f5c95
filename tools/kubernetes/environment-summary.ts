import { z } from 'zod';
import { type ErrorCode, errorReport, SluiceError } from '../../src/kit/errors.ts';
import { adviceFor } from './advice.ts';
import type { KubernetesClient, Place } from './environments.ts';
import { countsOf, openDeployments, readWorkload, type Workload, WorkloadCounts } from './namespace-view.ts';
import { isUnwell, podText } from './pod-row.ts';
import { rolloutOf, rolloutText } from './rollout.ts';
import { defineTool } from './tool.ts';
import { many } from './words.ts';

/** One that is away must not hold up the answer about the others. */
const LIMIT_MS = 20_000;
const MOST = 10;
const NAMED = 3;

const Row = z.object({
  environment: z.string(),
  cluster: z.string().nullable(),
  namespace: z.string().nullable(),
  state: z
    .enum(['well', 'unwell', 'unknown'])
    .meta({ description: 'unknown: it could not be read; see error.' }),
  error: z.object({ code: z.string(), cause: z.string(), remedy: z.string() }).nullable(),
  deployments: WorkloadCounts.deployments.nullable(),
  pods: WorkloadCounts.pods.nullable(),
  open: z.array(z.string()).meta({ description: 'Deployments whose rollout is not done, a few words each.' }),
  unwell: z.array(z.string()).meta({ description: 'The worst pods, a few words each.' }),
  next: z.string().optional(),
});
type Row = z.output<typeof Row>;

type Seen = { name: string; place?: Place } & ({ workload: Workload } | { error: SluiceError });

export const environmentSummary = defineTool({
  name: 'kubernetes_environment_summary',
  title: 'Environments side by side',
  description: `
How several environments of the settings stand: per environment Deployments and pods by state and the worst pods. One that
may not be read, or is away, is unknown with its error code, and says nothing of the others; when none can be read the
call fails with that error. Details of one: kubernetes_namespace_summary.`,
  effect: 'read',
  input: z.object({
    environments: z
      .array(z.string().max(64))
      .min(1)
      .max(MOST)
      .optional()
      .meta({ description: 'As the settings name them; all (at most ten) when left out.' }),
  }),
  output: z.object({
    environments: z.array(Row),
    all_well: z.boolean().meta({ description: 'For gates. False also where one is unknown or left out.' }),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ environments }, { client, now, signal }) => {
    const known = environments ?? client.environments();
    if (known.length === 0) {
      throw new SluiceError('invalid_input', {
        cause: 'No environment is configured.',
        remedy: 'Set modules.kubernetes.environments, or ask kubernetes_namespace_summary for a namespace.',
      });
    }
    const names = [...new Set(known)];
    const seen = await Promise.all(names.slice(0, MOST).map((name) => look(client, name, now, signal)));
    const failures = seen.flatMap((one) => ('error' in one ? [one] : []));
    if (failures.length === seen.length) throw noneReadable(failures);
    const rows = seen.map(rowOf);
    return {
      environments: rows,
      all_well: names.length <= MOST && rows.every(({ state }) => state === 'well'),
      truncated: names.length > MOST,
      summary: rows.map(sentenceOf).join(' '),
    };
  },
});

async function look(
  client: KubernetesClient,
  name: string,
  now: number,
  signal: AbortSignal | undefined,
): Promise<Seen> {
  // A name that is not in the settings is the caller's mistake, not the environment's state.
  const place = await client.place({ environment: name });
  const limit = AbortSignal.timeout(LIMIT_MS);
  const both = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  try {
    return { name, place, workload: await readWorkload(place, now, both) };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof SluiceError)) throw error;
    return { name, place, error };
  }
}

function rowOf(seen: Seen): Row {
  const place = {
    environment: seen.name,
    cluster: seen.place?.cluster.name ?? null,
    namespace: seen.place?.namespace ?? null,
  };
  if ('error' in seen) {
    const { code, cause, remedy } = errorReport(seen.error);
    return {
      ...place,
      state: 'unknown',
      error: { code, cause, remedy },
      deployments: null,
      pods: null,
      open: [],
      unwell: [],
    };
  }
  const { workload } = seen;
  const unwell = workload.pods.filter(isUnwell);
  const open = openDeployments(workload);
  const next = seen.place === undefined ? undefined : adviceFor(seen.place, unwell);
  return {
    ...place,
    state: workload.well ? 'well' : 'unwell',
    error: null,
    ...countsOf(workload),
    open: open.slice(0, NAMED).map((one) => `${one.metadata.name} ${rolloutText(rolloutOf(one))}`),
    unwell: unwell.slice(0, NAMED).map(podText),
    ...(next === undefined ? {} : { next }),
  };
}

function sentenceOf({ environment, state, error, open, unwell, pods }: Row): string {
  if (error !== null) return `${environment}: unknown (${error.code}).`;
  if (state === 'well') return `${environment}: well.`;
  const failing = pods?.failing ?? 0;
  const worst = unwell[0] ?? open[0];
  return `${environment}: not well${failing === 0 ? '' : `, ${many(failing, 'pod')} failing`}${worst === undefined ? '' : `; ${worst}`}.`;
}

/** An answer in which nothing is known would look like one. */
function noneReadable(failures: readonly { name: string; error: SluiceError }[]): SluiceError {
  const [first] = failures;
  const code: ErrorCode = first?.error.code ?? 'upstream';
  const [cause = ''] = failures.map(({ error }) => error.message);
  const rest = failures.slice(1).map(({ name, error }) => `${name}: ${error.code}`);
  return new SluiceError(code, {
    cause: `${first?.name}: ${cause}${rest.length === 0 ? '' : ` Neither could the others be read (${rest.join(', ')}).`}`,
    remedy: first?.error.remedy ?? 'Look again later.',
    ...(first?.error.status === undefined ? {} : { status: first.error.status }),
  });
}
