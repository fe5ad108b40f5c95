import { describe, expect, it } from 'vitest';
import { groupEvents, timesOf } from './event-groups.ts';
import { EVENT } from './resources/event.ts';

const event = (given: Record<string, unknown> = {}) =>
  EVENT.schema.parse({
    metadata: { name: 'e', creationTimestamp: '2026-06-25T10:00:00Z' },
    involvedObject: { kind: 'Pod', name: 'app-1' },
    type: 'Warning',
    reason: 'BackOff',
    message: 'Back-off restarting failed container of pod app-1',
    count: 3,
    firstTimestamp: '2026-06-25T10:00:00Z',
    lastTimestamp: '2026-06-25T11:00:00Z',
    ...given,
  });
const of = (name: string, given: Record<string, unknown> = {}) =>
  event({
    involvedObject: { kind: 'Pod', name },
    message: `Back-off restarting failed container of pod ${name}`,
    ...given,
  });

describe('events', () => {
  it('of the same kind are one row with the sum, also of several objects', () => {
    const rows = groupEvents([
      of('app-1'),
      of('app-2', {
        count: 4,
        firstTimestamp: '2026-06-25T09:00:00Z',
        lastTimestamp: '2026-06-25T11:30:00Z',
      }),
    ]);
    expect(rows).toEqual([
      {
        type: 'Warning',
        reason: 'BackOff',
        kind: 'Pod',
        objects: ['app-1', 'app-2'],
        objects_total: 2,
        count: 7,
        message: 'Back-off restarting failed container of pod app-2',
        first_seen: '2026-06-25T09:00:00Z',
        last_seen: '2026-06-25T11:30:00Z',
      },
    ]);
  });

  it('of other messages stay apart', () => {
    expect(groupEvents([of('app-1'), of('app-1', { message: 'another' })])).toHaveLength(2);
  });

  it('name five objects at most', () => {
    const [row] = groupEvents(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((letter) => of(`app-${letter}`)));
    expect([row?.objects.length, row?.objects_total]).toEqual([5, 7]);
  });

  it('stand warnings first, then the newest', () => {
    const rows = groupEvents([
      event({ type: 'Normal', reason: 'Pulled', lastTimestamp: '2026-06-25T11:59:00Z' }),
      event({ reason: 'Old' }),
      event({ reason: 'New', lastTimestamp: '2026-06-25T11:58:00Z' }),
    ]);
    expect(rows.map(({ reason }) => reason)).toEqual(['New', 'Old', 'Pulled']);
  });

  it.each([
    ['count and timestamps', {}, 3, '2026-06-25T10:00:00Z', '2026-06-25T11:00:00Z'],
    [
      'a series',
      {
        count: null,
        firstTimestamp: null,
        lastTimestamp: null,
        eventTime: '2026-06-25T10:10:00.000000Z',
        series: { count: 9, lastObservedTime: '2026-06-25T10:20:00.000000Z' },
      },
      9,
      '2026-06-25T10:10:00Z',
      '2026-06-25T10:20:00Z',
    ],
    [
      'nothing but when it was made',
      { count: null, firstTimestamp: null, lastTimestamp: null, eventTime: null },
      1,
      '2026-06-25T10:00:00Z',
      '2026-06-25T10:00:00Z',
    ],
  ])('are counted by %s', (_, given, count, first, last) => {
    expect(timesOf(event(given))).toEqual({ count, first: Date.parse(first), last: Date.parse(last) });
  });
});
