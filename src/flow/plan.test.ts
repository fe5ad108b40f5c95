import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundPlan, type Plan, type PlannedEffect, planHash, readPlan } from './plan.ts';

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

/** Every place in a value at which something stands, as a path. */
function placesIn(value: unknown, path: readonly string[] = []): string[][] {
  if (value === null || typeof value !== 'object') return [[...path]];
  const inner = Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]));
  return path.length === 0 ? inner : [[...path], ...inner];
}

/** A copy in which one place holds something else; undefined removes it. */
function changedAt<T>(value: T, [key = '', ...rest]: readonly string[], change: unknown): T {
  const copy = Object(Array.isArray(value) ? [...value] : { ...value });
  if (rest.length > 0) copy[key] = changedAt(copy[key], rest, change);
  else if (change === undefined && !Array.isArray(copy)) delete copy[key];
  else copy[key] = change;
  return copy;
}

/** How it stands now is no part of what is approved; nor why something cannot be known yet. */
const OBSERVED = /^effects\/\d+\/(before|present|waits_for|environment)$/;

describe('promise 18: every field of a plan, one by one', () => {
  const rich: Plan = {
    ...plan,
    frame: {
      ...plan.frame,
      inputs: { item: 'a', deep: { list: [1, { two: true }], nothing: null } },
      gates: { tests: 'passed', scan: 'waived:0123' },
      windows: { production: ['freeze/year-end'], stage: [] },
    },
    effects: [
      { ...effect, after: { ref: 'sha', labels: ['a', 'b'], squash: false } },
      { ...effect, step: 'ship-2', key: 'thing:b' },
      ...plan.effects.slice(1),
    ],
  };
  const bound = placesIn(rich).filter((path) => !OBSERVED.test(path.join('/')));

  it.each(bound.map((path) => [path.join('.'), path] as const))('%s: another hash', (_name, path) => {
    for (const change of ['another', 17, null, {}, ['x'], undefined]) {
      const changed = changedAt(rich, path, change);
      if (JSON.stringify(changed) === JSON.stringify(rich)) continue;
      // A value that is no more a plan has no hash to be approved by.
      if (JSON.stringify(boundOf(changed)) === JSON.stringify(boundPlan(rich))) {
        expect(readPlan(changed, planHash(rich))).toBeUndefined();
      } else expect(hashOf(changed), JSON.stringify(change)).not.toBe(planHash(rich));
    }
  });

  it('covers all that a plan holds', () => {
    expect(bound.length).toBeGreaterThan(50);
    const observed = placesIn(rich).filter((path) => OBSERVED.test(path.join('/')));
    expect(new Set(observed.map((path) => path.at(-1)))).toEqual(
      new Set(['before', 'present', 'waits_for', 'environment']),
    );
  });

  it('an effect that is known binds its environment too', () => {
    expect(planHash(changedAt(rich, ['effects', '0', 'environment'], 'stage'))).not.toBe(planHash(rich));
  });

  it('whatever the order of keys in it', () => {
    const shuffled = (value: unknown, seed: readonly number[]): unknown => {
      if (Array.isArray(value)) return value.map((item) => shuffled(item, seed));
      if (value === null || typeof value !== 'object') return value;
      const entries = Object.entries(value).map(
        ([key, item], i) => [seed[i % seed.length], key, item] as const,
      );
      entries.sort(([a = 0], [b = 0]) => a - b);
      return Object.fromEntries(entries.map(([, key, item]) => [key, shuffled(item, seed)]));
    };
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 12 }), (seed) => {
        expect(readPlan(shuffled(rich, seed), planHash(rich))).toEqual(rich);
      }),
    );
  });

  it('is the same after a journal has kept it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (shown, after) => {
        const any: Plan = { ...rich, shows: { shown }, effects: [{ ...effect, after }] };
        const kept: unknown = JSON.parse(JSON.stringify(any));
        expect(readPlan(kept, planHash(any))).toBeDefined();
      }),
    );
  });
});

describe('promise 36: a plan that is read back', () => {
  it('is refused when it was edited, is of another version, or has more in it', () => {
    const hash = planHash(plan);
    expect(readPlan(plan, hash)).toEqual(plan);
    expect(readPlan({ ...plan, shows: { digest: 'sha256:2' } }, hash)).toBeUndefined();
    expect(readPlan({ ...plan, frame: { ...plan.frame, version: 1 } }, hash)).toBeUndefined();
    expect(readPlan({ ...plan, approved: true }, hash)).toBeUndefined();
    expect(readPlan({ ...plan, frame: { ...plan.frame, more: 1 } }, hash)).toBeUndefined();
    for (const other of [null, undefined, 'plan', [], {}]) expect(readPlan(other, hash)).toBeUndefined();
  });
});

function boundOf(value: Plan): unknown {
  try {
    return boundPlan(value);
  } catch {
    return undefined;
  }
}

function hashOf(value: Plan): string | undefined {
  try {
    return planHash(value);
  } catch {
    return undefined;
  }
}
