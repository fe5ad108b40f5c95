import { z } from 'zod';
import { isoTime } from '../../src/kit/clock.ts';
import { durationMs } from '../../src/kit/duration.ts';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { goDuration, goText, ReservedFor } from './go-duration.ts';
import { isOwn, ReservationRow, reservationRow, reservationText, stateOf } from './reservation-row.ts';
import { RESERVATION, type Reservation } from './resources.ts';
import { call, defineTool, WHICH } from './tool.ts';

const REASON_ANNOTATION = 'sluice/extended-because';

const Evidence = z.object({ name: z.string() });

export const extendNamespace = defineTool({
  name: 'bonfire_namespace_extend',
  title: 'Extend a reservation',
  description: `
Sets how long a reserved namespace lasts, counted from the beginning of its reservation: 8h makes it last eight hours in
all, it does not add eight. Never shorter than it is. Only yours, unless force with a reason, which is kept on it. An
expired one cannot be extended.`,
  effect: 'update',
  key: 'bonfire/<cluster>/reservations/<uid>/duration/<duration>',
  settles: '5s',
  input: z.object({
    ...WHICH,
    duration: ReservedFor,
    force: z.boolean().default(false).meta({ description: "Also somebody else's. Needs reason." }),
    reason: z.string().trim().min(5).max(500).optional(),
  }),
  output: ReservationRow.extend({
    sent: z.boolean().meta({ description: 'False: it lasted so long already.' }),
    summary: z.string(),
  }),
  effects: async ({ duration, force, reason, ...which }, { client, now, signal, principal }) => {
    const found = await client.demand(which, signal);
    if (force && reason === undefined) {
      throw new SluiceError('invalid_input', {
        cause: 'force needs a reason.',
        remedy: "Say in `reason` why somebody else's reservation is extended; it is kept on it.",
      });
    }
    if (!isOwn(found, client.requester(principal)) && !force) throw notYours(found);
    const wanted = durationMs(duration);
    demandExtendable(found, wanted, now);
    const { name, uid } = found.metadata;
    const begin = Date.parse(found.metadata.creationTimestamp);
    const until = (ms: number | undefined) =>
      ms === undefined || Number.isNaN(begin) ? null : isoTime(begin + ms);
    const effect: Effect = {
      key: `bonfire/${client.cluster.name}/reservations/${uid || name}/duration/${goText(wanted)}`,
      preview: {
        system: client.cluster.name,
        action: 'extend the reservation',
        target: `${name} (${found.status.namespace || 'no namespace yet'}) of ${found.spec.requester}`,
        before: { duration: found.spec.duration, until: until(goDuration(found.spec.duration)) },
        after: { duration: goText(wanted), ...(force ? { reason } : {}) },
      },
      find: async () => {
        const there = await client.demand({ reservation: name });
        return (goDuration(there.spec.duration) ?? 0) >= wanted ? present({ name }) : absent;
      },
      send: async (permit) => {
        const patch = {
          // Only this one, not a later one of the same name.
          metadata: { uid, ...(force ? { annotations: { [REASON_ANNOTATION]: reason } } : {}) },
          spec: { duration: goText(wanted) },
        };
        await client.cluster.patch(RESERVATION, name, patch, permit);
        return { name };
      },
    };
    return [effect];
  },
  result: async (_, { client, now, signal, principal }, [outcome]) => {
    const { name } = Evidence.parse(outcome?.data);
    const found = await client.demand({ reservation: name }, signal);
    const row = reservationRow(found, client.requester(principal), now);
    const sent = outcome?.outcome === 'sent';
    return {
      ...row,
      sent,
      summary: sent
        ? `It lasts ${found.spec.duration} in all now: ${reservationText(row)}.`
        : `It lasts ${found.spec.duration} already: ${reservationText(row)}.`,
    };
  },
});

export function notYours({ metadata, spec, status }: Reservation): SluiceError {
  return new SluiceError('forbidden', {
    cause: `${status.namespace || metadata.name} is reserved by ${spec.requester}, not by you.`,
    remedy: 'Ask them, or reserve one of your own: bonfire_namespace_reserve. Nothing was changed.',
    rule: 'own_reservation',
  });
}

function demandExtendable(found: Reservation, wanted: number, now: number): void {
  const state = stateOf(found, now);
  const { name } = found.metadata;
  if (state === 'expired' || state === 'deleting') {
    throw new SluiceError('precondition', {
      cause: `Reservation ${name} ${state === 'expired' ? 'has expired' : 'is being taken away'}.`,
      remedy: 'Reserve a new namespace: bonfire_namespace_reserve.',
      rule: 'not_over',
    });
  }
  const lasts = goDuration(found.spec.duration);
  if (lasts === undefined || lasts <= wanted) return;
  throw new SluiceError('precondition', {
    cause: `Reservation ${name} lasts ${found.spec.duration} in all; ${goText(wanted)} would be shorter.`,
    remedy: `Give the whole length from its beginning. To end it: ${call('bonfire_namespace_release', { reservation: name })}.`,
    rule: 'longer_only',
  });
}
