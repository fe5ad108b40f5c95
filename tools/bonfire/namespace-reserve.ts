import { z } from 'zod';
import { sha256 } from '../../src/kit/canonical.ts';
import { durationMs } from '../../src/kit/duration.ts';
import { absent, type Effect, present, unknown } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { BonfireClient } from './client.ts';
import { goText, ReservedFor } from './go-duration.ts';
import { isOwn, ReservationRow, reservationRow, reservationText, stateOf } from './reservation-row.ts';
import { POOL, RESERVATION, type Reservation } from './resources.ts';
import { call, defineTool } from './tool.ts';

const KEY_ANNOTATION = 'sluice/reservation-key';

const Evidence = z.object({ name: z.string() });

/** Told from the key, so that the same call finds what it made; told from the requester too, so that nobody else's is meant. */
export function reservationName(requester: string, key: string): string {
  const words = key
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 30)
    .replace(/-+$/, '');
  return `sluice-${words}-${sha256(`${requester}/${key}`).slice(0, 8)}`;
}

export const reserveNamespace = defineTool({
  name: 'bonfire_namespace_reserve',
  title: 'Reserve a namespace',
  description: `
Reserves an ephemeral namespace from a pool, for you and for some time. key names the reservation: the same key never
reserves twice while it lasts. Answers the namespace when it is there at once; else bonfire_namespace_status waits for it.
Refused while you hold another one, unless even_if_reserved, and where the pool has reached its limit.`,
  effect: 'create',
  key: 'bonfire/<cluster>/reservations/<name, made of requester and key>',
  settles: '5s',
  input: z.object({
    key: z
      .string()
      .regex(/^[A-Za-z0-9][\w.:/-]{0,99}$/)
      .meta({ description: 'Yours to choose, e.g. release-1.4-smoke.' }),
    duration: ReservedFor.default('4h'),
    pool: z.string().max(63).optional().meta({ description: 'That of the settings when left out.' }),
    team: z.string().max(63).optional().meta({ description: 'Only for pools that ask for one.' }),
    even_if_reserved: z.boolean().default(false),
  }),
  output: ReservationRow.extend({
    ready: z.boolean().meta({ description: 'It has its namespace.' }),
    sent: z.boolean().meta({ description: 'False: it was there already.' }),
    summary: z.string(),
    next: z.string(),
  }),
  effects: async (input, { client, signal, principal, now }) => {
    const requester = client.requester(principal);
    const pool = input.pool ?? client.settings.pool;
    const name = reservationName(requester, input.key);
    const mine = await client.find({ reservation: name }, signal);
    if (mine === undefined) {
      await demandPool(client, pool, signal);
      if (!input.even_if_reserved) await demandNoOther(client, requester, now, signal);
    }
    const spec = {
      duration: goText(durationMs(input.duration)),
      requester,
      pool,
      ...(input.team === undefined ? {} : { team: input.team }),
    };
    const effect: Effect = {
      key: `bonfire/${client.cluster.name}/reservations/${name}`,
      preview: {
        system: client.cluster.name,
        action: 'reserve a namespace',
        target: `${name}, from pool ${pool}`,
        after: spec,
      },
      find: async () => {
        const found = await client.find({ reservation: name });
        if (found === undefined) return absent;
        if (!isOwn(found, requester)) return unknown(`${name} is of ${found.spec.requester}.`);
        if (found.metadata.deletionTimestamp !== undefined)
          return unknown(`${name} is being taken away: wait until it is gone, or give another key.`);
        return present({ name });
      },
      send: async (permit) => {
        const labels = { requester };
        const annotations = { [KEY_ANNOTATION]: input.key };
        await client.cluster.create(RESERVATION, { metadata: { name, labels, annotations }, spec }, permit);
        return { name };
      },
    };
    return [effect];
  },
  result: async (_, { client, now, signal, principal }, [outcome]) => {
    const { name } = Evidence.parse(outcome?.data);
    const found = await client.demand({ reservation: name }, signal);
    const row = reservationRow(found, client.requester(principal), now);
    const ready = row.state === 'active' && row.namespace !== null;
    const sent = outcome?.outcome === 'sent';
    return {
      ...row,
      ready,
      sent,
      summary: `${sent ? '' : 'No second one was reserved: '}${reservationText(row)}.`,
      next: ready
        ? call('bonfire_deploy', { namespace: row.namespace })
        : call('bonfire_namespace_status', { reservation: name, wait_seconds: 40 }),
    };
  },
});

async function demandPool(
  client: BonfireClient,
  pool: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { items } = await client.cluster.all(POOL, { signal });
  const found = items.find(({ metadata }) => metadata.name === pool);
  if (found === undefined) {
    throw new SluiceError('not_found', {
      cause: `${client.cluster.name} has no pool ${JSON.stringify(pool)}.`,
      remedy: `Its pools: ${items.map(({ metadata }) => metadata.name).join(', ') || 'none'}.`,
    });
  }
  const { sizeLimit } = found.spec;
  if (!sizeLimit || found.status.reserved < sizeLimit) return;
  throw new SluiceError('precondition', {
    cause: `Pool ${pool} has reached its limit: ${found.status.reserved} of ${sizeLimit} namespaces are reserved.`,
    remedy:
      'Wait until one is released, release one of yours, or take another pool: bonfire_namespace_list shows them.',
    rule: 'pool_limit',
  });
}

async function demandNoOther(
  client: BonfireClient,
  requester: string,
  now: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const other = (await client.reservations(signal)).find(
    (one: Reservation) => isOwn(one, requester) && stateOf(one, now) === 'active',
  );
  if (other === undefined) return;
  const row = reservationRow(other, requester, now);
  throw new SluiceError('precondition', {
    cause: `You hold one already (reservation ${row.reservation}): ${reservationText(row)}.`,
    remedy: 'Use that one, release it, or give even_if_reserved. Nothing was reserved.',
    rule: 'one_at_a_time',
  });
}
