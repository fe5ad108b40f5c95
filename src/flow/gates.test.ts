import { describe, expect, it } from 'vitest';
import { fixture, flowText, lead, states } from '../../test/support/fixture-engine.ts';

const GATED = flowText(`
  check:
    gate:
      uses: world_get_fact
      with: { name: check }
      pass: (result.state == "ready" && result.value > 0) || result.value > 5
      fail: result.state == "broken"
      unknown: { wait: 10m, timeout: 1h }
    on_fail: judge
  judge:
    decide:
      about: check
      question: '"Does " + inputs.item + " matter?"'
      role: judge
      options:
        accept: { title: No, effect: pass }
        reject: { title: Yes, effect: fail }
        again: { title: Look again, effect: retry }
  ship:
    needs: [check]
    uses: world_set_thing
    with: { name: =inputs.item }
    undo: { none: it stays }
`);

/** The gate judges what another step has found, and that may change. */
const PER_ARTIFACT = flowText(`
  image:
    phase: one
    gate:
      uses: world_get_fact
      with: { name: image }
      pass: result.state == "ready"
      fail: result.state == "broken"
      max_age: 10m
  check:
    phase: one
    needs: [image]
    gate:
      uses: world_get_fact
      with: { name: '="check-" + string(steps.image.result.value)' }
      pass: result.state == "ready"
      fail: result.state == "broken"
  ship:
    phase: two
    needs: [check]
    uses: world_set_thing
    with: { name: ship }
    undo: { none: it stays }
`);

async function gated(state?: 'ready' | 'waiting' | 'broken', value = 1) {
  const made = await fixture(GATED);
  if (state !== undefined) made.world.facts.set('check', { state, value });
  return made;
}

const decided = (option: string, by = lead) => ({ step: 'judge', option, reason: 'known and explained', by });
const waiver = (until: string, gate = 'check') => ({ gate, reason: 'known and explained', until, by: lead });

describe('promise 11: a gate', () => {
  it('that holds passes, and nobody is asked', async () => {
    const { drive } = await gated('ready');
    expect(states(await drive())).toEqual({ check: 'done', judge: 'skipped', ship: 'done' });
  });

  it.each<[string, 'ready' | 'waiting' | 'broken' | undefined, number]>([
    ['says neither', 'waiting', 1],
    ['says neither, with a value at its edge', 'ready', 0],
    ['says both', 'broken', 9],
    ['is not to be had', undefined, 0],
  ])('whose evidence %s is unknown, and unknown blocks', async (_name, state, value) => {
    const { drive, world, clock } = await gated(state, value);
    const report = await drive();
    expect(report).toMatchObject({ state: 'waiting', next_at: '2026-06-25T12:10:00Z' });
    expect(report.steps[0]?.cause).toMatch(/^not known yet: /);
    clock.forward(3_600_000);
    expect(await drive()).toMatchObject({ state: 'blocked', blocked_by: [{ step: 'check' }] });
    expect(world.sent).toEqual([]);
  });

  it('that is blocked passes by itself once its evidence is there', async () => {
    const { drive, world, clock } = await gated();
    await drive();
    clock.forward(7_200_000);
    expect((await drive()).state).toBe('blocked');
    world.facts.set('check', { state: 'ready', value: 1 });
    clock.forward(600_000);
    expect((await drive()).state).toBe('done');
  });
});

describe('a question about a failed gate', () => {
  it('is asked once, holds what needs the gate, and shows who may answer how', async () => {
    const { drive, world, engine } = await gated('broken');
    const report = await drive();
    expect(report).toMatchObject({
      state: 'needs_decision',
      blocked_by: [{ step: 'judge', cause: 'Does a matter?' }],
    });
    await engine.recommend('fixture-a', {
      step: 'judge',
      option: 'accept',
      reasons: 'flaky',
      by: { ...lead, agent: 'robot/1' },
    });
    expect((await drive()).state).toBe('needs_decision');
    expect((await engine.explain('fixture-a', 'judge')).explained[0]).toMatchObject({
      recommendations: [{ option: 'accept', reasons: 'flaky' }],
      options: { accept: 'No' },
    });
    expect(world.sent).toEqual([]);
  });

  it.each([
    ['accept', { check: 'waived', judge: 'done', ship: 'done' }, 'done'],
    ['reject', { check: 'failed', judge: 'done', ship: 'pending' }, 'failed'],
  ])('answered with %s', async (option, stand, state) => {
    const { drive, engine } = await gated('broken');
    await drive();
    await engine.decide('fixture-a', decided(option));
    const report = await drive();
    expect(states(report)).toEqual(stand);
    expect(report.state).toBe(state);
  });

  it('answered with look again is asked again if the gate fails again', async () => {
    const { drive, engine, world } = await gated('broken');
    await drive();
    await engine.decide('fixture-a', decided('again'));
    expect(await drive()).toMatchObject({ state: 'needs_decision' });
    await engine.decide('fixture-a', decided('again'));
    world.facts.set('check', { state: 'ready', value: 1 });
    expect(states(await drive())).toEqual({ check: 'done', judge: 'skipped', ship: 'done' });
  });

  it('is answered by who holds its role, with an option that there is, and a reason', async () => {
    const { drive, engine, services } = await gated('broken');
    await drive();
    engine.services.approvals = { ...services.approvals, roles: { judge: ['ann@example.com'] } };
    await expect(engine.decide('fixture-a', decided('accept'))).rejects.toMatchObject({
      code: 'forbidden',
      rule: 'role',
    });
    const ann = { id: 'Ann@example.com', face: 'cli' as const };
    await expect(engine.decide('fixture-a', decided('maybe', ann))).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: 'Choose one of: accept, reject, again.',
    });
    await expect(
      engine.decide('fixture-a', { ...decided('accept', ann), reason: 'x' }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
    await engine.decide('fixture-a', decided('accept', ann));
    await expect(engine.decide('fixture-a', decided('reject', ann))).rejects.toMatchObject({
      code: 'precondition',
    });
  });
});

