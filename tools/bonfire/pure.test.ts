import { describe, expect, it } from 'vitest';
import { goDuration, goText } from './go-duration.ts';
import { reservationName } from './namespace-reserve.ts';
import { requesterName } from './requester.ts';
import { expirationOf, reservationRow, stateOf } from './reservation-row.ts';
import { RESERVATION } from './resources.ts';

const NOW = Date.parse('2026-06-25T12:00:00Z');
const reservation = (given: { metadata?: object; spec?: object; status?: object } = {}) =>
  RESERVATION.schema.parse({
    metadata: { name: 'r', uid: 'u', creationTimestamp: '2026-06-25T11:00:00Z', ...given.metadata },
    spec: { duration: '4h', requester: 'me', ...given.spec },
    ...(given.status === undefined ? {} : { status: given.status }),
  });

describe('durations of Go', () => {
  it.each([
    ['4h', 4 * 3_600_000],
    ['1h30m0s', 5_400_000],
    ['0s', 0],
    ['0', 0],
    ['', 3_600_000],
    ['1.5h', 5_400_000],
    ['90m', 5_400_000],
    ['1500ms', 1_500],
    ['2d', undefined],
    ['soon', undefined],
    ['-1h', undefined],
  ])('%j', (text, ms) => {
    expect(goDuration(text)).toBe(ms);
  });

  it.each([
    [5_400_000, '1h30m'],
    [48 * 3_600_000, '48h'],
    [90_000, '1m30s'],
    [0, '0s'],
  ])('%d is written %s, and read again', (ms, text) => {
    expect(goText(ms)).toBe(text);
    expect(goDuration(text)).toBe(ms);
  });
});

describe('names', () => {
  it.each([
    ['lead@example.com', 'lead_at_example.com'],
    ['system:serviceaccount:ci:bot', 'system_serviceaccount_ci_bot'],
    ['a b/c', 'a-b-c'],
    ['.dot.', 'dot'],
    [`${'x'.repeat(80)}`, 'x'.repeat(63)],
  ])('%s reserves as %s', (user, name) => {
    expect(requesterName(user)).toBe(name);
  });

  it('of a reservation fit, and differ by requester and key', () => {
    const names = [
      reservationName('me', 'Release/1.4:smoke'),
      reservationName('you', 'Release/1.4:smoke'),
      reservationName('me', 'Release/1.4.smoke'),
      reservationName('me', `a${'-'.repeat(40)}b`),
      reservationName('me', 'x'.repeat(100)),
    ];
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
      expect(name).not.toContain('--');
      expect(name.length).toBeLessThanOrEqual(63);
    }
    expect(reservationName('me', 'key')).toBe(reservationName('me', 'key'));
  });
});

describe('state of a reservation', () => {
  it.each([
    [{}, 'requested'],
    [{ status: { state: 'waiting', namespace: '' } }, 'waiting'],
    [{ status: { state: 'active', namespace: 'n', expiration: '2026-06-25T15:00:00Z' } }, 'active'],
    [{ status: { state: 'active', namespace: 'n', expiration: '2026-06-25T12:00:00Z' } }, 'expired'],
    [{ metadata: { deletionTimestamp: '2026-06-25T11:59:00Z' }, status: { state: 'active' } }, 'deleting'],
    [{ status: { state: 'error' } }, 'error'],
    [{ status: { state: 'hibernating' } }, 'unknown'],
  ])('%j: %s', (given, state) => {
    expect(stateOf(reservation(given), NOW)).toBe(state);
  });

  it('lasts from its beginning until the operator says when', () => {
    expect(expirationOf(reservation())).toBe(Date.parse('2026-06-25T15:00:00Z'));
    expect(expirationOf(reservation({ spec: { duration: 'soon' } }))).toBeUndefined();
    const said = reservation({ status: { state: 'active', expiration: '2026-06-25T16:00:00Z' } });
    expect(expirationOf(said)).toBe(Date.parse('2026-06-25T16:00:00Z'));
    expect(reservationRow(said, 'ME', NOW)).toMatchObject({ mine: true, expires_in: '4h', pool: 'default' });
  });
});
