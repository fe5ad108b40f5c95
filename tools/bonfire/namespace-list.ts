import { z } from 'zod';
import { part } from '../kubernetes/client.ts';
import {
  isOwn,
  RESERVATION_STATES,
  ReservationRow,
  reservationRow,
  reservationText,
} from './reservation-row.ts';
import { POOL, type Pool } from './resources.ts';
import { defineTool } from './tool.ts';

const PoolRow = z.object({
  name: z.string(),
  description: z.string(),
  ready: z.int().meta({ description: 'To be had at once.' }),
  creating: z.int(),
  reserved: z.int(),
  size_limit: z.int().nullable(),
});

export const listNamespaces = defineTool({
  name: 'bonfire_namespace_list',
  title: 'List reserved namespaces',
  description: `
Ephemeral namespaces that are reserved or asked for: by whom, from which pool, until when; yours first, then by the time
at which they expire. Also the pools with what each has ready. Details of one, and what runs in it: bonfire_namespace_status.`,
  effect: 'read',
  input: z.object({
    mine: z.boolean().default(false).meta({ description: 'Yours alone.' }),
    pool: z.string().max(63).optional(),
    state: z.enum(RESERVATION_STATES).optional(),
    limit: z.int().min(1).max(100).default(20),
  }),
  output: z.object({
    cluster: z.string(),
    requester: z.string().meta({ description: 'The name under which you reserve.' }),
    total: z.int(),
    mine: z.int(),
    truncated: z.boolean(),
    reservations: z.array(ReservationRow),
    pools: z.array(PoolRow),
    unavailable: z
      .array(z.object({ kind: z.string(), code: z.string(), cause: z.string() }))
      .meta({ description: 'What we may not read.' }),
    summary: z.string(),
  }),
  run: async ({ mine, pool, state, limit }, { client, now, signal, principal }) => {
    const requester = client.requester(principal);
    const [all, pools] = await Promise.all([
      client.reservations(signal),
      part(
        'namespacepools',
        client.cluster.all(POOL, { signal }).then(({ items }) => items),
      ),
    ]);
    const rows = all
      .filter((one) => !mine || isOwn(one, requester))
      .map((one) => reservationRow(one, requester, now))
      .filter(
        (row) => (pool === undefined || row.pool === pool) && (state === undefined || row.state === state),
      )
      .toSorted((a, b) => Number(b.mine) - Number(a.mine) || compare(a.expires_at, b.expires_at));
    const own = rows.filter((row) => row.mine);
    const shownPools = 'value' in pools ? pools.value.map(poolRow) : [];
    return {
      cluster: client.cluster.name,
      requester,
      total: rows.length,
      mine: own.length,
      truncated: rows.length > limit,
      reservations: rows.slice(0, limit),
      pools: shownPools,
      unavailable: 'refused' in pools ? [pools.refused] : [],
      summary: `${summaryOf(rows.length, own)}${readyText(shownPools)}`,
    };
  },
});

function compare(a: string | null, b: string | null): number {
  return (a ?? '~') < (b ?? '~') ? -1 : 1;
}

function poolRow({ metadata, spec, status }: Pool): z.output<typeof PoolRow> {
  return {
    name: metadata.name,
    description: spec.description.slice(0, 200),
    ready: status.ready,
    creating: status.creating,
    reserved: status.reserved,
    size_limit: spec.sizeLimit ?? null,
  };
}

function summaryOf(total: number, [first, ...others]: readonly ReservationRow[]): string {
  if (total === 0) return 'No reservation fits.';
  const count = `${total} ${total === 1 ? 'reservation' : 'reservations'}`;
  if (first === undefined) return `${count}, none of them yours.`;
  const more = others.length === 0 ? '' : `, and ${others.length} more of yours`;
  return `${count}. Yours: ${reservationText(first)}${more}.`;
}

function readyText(pools: readonly z.output<typeof PoolRow>[]): string {
  if (pools.length === 0) return '';
  return ` Ready: ${pools.map(({ name, ready }) => `${ready} in ${name}`).join(', ')}.`;
}
