import { z } from 'zod';
import { isoTime } from '../../src/kit/clock.ts';
import { formatDuration } from '../../src/kit/duration.ts';
import { goDuration } from './go-duration.ts';
import type { Reservation } from './resources.ts';

export const RESERVATION_STATES = [
  'requested',
  'waiting',
  'active',
  'expired',
  'deleting',
  'error',
  'unknown',
] as const;
export type ReservationState = (typeof RESERVATION_STATES)[number];

export const ReservationRow = z.object({
  reservation: z.string(),
  uid: z.string(),
  namespace: z.string().nullable().meta({ description: 'Null until it is given one.' }),
  state: z.enum(RESERVATION_STATES),
  pool: z.string(),
  requester: z.string(),
  mine: z.boolean(),
  duration: z.string().meta({ description: 'Of the whole reservation, from its beginning.' }),
  expires_at: z.string().nullable(),
  expires_in: z.string().nullable(),
});
export type ReservationRow = z.output<typeof ReservationRow>;

const REPORTED: readonly string[] = ['waiting', 'active', 'expired', 'deleting', 'error'];

export function stateOf({ metadata, status }: Reservation, now: number): ReservationState {
  if (metadata.deletionTimestamp !== undefined) return 'deleting';
  if (status.state === '') return 'requested';
  const expiration = Date.parse(status.expiration ?? '');
  // The operator takes it away within some seconds.
  if (status.state === 'active' && expiration <= now) return 'expired';
  return REPORTED.includes(status.state) ? (status.state as ReservationState) : 'unknown';
}

/** The operator's word, else what will be it. */
export function expirationOf({ metadata, spec, status }: Reservation): number | undefined {
  const said = Date.parse(status.expiration ?? '');
  if (!Number.isNaN(said)) return said;
  const [begin, lasts] = [Date.parse(metadata.creationTimestamp), goDuration(spec.duration)];
  return Number.isNaN(begin) || lasts === undefined ? undefined : begin + lasts;
}

export function isOwn({ spec }: Reservation, requester: string): boolean {
  return requester !== '' && spec.requester.toLowerCase() === requester.toLowerCase();
}

export function reservationRow(reservation: Reservation, requester: string, now: number): ReservationRow {
  const { metadata, spec, status } = reservation;
  const expires = expirationOf(reservation);
  return {
    reservation: metadata.name,
    uid: metadata.uid,
    namespace: status.namespace === '' ? null : status.namespace,
    state: stateOf(reservation, now),
    pool: status.pool || spec.pool,
    requester: spec.requester,
    mine: isOwn(reservation, requester),
    duration: spec.duration,
    expires_at: expires === undefined ? null : isoTime(expires),
    expires_in: expires === undefined ? null : formatDuration(Math.max(0, expires - now)),
  };
}

/** `ephemeral-ab12cd is reserved until 2026-06-25T15:00:00Z (3h)`. */
export function reservationText(row: ReservationRow): string {
  const what = row.namespace ?? `Reservation ${row.reservation}`;
  const until = row.expires_at === null ? '' : ` until ${row.expires_at} (${row.expires_in})`;
  const said: Record<ReservationState, string> = {
    active: `${what} is reserved${until}`,
    waiting: `${what} waits for a namespace of pool ${row.pool}`,
    requested: `${what} has been requested of pool ${row.pool}`,
    expired: `${what} has expired`,
    deleting: `${what} is being taken away`,
    error: `${what} is in error`,
    unknown: `${what} is in a state that is not known here`,
  };
  return said[row.state];
}
