import { describe, expect, it } from 'vitest';
import { fixture, flowText, lead, PEOPLE, states } from '../../../test/support/fixture-engine.ts';
import { Shelf, shelfRegistry } from '../../../test/support/undo-world.ts';
import type { EngineServices } from '../services.ts';
import { rollbackPlanGuard } from './guard.ts';

/** Two things made, one value set, each with its undo; the last one cannot be undone. */
const STEPS = `
  pair:
    toward: production
    uses: shelf_make
    with: { names: ['=inputs.item + "1"', '=inputs.item + "2"'] }
    undo: { uses: shelf_remove, with: { names: ['=effect.target'] } }
  value:
    needs: [pair]
    toward: production
    uses: shelf_set
    with: { name: live, value: =inputs.item }
    undo: { uses: shelf_set, with: { name: =effect.target, value: =effect.before } }
  single:
    needs: [value]
    toward: production
    uses: shelf_make
    with: { names: [three] }
    undo: { uses: shelf_remove, with: { names: =result.names } }
  told:
    needs: [single]
    toward: production
    uses: shelf_make
    with: { names: [report] }
    undo: { none: A report stays. }
  go:
    needs: [told]
    decide: { question: '"go on?"', options: { yes: { title: Yes, effect: pass }, no: { title: No, effect: fail } } }
`;

async function begun(texts: string | string[] = flowText(STEPS), change: Partial<EngineServices> = {}) {
  const shelf = new Shelf();
  shelf.things.set('live', 'old');
  const made = await fixture(texts, {
    registry: shelfRegistry(shelf),
    guards: [rollbackPlanGuard],
    ...change,
  });
  const rollback = async (id = 'fixture-a', steps: string[] = []) =>
    await made.engine.rollback(id, { reason: 'it is broken', by: lead, steps });
  const confirm = async (id = 'fixture-a') => {
    const open = await made.engine.confirmation(id);
    if (open === undefined) throw new Error('nothing is asked');
    return await made.engine.confirm(open.release_id, {
      step: open.step,
      plan: open.plan_hash,
      verdict: 'given',
      by: lead,
      how: 'cli',
    });
  };
  return { ...made, shelf, rollback, confirm };
}

const before = [['live', 'old']];

