import { describe, expect, it } from 'vitest';
import { frozenAt } from './freeze.ts';

const weekend = { id: 1, start: '0 18 * * 5', end: '0 8 * * 1', time_zone: 'Europe/Berlin' };
const at = (text: string) => Date.parse(text);

describe('a deploy freeze', () => {
  it.each([
    ['before it begins', '2026-06-26T15:59:00Z', false, null],
    ['the minute in which it begins', '2026-06-26T16:00:00Z', true, '2026-06-29T06:00:00Z'],
    ['in its midst', '2026-06-28T12:00:00Z', true, '2026-06-29T06:00:00Z'],
    ['the minute in which it ends', '2026-06-29T06:00:00Z', false, null],
    ['in winter an hour later', '2026-12-04T16:30:00Z', false, null],
    ['in winter, when it has begun', '2026-12-04T17:30:00Z', true, '2026-12-07T07:00:00Z'],
    ['over the end of summer time', '2026-10-25T23:30:00Z', true, '2026-10-26T07:00:00Z'],
  ])('%s', async (_, now, frozen, until) => {
    expect(await frozenAt([weekend], at(now))).toMatchObject({ frozen, until });
  });

  it('holds when any period holds, also beside one that cannot be read', async () => {
    const broken = { id: 2, start: 'every friday', end: '0 8 * * 1', time_zone: 'UTC' };
    const nowhere = { ...weekend, id: 3, time_zone: 'Nowhere/City' };
    const midst = at('2026-06-28T12:00:00Z');
    expect(await frozenAt([broken, weekend], midst)).toMatchObject({ frozen: true, by: weekend });
    for (const bad of [broken, nowhere]) {
      expect(await frozenAt([bad], midst)).toMatchObject({ frozen: null, unreadable: [bad] });
    }
    expect(await frozenAt([], midst)).toMatchObject({ frozen: false });
  });
});
