import { describe, expect, it } from 'vitest';
import { releaseDay } from './dates.ts';
import { corpusText, needsCorpus, noCorpus } from './testing/corpus.ts';
import { parseTracking } from './tracking.ts';

describe('tracking file', () => {
  it('Z-D1 orders by version', () => {
    const text =
      'releases:\n  4.20.10: { advisories: { rpm: 2 } }\n  4.20.9: { advisories: { rpm: 1 }, release_jira: ART-1 }\n';
    expect(parseTracking('f', text).map(({ release }) => release)).toEqual(['4.20.9', '4.20.10']);
  });

  it.skipIf(noCorpus)(`Z-D1 the real files ${needsCorpus}`, () => {
    expect(parseTracking('f', corpusText('tracking/4.20.z.yaml')).at(-1)?.release).toBe('4.20.28');
    expect(parseTracking('f', corpusText('tracking/4.17.z.yaml')).length).toBeGreaterThan(50);
    expect(parseTracking('f', corpusText('tracking/5.0.z.yaml'))).toEqual([]);
  });
});

describe('release day', () => {
  it.each([
    ['2026-Jun-30', '2026-06-30T00:00:00Z'],
    ['2026-Feb-3', '2026-02-03T00:00:00Z'],
    ['2026-Feb-31', undefined],
    ['2026-06-30', undefined],
    ['soon', undefined],
  ])('Z-C4 %s', (date, day) => expect(releaseDay(date)).toBe(day));
});