describe('promise 16: a waiver', () => {
  it('lets one gate through until it ends, and stands in every later report', async () => {
    const { drive, engine } = await gated('broken');
    await drive();
    await engine.waive('fixture-a', waiver('2026-06-25T13:00:00Z'));
    const report = await drive();
    expect(states(report)).toMatchObject({ check: 'waived', ship: 'done' });
    expect(report.waivers).toEqual([
      { gate: 'check', reason: 'known and explained', by: lead.id, until: '2026-06-25T13:00:00Z' },
    ]);
  });

  it('counts for the artifact for which it was granted, and for no other', async () => {
    const { drive, engine, world, clock } = await fixture(PER_ARTIFACT);
    world.facts.set('image', { state: 'ready', value: 1 });
    world.facts.set('check-1', { state: 'broken', value: 1 });
    world.facts.set('check-2', { state: 'broken', value: 1 });
    world.unready.add('thing:ship');
    await drive();
    await engine.waive('fixture-a', waiver('2026-06-26T13:00:00Z'));
    expect(states(await drive()).check).toBe('waived');
    // The image is found broken when its evidence is read again, and another one takes its place.
    world.facts.set('image', { state: 'broken', value: 1 });
    clock.forward(3_600_000);
    world.unready.delete('thing:ship');
    expect(states(await drive()).image).toBe('failed');
    world.facts.set('image', { state: 'ready', value: 2 });
    await engine.decide('fixture-a', { step: 'image', option: 'retry', reason: 'built anew', by: lead });
    const report = await drive();
    expect(states(report)).toMatchObject({ check: 'failed' });
    expect(world.sent).toEqual([]);
  });

  it('that has expired lets nothing through', async () => {
    const { drive, engine, world, clock } = await gated('broken');
    await drive();
    await engine.waive('fixture-a', waiver('2026-06-25T12:30:00Z'));
    clock.forward(30 * 60_000);
    expect(states(await drive()).ship).toBe('pending');
    expect(world.sent).toEqual([]);
  });

  it.each([
    ['has ended already', waiver('2026-06-25T12:00:00Z'), 'not a moment in the future'],
    ['never ends', waiver('never'), 'not a moment in the future'],
    ['is for no gate', waiver('2026-06-26T00:00:00Z', 'ship'), 'is not a step of kind gate'],
    ['is for every gate', waiver('2026-06-26T00:00:00Z', '*'), 'patterns do not exist'],
    ['has no reason', { ...waiver('2026-06-26T00:00:00Z'), reason: '' }, 'A reason is missing'],
  ])('that %s is refused', async (_name, request, cause) => {
    const { drive, engine } = await gated('broken');
    await drive();
    await expect(engine.waive('fixture-a', request)).rejects.toThrow(cause);
    expect((await engine.status('fixture-a')).waivers).toEqual([]);
  });

  it('is not given for a gate that holds, nor by who does not hold the role', async () => {
    const passed = await gated('ready');
    await passed.drive();
    await expect(passed.engine.waive('fixture-a', waiver('2026-06-26T00:00:00Z'))).rejects.toMatchObject({
      code: 'precondition',
    });
    const failed = await gated('broken');
    await failed.drive();
    failed.engine.services.approvals = {
      ...failed.services.approvals,
      roles: { waiver: ['ann@example.com'] },
    };
    await expect(failed.engine.waive('fixture-a', waiver('2026-06-26T00:00:00Z'))).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

it('promise 12: evidence older than its max_age is judged again before anything rests on it', async () => {
  const { drive, world, clock } = await fixture(
    flowText(`
  check: { gate: { uses: world_get_fact, with: { name: check }, pass: result.state == "ready", fail: result.state == "broken", max_age: 1h } }
  ship: { needs: [check], when: 'true', every: 2h, uses: world_set_thing, with: { name: x }, undo: { none: x } }
`),
  );
  world.facts.set('check', { state: 'ready', value: 1 });
  world.unready.add('thing:x');
  expect(states(await drive())).toMatchObject({ check: 'done', ship: 'waiting' });
  world.facts.set('check', { state: 'broken', value: 1 });
  world.unready.clear();
  clock.forward(7_200_000);
  expect(await drive()).toMatchObject({ state: 'failed', blocked_by: [{ step: 'check' }] });
  expect(world.sent).toEqual([]);
});
