import { describe, expect, it } from 'vitest';
import { fixture, flowText, states } from '../../test/support/fixture-engine.ts';

describe('a step', () => {
  it('whose condition does not hold is skipped, and what needs it goes on', async () => {
    const { drive, world } = await fixture(
      flowText(
        '  a: { when: has(inputs.note), uses: world_set_thing, with: { name: a }, undo: { none: x } }\n  b: { needs: [a], uses: world_set_thing, with: { name: b }, undo: { none: x } }\n',
      ),
    );
    expect(states(await drive())).toEqual({ a: 'skipped', b: 'done' });
    expect(world.sent).toEqual(['thing:b']);
  });

  it('that an older automation has done is adopted and not done', async () => {
    const { drive, world } = await fixture(
      flowText(
        '  a: { adopt: inputs.item == "a", uses: world_set_thing, with: { name: a }, undo: { none: x } }\n',
      ),
    );
    const report = await drive();
    expect(report).toMatchObject({ state: 'done', steps: [{ cause: 'done before this run began' }] });
    expect(world.sent).toEqual([]);
  });

  it('that failed stops what needs it and lets its siblings finish', async () => {
    const steps = ['a', 'b'].map(
      (id) =>
        `  ${id}: { uses: world_set_thing, with: { name: ${id} }, undo: { none: x } }\n  ${id}2: { needs: [${id}], uses: world_set_thing, with: { name: ${id}2 }, undo: { none: x } }\n`,
    );
    const { drive, world } = await fixture(flowText(steps.join('')));
    world.fail('thing:a', 'refused');
    expect(states(await drive())).toEqual({ a: 'failed', a2: 'pending', b: 'done', b2: 'done' });
  });

  it('that is optional holds up nothing', async () => {
    const { drive } = await fixture(
      flowText(
        '  a: { optional: true, wait: { uses: world_get_fact, with: { name: never }, until: "true" } }\n  b: { uses: world_set_thing, with: { name: b }, undo: { none: x } }\n',
      ),
    );
    expect(await drive()).toMatchObject({ state: 'done' });
  });

  it('promise 53: whose read fails for a while is tried again, later and later', async () => {
    const { drive, world, clock } = await fixture(
      flowText('  a: { uses: world_get_fact, with: { name: a } }\n'),
    );
    const pauses: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const report = await drive();
      const next = Date.parse(report.next_at ?? '');
      pauses.push((next - (await clock.now())) / 1000);
      clock.world = next;
    }
    expect(pauses).toEqual([60, 120, 300, 900, 900, 900]);
    world.facts.set('a', { state: 'ready', value: 1 });
    expect((await drive()).state).toBe('done');
  });

  it('that waits backs off as it says', async () => {
    const { drive, world, clock } = await fixture(
      flowText(
        '  a: { wait: { uses: world_get_fact, with: { name: a }, until: result.state == "ready", every: 1h, backoff: 2 } }\n',
      ),
    );
    world.facts.set('a', { state: 'waiting', value: 1 });
    const pauses: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const next = Date.parse((await drive()).next_at ?? '');
      pauses.push((next - (await clock.now())) / 3_600_000);
      clock.world = next;
    }
    expect(pauses).toEqual([1, 2, 4, 6, 6]);
  });

  it('that waits for a moment passes at that moment', async () => {
    const { drive, clock } = await fixture(
      flowText('  a: { wait: { at: \'timestamp("2026-06-27T00:00:00Z") - duration("24h")\' } }\n'),
    );
    expect(await drive()).toMatchObject({ state: 'waiting', next_at: '2026-06-26T00:00:00Z' });
    clock.world = Date.parse('2026-06-26T00:00:00Z');
    expect(await drive()).toMatchObject({ state: 'done' });
  });

  it('that is another flow drives it, and passes when that is done', async () => {
    const child = flowText(
      '  c: { wait: { uses: world_get_fact, with: { name: c }, until: result.state == "ready", every: 10m } }\n',
    ).replace('flow: fixture', 'flow: child');
    const parent = flowText(
      '  sub: { flow: { flow: child, inputs: { item: \'=inputs.item + "-sub"\' } } }\n',
    );
    const { drive, world, clock, engine } = await fixture([parent, child]);
    world.facts.set('c', { state: 'waiting', value: 1 });
    expect(await drive()).toMatchObject({
      state: 'waiting',
      steps: [{ state: 'running', refs: [{ system: 'sluice', id: 'child-a-sub' }] }],
    });
    world.facts.set('c', { state: 'ready', value: 1 });
    clock.forward(600_000);
    expect(await drive()).toMatchObject({ state: 'done' });
    expect((await engine.list()).map(({ id, state }) => `${id} ${state}`).toSorted()).toEqual([
      'child-a-sub done',
      'fixture-a done',
    ]);
  });
});
