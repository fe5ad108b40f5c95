import { describe, expect, it } from 'vitest';
import { type Plan, type PlannedEffect, planHash } from './plan.ts';

const effect: PlannedEffect & { state: 'resolved' } = {
  step: 'ship',
  tool: 'world_set_thing',
  environment: 'production',
  state: 'resolved',
  key: 'thing:a',
  system: 'world',
  action: 'set',
  target: 'thing a',
  before: 1,
  after: { value: 2 },
  present: false,
};
const plan: Plan = {
  frame: {
    version: 2,
    release_id: 'fixture-a',
    flow: 'fixture',
    flow_hash: 'abc',
    key: 'a',
    inputs: { item: 'a' },
    policy: { strict: true },
    contracts: 'def',
    sandbox: false,
    gates: { tests: 'passed' },
    windows: { production: [] },
  },
  shows: { digest: 'sha256:1' },
  effects: [effect, { step: 'later', tool: 't', environment: 'stage', state: 'deferred', waits_for: 'x' }],
};
const withEffect = (change: Partial<typeof effect>): Plan => ({
  ...plan,
  effects: [{ ...effect, ...change }, ...plan.effects.slice(1)],
});

describe('promise 18: the hash of a plan', () => {
  it.each(Object.keys(plan.frame))('changes with the %s of its frame', (field) => {
    const changed: Plan = { ...plan, frame: Object.assign({ ...plan.frame }, { [field]: 'other' }) };
    expect(planHash(changed)).not.toBe(planHash(plan));
  });

  it.each(['step', 'tool', 'environment', 'key', 'system', 'action', 'target', 'after'] as const)(
    'changes with the %s of an effect',
    (field) => {
      expect(planHash(withEffect({ [field]: 'other' }))).not.toBe(planHash(plan));
    },
  );

  it('changes with what is shown, and with the number and order of effects', () => {
    const others: Plan[] = [
      { ...plan, shows: { digest: 'sha256:2' } },
      { ...plan, shows: {} },
      { ...plan, shows: { ...plan.shows, more: 1 } },
      { ...plan, effects: [] },
      { ...plan, effects: [...plan.effects, effect] },
      { ...plan, effects: plan.effects.toReversed() },
    ];
    expect(new Set([plan, ...others].map(planHash)).size).toBe(others.length + 1);
  });

  it('does not change with how it stands now, nor with what a deferred effect waits for', () => {
    expect(planHash(withEffect({ before: 'other', present: true }))).toBe(planHash(plan));
    const deferred = plan.effects.map((one) => (one.state === 'deferred' ? { ...one, waits_for: 'y' } : one));
    expect(planHash({ ...plan, effects: deferred })).toBe(planHash(plan));
  });

  it('does not change with the order of keys', () => {
    const { version, ...rest } = plan.frame;
    expect(planHash({ ...plan, frame: { ...rest, version } })).toBe(planHash(plan));
  });
});
