import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DurationText, durationMs, formatDuration, parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['0s', 0],
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['4h20m', 15_600_000],
    ['7d', 604_800_000],
    ['1d2h3m4s5ms', 93_784_005],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '30', 's', '1 h', '-1h', '1.5h', '1w', '1h ', 'h1', '1H'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
    expect(DurationText.safeParse(text).success).toBe(false);
    expect(() => durationMs(text)).toThrow('not a duration');
  });

  it('reads back what it formats, for whole seconds of up to two units', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 30 }), (hours, days) => {
        const ms = (days * 24 + hours) * 3_600_000;
        expect(parseDuration(formatDuration(ms).replace(' ', ''))).toBe(ms);
      }),
    );
  });
});

it.each([
  [0, '0s'],
  [-5_000, '0s'],
  [999, '1s'],
  [61_000, '1m 1s'],
  [3_600_000, '1h'],
  [93_784_000, '1d 2h'],
])('formats %i ms in two units at most: %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
