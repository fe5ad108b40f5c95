import { z } from 'zod';
import {
  countsOf,
  follow,
  NAMESPACE,
  part,
  readWorkload,
  WorkloadCounts,
  workloadText,
} from '../kubernetes/client.ts';
import type { BonfireClient } from './client.ts';
import { ReservationRow, reservationRow, reservationText } from './reservation-row.ts';
import { RESERVATION, type Reservation } from './resources.ts';
import { call, defineTool, WHICH } from './tool.ts';

const ENV_STATUS = 'env-status';

const DeployRow = z.object({
  key: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  exit_code: z.int().nullable(),
  output_tail: z.array(z.string()),
});

export const namespaceStatus = defineTool({
  name: 'bonfire_namespace_status',
  title: 'State of a reserved namespace',
  description: `
One reservation: its state, its namespace, until when, whether the environment in it is ready, what runs there, and the
deploys that were begun from here with the end of their output. wait_seconds waits until it has its namespace.`,
  effect: 'read',
  input: z.object({
    ...WHICH,
    wait_seconds: z.int().min(0).max(50).default(0),
  }),
  output: ReservationRow.extend({
    ready: z.boolean().meta({ description: 'It has its namespace, and the environment in it is ready.' }),
    environment: z.string().nullable().meta({ description: "The operator's word: creating, ready, error." }),
    well: z.boolean().nullable().meta({ description: 'Nothing in it fails or is late; null: not known.' }),
    deployments: WorkloadCounts.deployments.nullable(),
    pods: WorkloadCounts.pods.nullable(),
    deploys: z.array(DeployRow),
    unavailable: z
      .array(z.object({ kind: z.string(), code: z.string(), cause: z.string() }))
      .meta({ description: 'What we may not read.' }),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ wait_seconds: seconds, ...which }, context) => {
    const { client, now, signal, principal } = context;
    const first = await client.demand(which, signal);
    const found =
      seconds === 0 || !isWaiting(first)
        ? first
        : await waited(client, first, seconds * 1_000, signal, context.progress);
    const row = reservationRow(found, client.requester(principal), now);
    const { namespace } = row;
    const [inside, workload] =
      namespace === null
        ? [undefined, undefined]
        : await Promise.all([
            part('namespaces', client.cluster.find(NAMESPACE, namespace, { signal })),
            part('workload', readWorkload(client.place(namespace), now, signal)),
          ]);
    const environment =
      inside !== undefined && 'value' in inside ? inside.value?.metadata.annotations[ENV_STATUS] : undefined;
    const seen = workload !== undefined && 'value' in workload ? workload.value : undefined;
    const deploys = namespace === null ? [] : client.deploys.in(namespace);
    const ready = row.state === 'active' && namespace !== null && (environment ?? 'ready') === 'ready';
    return {
      ...row,
      ready,
      environment: environment ?? null,
      well: seen === undefined ? null : seen.well,
      ...(seen === undefined ? { deployments: null, pods: null } : countsOf(seen)),
      deploys: deploys.map(({ key, state, exit, output }) => ({
        key,
        state,
        exit_code: exit,
        output_tail: output,
      })),
      unavailable: [inside, workload].flatMap((one) =>
        one !== undefined && 'refused' in one ? [one.refused] : [],
      ),
      summary: `${reservationText(row)}.${seen === undefined ? '' : ` ${workloadText(seen, ' in it')}`}${deploysText(deploys)}`,
      ...(isWaiting(found)
        ? { next: call('bonfire_namespace_status', { reservation: row.reservation, wait_seconds: 40 }) }
        : {}),
    };
  },
});

function isWaiting({ metadata, status }: Reservation): boolean {
  return status.namespace === '' && metadata.deletionTimestamp === undefined && status.state !== 'error';
}

async function waited(
  client: BonfireClient,
  { metadata }: Reservation,
  deadlineMs: number,
  signal: AbortSignal | undefined,
  progress: (message: string) => void,
): Promise<Reservation> {
  const { object } = await follow(client.cluster, RESERVATION, metadata.name, {
    deadlineMs,
    signal,
    finished: (one) => !isWaiting(one),
    onChange: ({ status }) => progress(`${metadata.name}: ${status.state || 'requested'}`),
  });
  return object;
}

function deploysText(deploys: readonly { state: string }[]): string {
  const running = deploys.filter(({ state }) => state === 'running').length;
  const failed = deploys.filter(({ state }) => state === 'failed').length;
  const parts = [
    ...(running === 0 ? [] : [`${running} under way`]),
    ...(failed === 0 ? [] : [`${failed} failed: see deploys`]),
  ];
  return parts.length === 0 ? '' : ` Deploys from here: ${parts.join(', ')}.`;
}
