import { z } from 'zod';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { notYours } from './namespace-extend.ts';
import { isOwn, reservationRow } from './reservation-row.ts';
import { RESERVATION } from './resources.ts';
import { call, defineTool, WHICH } from './tool.ts';

const Evidence = z.object({ name: z.string(), uid: z.string(), namespace: z.string().nullable() });

export const releaseNamespace = defineTool({
  name: 'bonfire_namespace_release',
  title: 'Release a namespace',
  description: `
Ends a reservation of yours: its namespace and everything in it are deleted. Somebody else's is refused. With uid exactly
that reservation is meant, and one that is gone already counts as released. To keep it longer: bonfire_namespace_extend.`,
  effect: 'destroy',
  key: 'bonfire/<cluster>/reservations/<uid>/released',
  settles: '10s',
  input: z.object({
    ...WHICH,
    uid: z.string().max(64).optional().meta({ description: 'Of the reservation, as reserving it answered.' }),
  }),
  output: z.object({
    reservation: z.string(),
    uid: z.string(),
    namespace: z.string().nullable(),
    released: z.boolean().meta({ description: 'False while it is still being taken away.' }),
    sent: z.boolean().meta({ description: 'False: it was gone, or going, already.' }),
    summary: z.string(),
    next: z.string().optional(),
  }),
  effects: async ({ uid: wanted, ...which }, { client, now, signal, principal }) => {
    const found =
      wanted === undefined ? await client.demand(which, signal) : await client.find(which, signal);
    const requester = client.requester(principal);
    // Of another one in its place nothing is ours to end: the one that was meant is gone.
    const meant = wanted === undefined || found?.metadata.uid === wanted ? found : undefined;
    if (meant !== undefined && !isOwn(meant, requester)) throw notYours(meant);
    const name = meant?.metadata.name ?? which.reservation ?? which.namespace ?? '';
    const uid = meant?.metadata.uid ?? wanted ?? '';
    const namespace = meant?.status.namespace || which.namespace || null;
    const evidence = { name, uid, namespace };
    const effect: Effect = {
      key: `bonfire/${client.cluster.name}/reservations/${uid || name}/released`,
      preview: {
        system: client.cluster.name,
        action: 'release the namespace, with everything in it',
        target: `${namespace ?? 'no namespace yet'} (reservation ${name})`,
        before: meant === undefined ? null : reservationRow(meant, requester, now),
        after: null,
      },
      find: async () => {
        if (meant === undefined) return present(evidence);
        const there = await client.find({ reservation: name });
        const stays = there?.metadata.uid === uid && there.metadata.deletionTimestamp === undefined;
        return stays ? absent : present(evidence);
      },
      send: async (permit) => {
        await client.cluster.remove(RESERVATION, name, permit, uid === '' ? {} : { uid });
        return evidence;
      },
    };
    return [effect];
  },
  result: async (_, { client, signal }, [outcome]) => {
    const { name, uid, namespace } = Evidence.parse(outcome?.data);
    const there = await client.find({ reservation: name }, signal);
    const released = there === undefined || there.metadata.uid !== uid;
    const sent = outcome?.outcome === 'sent';
    const what = namespace ?? `Reservation ${name}`;
    return {
      reservation: name,
      uid,
      namespace,
      released,
      sent,
      summary: !released
        ? `The end of ${what} has been asked for; it is still being taken away.`
        : sent
          ? `${what} is released.`
          : `${what} had been released already.`,
      ...(released ? {} : { next: call('bonfire_namespace_status', { reservation: name }) }),
    };
  },
});
