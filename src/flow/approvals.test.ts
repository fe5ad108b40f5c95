import { describe, expect, it } from 'vitest';
import { type Fixture, fixture, PEOPLE, type Person, states } from '../../test/support/fixture-engine.ts';
import { lookFlow } from '../../test/support/held-flows.ts';

async function asked(quorum = 1) {
  const made = await fixture(lookFlow(quorum));
  made.world.facts.set('look', { state: 'ready', value: 7 });
  made.world.facts.set('gate', { state: 'waiting', value: 0 });
  const report = await made.drive();
  expect(report.state).toBe('needs_approval');
  return { ...made, hash: report.plan_hash ?? '' };
}

const answer = (made: Fixture, hash: string, person: Person, verdict: 'approve' | 'decline' = 'approve') =>
  made.engine.approve('fixture-a', {
    step: 'agree',
    plan: hash,
    keyFile: made.keys.file(person),
    verdict,
    reason: 'seen',
  });

/** Opens what stands between the approval and the effect that it covers. */
async function go(made: Fixture) {
  made.world.facts.set('gate', { state: 'ready', value: 0 });
  made.clock.forward(120_000);
  return await made.drive();
}

describe('an approval', () => {
  it('by somebody else who holds the role lets through what was approved, and only that', async () => {
    const made = await asked();
    await answer(made, made.hash, 'ann');
    const report = await made.drive();
    expect(report.steps.find(({ id }) => id === 'agree')).toMatchObject({
      state: 'done',
      cause: 'approved by ann@example.com',
    });
    expect(made.world.sent).toEqual([]);
    expect(await go(made)).toMatchObject({ state: 'done' });
    expect(made.world.things).toEqual(new Map([['thing:a', 7]]));
  });

  it('promise 35: is of a plan that tells each effect that it covers, and these are what happens', async () => {
    const made = await asked();
    const { explained } = await made.engine.explain('fixture-a', 'agree');
    expect(explained[0]).toMatchObject({
      who_may: [PEOPLE.ann, PEOPLE.bob, PEOPLE.lead],
      plan: {
        shows: { value: 7 },
        effects: [{ step: 'ship', key: 'thing:a', after: 7, environment: 'production' }],
      },
    });
    await answer(made, made.hash, 'bob');
    await go(made);
    expect(made.world.sent).toEqual(['thing:a']);
  });

  it.each<[Person, string, string]>([
    ['lead', 'separation-of-duties', 'lead@example.com asked for this release and cannot approve it.'],
    ['eve', 'approval-role', 'eve@example.com does not hold the role approver.'],
    ['stranger', 'approval-signers', 'The key that signed is not among the allowed signers.'],
  ])('promise 19: by %s does not count (%s)', async (person, rule, cause) => {
    const made = await asked();
    await expect(answer(made, made.hash, person)).rejects.toMatchObject({
      code: 'forbidden',
      rule,
      message: cause,
    });
    expect(await made.kinds()).not.toContain('approval.given agree');
    expect((await go(made)).state).toBe('needs_approval');
    expect(made.world.sent).toEqual([]);
  });

  it.each(['The-Lead', 'the-lead', 'LEAD@example.com'])(
    'promise 19: by the requester under the name %s does not count',
    async (name) => {
      const made = await asked();
      const line = made.keys.lines[0] ?? '';
      made.keys.lines[0] = line.replace(PEOPLE.lead, name);
      made.keys.allow([name]);
      await expect(answer(made, made.hash, 'lead')).rejects.toMatchObject({ rule: 'separation-of-duties' });
    },
  );

  it('of another plan is stale and counts for nothing', async () => {
    const made = await asked();
    await expect(answer(made, 'f'.repeat(64), 'ann')).rejects.toMatchObject({
      code: 'stale',
      remedy: expect.stringContaining(`sign ${made.hash}`),
    });
    expect((await made.drive()).state).toBe('needs_approval');
  });

  it('is asked for nowhere else: another step, a step whose time has not come, one that is done', async () => {
    const made = await asked();
    const request = {
      step: 'ship',
      plan: made.hash,
      keyFile: made.keys.file('ann'),
      verdict: 'approve' as const,
    };
    await expect(made.engine.approve('fixture-a', request)).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: 'Of that kind are: agree.',
    });
    await answer(made, made.hash, 'ann');
    await made.drive();
    await expect(answer(made, made.hash, 'bob')).rejects.toMatchObject({ code: 'precondition' });
  });

  it('needs allowed signers that can be read', async () => {
    const made = await asked();
    made.keys.allow([]);
    await expect(answer(made, made.hash, 'ann')).rejects.toMatchObject({ rule: 'approval-signers' });
    const { services } = made.engine;
    services.approvals = { ...services.approvals, allowedSigners: undefined };
    await expect(answer(made, made.hash, 'ann')).rejects.toMatchObject({
      message: 'No allowed signers are configured.',
    });
  });
});

describe('promise 19: a quorum of two', () => {
  it('is two people: the same one twice, or under an alias, counts once', async () => {
    const made = await asked(2);
    await answer(made, made.hash, 'ann');
    await answer(made, made.hash, 'ann');
    made.keys.lines[2] = (made.keys.lines[1] ?? '').replace(PEOPLE.ann, 'Ann.Other@example.com');
    made.keys.allow([...Object.values(PEOPLE), 'Ann.Other@example.com']);
    await answer(made, made.hash, 'ann');
    const report = await made.drive();
    expect(report).toMatchObject({
      state: 'needs_approval',
      blocked_by: [{ cause: '1 of 2 approvals by approver' }],
    });
  });

  it('holds with two', async () => {
    const made = await asked(2);
    await answer(made, made.hash, 'ann');
    await answer(made, made.hash, 'bob');
    expect((await made.drive()).steps.find(({ id }) => id === 'agree')).toMatchObject({
      state: 'done',
      cause: 'approved by ann@example.com and bob@example.com',
    });
  });

  it('promise 21: is of no use after one of them declined: that is final for the plan', async () => {
    const made = await asked(2);
    await answer(made, made.hash, 'ann', 'decline');
    await expect(answer(made, made.hash, 'bob').then(() => made.drive())).resolves.toMatchObject({
      state: 'failed',
    });
    expect(states(await made.drive())).toMatchObject({ agree: 'failed', ship: 'pending' });
    expect(made.world.sent).toEqual([]);
  });
});

describe('promise 18: a plan that changed', () => {
  it('before it was approved is asked for anew, and the old hash is refused', async () => {
    const made = await asked();
    made.world.things.set('thing:a', 'somebody else was here');
    await answer(made, made.hash, 'ann');
    const changed = await asked();
    changed.engine.services.registry.effects = async () => [changed.world.effect('thing:b', 'set', 7)];
    await expect(answer(changed, changed.hash, 'ann')).rejects.toMatchObject({
      code: 'stale',
      message: expect.stringContaining('it has changed since (new: thing:b → 7, gone: thing:a → 7)'),
    });
    const report = await changed.drive();
    expect(report.state).toBe('needs_approval');
    expect(report.plan_hash).not.toBe(changed.hash);
  });
});
