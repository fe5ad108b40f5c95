import { describe, expect, it } from 'vitest';
import { fixture, lead, PEOPLE, states } from '../../test/support/fixture-engine.ts';
import type { EffectGuard } from './guards.ts';

const FLOW = `
flow: fixture
title: Fixture
inputs: { item: { example: a } }
key: =inputs.item
environment: stage
steps:
  check:
    gate:
      uses: world_get_fact
      with: { name: check }
      pass: result.state == "ready"
      fail: result.state == "broken"
      unknown: { wait: 10m, timeout: 1h }
  ship:
    needs: [check]
    toward: production
    uses: world_set_thing
    with: { name: ship }
    undo: { none: it stays }
`;

const closed: EffectGuard = {
  name: 'freeze',
  check: async (work, _effect, environment) => {
    if (environment !== 'production') return undefined;
    const now = await work.services.clock.now();
    const waiver = work.journal.state.waivers.find(
      ({ gate, until }) => gate === 'freeze/year-end' && until > now,
    );
    return waiver === undefined
      ? { verdict: 'fail', cause: 'year-end is in force', remedy: 'Wait for its end.' }
      : { verdict: 'pass', cause: 'year-end is lifted', remedy: '' };
  },
};

const roles = { 'break-glass': [PEOPLE.lead], waiver: [PEOPLE.ann], approver: [PEOPLE.ann] };

async function frozen(state: 'ready' | 'broken' = 'ready', change = {}) {
  const made = await fixture(FLOW, { guards: [closed], ...change });
  made.services.approvals.roles = roles;
  made.world.facts.set('check', { state, value: 1 });
  return made;
}

const broken = (made: Awaited<ReturnType<typeof frozen>>, what: string, change: object = {}) => ({
  what,
  reason: 'the site is down and this mends it',
  keyFile: made.keys.file('lead'),
  by: lead,
  ...change,
});

describe('promise 23: break-glass', () => {
  it('goes round one rule at once, by its requester too, and leaves a review in every later report', async () => {
    const made = await frozen();
    expect(await made.drive()).toMatchObject({ state: 'blocked', blocked_by: [{ step: 'ship' }] });
    const report = await made.engine.breakGlass('fixture-a', broken(made, 'freeze/year-end'));
    expect(report.reviews).toMatchObject([
      { review: 'review-1', what: 'freeze/year-end', state: 'open', by: PEOPLE.lead },
    ]);
    made.clock.forward(900_000);
    const done = await made.drive();
    expect(done.state).toBe('done');
    expect(done.summary).toContain('Glass broken: freeze/year-end');
    expect(done.reviews).toMatchObject([{ state: 'open' }]);
    expect(await made.engine.reviews()).toMatchObject([{ release_id: 'fixture-a' }]);
  });

  it('lets a failed gate through, and nothing else of the house', async () => {
    const made = await frozen('broken');
    await made.drive();
    await made.engine.breakGlass('fixture-a', broken(made, 'check'));
    const report = await made.drive();
    expect(states(report).check).toBe('waived');
    expect(report.blocked_by).toMatchObject([
      { step: 'ship', cause: 'year-end is in force', remedy: 'Wait for its end.' },
    ]);
    expect(made.world.sent).toEqual([]);
  });

  it('needs its role, proven by a key, and a reason', async () => {
    const made = await frozen();
    await made.drive();
    const ann = broken(made, 'freeze/year-end', { keyFile: made.keys.file('ann') });
    await expect(made.engine.breakGlass('fixture-a', ann)).rejects.toMatchObject({
      code: 'forbidden',
      rule: 'break-glass',
    });
    const stranger = broken(made, 'freeze/year-end', { keyFile: made.keys.file('stranger') });
    await expect(made.engine.breakGlass('fixture-a', stranger)).rejects.toMatchObject({
      rule: 'break-glass',
    });
    await expect(
      made.engine.breakGlass('fixture-a', broken(made, 'freeze/year-end', { reason: ' ' })),
    ).rejects.toThrow('A reason is missing');
    await expect(made.engine.breakGlass('fixture-a', broken(made, 'freeze/*'))).rejects.toThrow(
      'patterns do not exist',
    );
    await expect(
      made.engine.breakGlass('fixture-a', broken(made, 'freeze/year-end', { until: '2026-06-27T12:00:00Z' })),
    ).rejects.toThrow('the longest is 24h');
    expect((await made.engine.status('fixture-a')).reviews).toEqual([]);
  });

  it('ends: after its time the rule holds again', async () => {
    const made = await frozen('broken');
    await made.drive();
    await made.engine.breakGlass(
      'fixture-a',
      broken(made, 'freeze/year-end', { until: '2026-06-25T12:30:00Z' }),
    );
    made.clock.forward(31 * 60_000);
    await made.engine.waive('fixture-a', {
      gate: 'check',
      reason: 'looked into',
      until: '2026-06-26T12:00:00Z',
      by: { id: PEOPLE.ann, face: 'cli' },
    });
    expect(await made.drive()).toMatchObject({
      state: 'blocked',
      blocked_by: [{ cause: 'year-end is in force', remedy: 'Wait for its end.' }],
    });
  });

  it('tells its people at once, once, also when telling fails at first', async () => {
    const made = await frozen('ready', { breakGlass: { tool: 'world_tell', channel: 'leads' } });
    await made.drive();
    made.world.fail('tell:leads:fixture-a/review-1', 'lost before');
    await made.engine.breakGlass('fixture-a', broken(made, 'freeze/year-end'));
    made.clock.forward(900_000);
    await made.drive();
    made.clock.forward(900_000);
    await made.drive();
    expect(made.world.count('tell:leads:fixture-a/review-1')).toBe(1);
  });

  it('is reviewed by somebody else, once, also after the release has ended', async () => {
    const made = await frozen();
    await made.drive();
    await made.engine.breakGlass('fixture-a', broken(made, 'freeze/year-end'));
    made.clock.forward(900_000);
    await made.drive();
    const finding = { review: 'review-1', finding: 'it was right; the window was too wide' };
    await expect(
      made.engine.review('fixture-a', { ...finding, by: { id: 'the-lead', face: 'cli' } }),
    ).rejects.toMatchObject({ rule: 'separation-of-duties' });
    const report = await made.engine.review('fixture-a', { ...finding, by: { id: PEOPLE.ann, face: 'cli' } });
    expect(report.reviews).toMatchObject([{ state: 'closed', finding: finding.finding }]);
    await expect(
      made.engine.review('fixture-a', { ...finding, by: { id: PEOPLE.ann, face: 'cli' } }),
    ).rejects.toMatchObject({ code: 'precondition' });
    expect(await made.engine.reviews()).toEqual([]);
  });
});
