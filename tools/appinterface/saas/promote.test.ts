import { describe, expect, it } from 'vitest';
import { NEW, OLD } from '../testing/files.ts';
import { compareLive, type LiveRule } from './live.ts';
import { type Candidate, judgePromotion, type PromotionSide, type Standing } from './promote.ts';

const rule: LiveRule = {
  image: undefined,
  hashLength: 7,
  channelInTag: false,
  digests: {},
  rolloutsRunning: false,
};

function side(
  environment: string,
  declared: string,
  runs: string,
  change: Partial<LiveRule> = {},
): PromotionSide {
  const image = `quay.io/example/app:${runs.slice(0, 7)}`;
  const live = compareLive(declared, [{ name: 'app', namespace: environment, image }], {
    ...rule,
    ...change,
  });
  return { environment, declared, automatic: false, live };
}

const standing = (relation: Standing['relation'], onDefaultBranch = true): Standing => ({
  relation,
  onDefaultBranch,
});
const newer: Candidate = { commit: NEW, standing: standing('ahead'), why: undefined };
const stage = side('stage', 'main', NEW);
const production = side('production', OLD, OLD);

describe('a promotion', () => {
  it('W-A01 is ready from a stage that follows a branch', () => {
    expect(judgePromotion(stage, production, newer)).toEqual({
      verdict: 'ready_to_promote',
      blockers: [],
      warnings: [],
    });
    expect(judgePromotion(side('stage', NEW, NEW), production, newer).verdict).toBe('ready_to_promote');
  });

  it('W-A02 has nothing to do where stage runs what production declares', () => {
    const same: Candidate = { commit: OLD, standing: standing('same'), why: undefined };
    expect(judgePromotion(side('stage', 'main', OLD), production, same).verdict).toBe('nothing_to_promote');
  });

  it.each<[string, PromotionSide, PromotionSide, Candidate, string]>([
    [
      'stage rolls out',
      side('stage', 'main', NEW, { rolloutsRunning: true }),
      production,
      newer,
      'stage is rolling out',
    ],
    ['stage drifted', side('stage', OLD, NEW), production, newer, 'stage is drifted'],
    ['stage drifted to what production has', side('stage', NEW, OLD), production, newer, 'stage is drifted'],
    [
      'nobody knows what stage runs',
      side('stage', 'main', 'latest!'),
      production,
      newer,
      'stage is not known',
    ],
    [
      'production rolls out',
      stage,
      side('production', OLD, NEW, { rolloutsRunning: true }),
      newer,
      'production is rolling out',
    ],
    ['production follows a branch', stage, side('production', 'stable', OLD), newer, 'follows stable'],
    ['production is automatic', stage, { ...production, automatic: true }, newer, 'automatically'],
    ['it is older', stage, production, { ...newer, standing: standing('behind') }, 'a downgrade'],
    [
      'it is on a side branch',
      stage,
      production,
      { ...newer, standing: standing('ahead', false) },
      'default branch',
    ],
    [
      'both have commits of their own',
      stage,
      production,
      { ...newer, standing: standing('diverged') },
      'does not hold',
    ],
    [
      'its standing is not known',
      stage,
      production,
      { ...newer, standing: undefined, why: 'no code' },
      'no code',
    ],
    [
      'it is not known in full',
      stage,
      production,
      { commit: undefined, standing: undefined, why: 'short' },
      'short',
    ],
  ])('is blocked where %s', (_, from, to, candidate, why) => {
    const { verdict, blockers } = judgePromotion(from, to, candidate);
    expect(verdict).toBe('blocked');
    expect(blockers.join('; ')).toContain(why);
  });

  it.each<[string, Partial<LiveRule>, string]>([
    [
      'differs, and nobody said whether a rollout runs',
      { rolloutsRunning: undefined },
      'different from what',
    ],
    ['is not seen', { image: 'quay.io/example/other' }, 'not seen live'],
    ['has a tag that says nothing', { hashLength: 12 }, 'not known'],
  ])('is blocked where production %s: unknown never passes', (_, change, why) => {
    const { verdict, blockers } = judgePromotion(stage, side('production', OLD, 'c0ffee0', change), newer);
    expect(verdict).toBe('blocked');
    expect(blockers).toEqual([expect.stringContaining(why)]);
  });

  it('warns of a production that does not run what it declares', () => {
    const drifted = side('production', OLD, 'c0ffee0');
    expect(judgePromotion(stage, drifted, newer)).toEqual({
      verdict: 'ready_to_promote',
      blockers: [],
      warnings: [expect.stringContaining('production is drifted')],
    });
  });
});