describe('rollback', () => {
  it('promise 28: takes back each effect, last things first, with what stood there before', async () => {
    const { drive, engine, shelf, rollback, confirm } = await begun();
    expect((await drive()).state).toBe('needs_decision');
    const forward = [...shelf.sent];
    expect(forward).toEqual(['made a1', 'made a2', 'live=a', 'made three', 'made report']);
    const asked = await rollback();
    expect(asked).toMatchObject({
      release_id: 'fixture-a',
      state: 'needs_decision',
      refs: [{ system: 'sluice', id: 'undo-fixture-a' }],
      rollback: {
        release_id: 'undo-fixture-a',
        reason: 'it is broken',
        by: PEOPLE.lead,
        stays: [{ step: 'told', target: 'report', why: 'A report stays.' }],
      },
    });
    expect(asked.blocked_by[0]).toMatchObject({ step: 'confirm', state: 'needs_decision' });
    expect(shelf.sent).toEqual(forward);
    await confirm();
    const back = await engine.drive({ release_id: 'fixture-a' });
    expect(back).toMatchObject({ state: 'rolled_back', rollback: { state: 'done' } });
    expect(back.summary).toContain('rolled back by lead@example.com: it is broken');
    expect(shelf.sent.slice(forward.length)).toEqual([
      'removed three',
      'live=old',
      'removed a2',
      'removed a1',
    ]);
    expect([...shelf.things]).toEqual([...before, ['report', 'made']]);
    const undo = await engine.status('undo-fixture-a');
    expect(undo).toMatchObject({ state: 'done', flow: 'undo-fixture', refs: [{ id: 'fixture-a' }] });
    expect(states(undo)).toEqual({
      confirm: 'done',
      'undo-single': 'done',
      'undo-value': 'done',
      'undo-pair-1': 'done',
      'undo-pair-2': 'done',
    });
  });

  it('promise 30: twice is once', async () => {
    const { drive, engine, shelf, rollback, confirm, kinds } = await begun();
    await drive();
    await rollback();
    await Promise.all([rollback(), rollback()]);
    await confirm();
    await Promise.all([1, 2, 3].map(async () => await engine.drive({ release_id: 'fixture-a' })));
    const sent = [...shelf.sent];
    expect(new Set(sent).size).toBe(sent.length);
    expect((await rollback()).state).toBe('rolled_back');
    expect(shelf.sent).toEqual(sent);
    expect((await kinds()).filter((kind) => kind === 'rollback.begun' || kind === 'run.closed')).toEqual([
      'rollback.begun',
      'run.closed',
    ]);
  });

  it('stops the release: nothing of it is sent any more', async () => {
    const { drive, engine, shelf, rollback } = await begun();
    shelf.down.add('shelf_set');
    expect(states(await drive())).toMatchObject({ pair: 'done', value: 'blocked' });
    await rollback();
    shelf.down.clear();
    const sent = [...shelf.sent];
    await drive();
    await engine.drive({ release_id: 'fixture-a' });
    expect(shelf.sent).toEqual(sent);
  });

  it('promise 30: finds out first what became of an effect in doubt, and undoes that too', async () => {
    const { drive, engine, clock, shelf, rollback, confirm } = await begun();
    shelf.lost.add('live=a');
    // The answer is lost, and the system cannot be asked afterwards.
    const lookAfter = shelf.things.set.bind(shelf.things);
    shelf.things.set = (key, value) => {
      if (value === 'a') shelf.down.add('shelf_set');
      return lookAfter(key, value);
    };
    expect(states(await drive()).value).toBe('blocked');
    const waits = await rollback();
    expect(waits).toMatchObject({ state: 'running', rollback: { state: null } });
    shelf.down.clear();
    clock.forward(3_600_000);
    await engine.drive({ release_id: 'fixture-a' });
    await confirm();
    await engine.drive({ release_id: 'fixture-a' });
    expect([...shelf.things]).toEqual(before);
  });

  it('promise 30: what ended between two effects of a step is taken back as far as it came', async () => {
    const { drive, engine, shelf, rollback, confirm } = await begun();
    const set = shelf.things.set.bind(shelf.things);
    shelf.things.set = (key, value) => {
      if (key === 'a1') shelf.down.add('shelf_make');
      return set(key, value);
    };
    expect(states(await drive()).pair).toBe('blocked');
    await rollback();
    await confirm();
    expect((await engine.drive({ release_id: 'fixture-a' })).state).toBe('rolled_back');
    expect([...shelf.things]).toEqual(before);
  });

  it('of a release that has changed nothing has nothing to do', async () => {
    const { drive, engine, shelf, rollback } = await begun();
    shelf.down.add('shelf_make');
    await drive();
    const back = await rollback();
    expect(back).toMatchObject({ state: 'rolled_back' });
    expect(back.summary).toContain('it had changed nothing');
    expect((await engine.list()).map(({ id }) => id)).toEqual(['fixture-a']);
  });

  it('of a release that is done works too; it is not done any more then', async () => {
    const { drive, engine, shelf, rollback, confirm } = await begun();
    await drive();
    await engine.decide('fixture-a', { step: 'go', option: 'yes', reason: 'all is well', by: lead });
    expect((await drive()).state).toBe('done');
    await rollback();
    await confirm();
    // Whoever drives the run that undoes ends the release as well.
    expect((await engine.drive({ release_id: 'undo-fixture-a' })).state).toBe('done');
    expect((await engine.status('fixture-a')).state).toBe('rolled_back');
    expect(shelf.things.get('live')).toBe('old');
    expect((await engine.list()).find(({ id }) => id === 'fixture-a')).toMatchObject({
      state: 'rolled_back',
      closed: true,
    });
    // It may be released again.
    expect((await drive()).release_id).toBe('fixture-a.2');
  });

  it('that is not wanted is cancelled before it has begun: the release goes on', async () => {
    const { drive, engine, shelf, rollback } = await begun();
    await drive();
    await rollback();
    await engine.cancel('undo-fixture-a', { reason: 'a mistake', by: lead });
    const goesOn = await engine.drive({ release_id: 'fixture-a' });
    expect(goesOn).toMatchObject({ state: 'needs_decision' });
    expect(goesOn.blocked_by[0]?.step).toBe('go');
    expect(shelf.things.get('live')).toBe('a');
    // And can be taken back later.
    expect((await rollback()).rollback?.release_id).toBe('undo-fixture-a.2');
  });

  it('of some steps leaves the others', async () => {
    const { drive, engine, shelf, rollback, confirm } = await begun();
    await drive();
    await rollback('fixture-a', ['value']);
    await confirm();
    await engine.drive({ release_id: 'fixture-a' });
    expect(shelf.things.get('live')).toBe('old');
    expect(shelf.things.has('a1')).toBe(true);
  });

  it('of an older release is refused while a newer one of the same key stands', async () => {
    const one = `
  live: { toward: production, uses: shelf_set, with: { name: live, value: =inputs.note }, undo: { uses: shelf_set, with: { name: live, value: =effect.before } } }
`;
    const { drive, engine, clock, shelf, rollback, confirm } = await begun(flowText(one, 'repeats: true\n'));
    await drive({ item: 'a', note: 'first' });
    clock.forward(1_000);
    await drive({ item: 'a', note: 'second' });
    await expect(rollback('fixture-a')).rejects.toMatchObject({
      code: 'precondition',
      message: 'fixture-a.2 came after fixture-a and has changed the same things.',
    });
    for (const [id, left] of [
      ['fixture-a.2', 'first'],
      ['fixture-a', 'old'],
    ] as const) {
      await rollback(id);
      await confirm(id);
      await engine.drive({ release_id: id });
      expect(shelf.things.get('live')).toBe(left);
    }
  });

  it('where nothing can be undone says so, and stops nothing', async () => {
    const none = `
  told: { toward: production, uses: shelf_make, with: { names: [report] }, undo: { none: A report stays. } }
  go: { needs: [told], decide: { question: '"go on?"', options: { yes: { title: Yes, effect: pass }, no: { title: No, effect: fail } } } }
`;
    const { drive, kinds, rollback } = await begun(flowText(none));
    await drive();
    await expect(rollback()).rejects.toMatchObject({
      code: 'precondition',
      message: 'Nothing that fixture-a has done can be undone (told: A report stays).',
      remedy: expect.stringContaining('sluice cancel fixture-a'),
    });
    expect(await kinds()).not.toContain('rollback.begun');
  });

  it('of a rollback is a release anew', async () => {
    const { drive, rollback } = await begun();
    await drive();
    await rollback();
    await expect(rollback('undo-fixture-a')).rejects.toMatchObject({ code: 'precondition' });
  });

  it('promise 31: with what only tells of it down still completes; optional steps and notices wait or fall away', async () => {
    const steps = `
  live:
    toward: production
    uses: shelf_set
    with: { name: live, value: =inputs.item }
    undo: { uses: shelf_set, with: { name: live, value: =effect.before } }
    notify: { uses: shelf_tell, with: { key: =notice, text: live } }
  ticket:
    needs: [live]
    optional: true
    uses: shelf_poke
    with: { name: ticket, value: open }
    undo: { uses: shelf_poke, with: { name: ticket, value: closed } }
  go: { needs: [ticket], decide: { question: '"go on?"', options: { yes: { title: Yes, effect: pass }, no: { title: No, effect: fail } } } }
`;
    const { drive, engine, shelf, rollback, confirm } = await begun(flowText(steps));
    await drive();
    expect(shelf.things.get('ticket')).toBe('open');
    shelf.down.add('shelf_tell').add('shelf_poke');
    await rollback();
    await confirm();
    expect((await engine.drive({ release_id: 'fixture-a' })).state).toBe('rolled_back');
    expect(shelf.things.get('live')).toBe('old');
    expect(states(await engine.status('undo-fixture-a'))).toMatchObject({ 'undo-ticket': 'skipped' });
  });

  it('with a role for it in the settings waits for somebody else', async () => {
    const environments = { production: { rollback_approval: 'approver' } };
    const { drive, engine, keys, shelf, rollback, confirm } = await begun(undefined, { environments });
    await drive();
    await rollback();
    await confirm();
    const asked = await engine.drive({ release_id: 'fixture-a' });
    expect(asked).toMatchObject({ state: 'needs_approval', plan_hash: expect.any(String) });
    expect(shelf.things.get('live')).toBe('a');
    const approval = { step: 'approval', plan: asked.plan_hash ?? '', verdict: 'approve' as const };
    await engine.approve('undo-fixture-a', { ...approval, keyFile: keys.file('ann') });
    expect((await engine.drive({ release_id: 'fixture-a' })).state).toBe('rolled_back');
    expect(shelf.things.get('live')).toBe('old');
  });
});
