import { describe, expect, it } from 'vitest';
import { fixture, flowText, lead, states } from '../../../test/support/fixture-engine.ts';
import { Shelf, shelfRegistry } from '../../../test/support/undo-world.ts';
import { RunJournal } from '../run-journal.ts';
import type { EngineServices } from '../services.ts';
import { rollbackPlanGuard } from './guard.ts';

async function begun(steps: string, change: Partial<EngineServices> = {}, others: string[] = [], head = '') {
  const shelf = new Shelf();
  shelf.things.set('live', 'old');
  const texts = [flowText(steps, head), ...others];
  const made = await fixture(texts, {
    registry: shelfRegistry(shelf),
    guards: [rollbackPlanGuard],
    ...change,
  });
  return { ...made, shelf };
}

/** A tool that does not tell what stood there before, and an undo that would need to know. */
const POKE = `
  poke:
    toward: production
    uses: shelf_poke
    with: { name: live, value: =inputs.item }
    undo: { uses: shelf_poke, with: { name: live, value: old } }
`;
const SET = `
  set:
    toward: production
    uses: shelf_set
    with: { name: live, value: =inputs.item }
    undo: { uses: shelf_set, with: { name: live, value: =effect.before } }
`;

describe('promise 28: the guard rollback-plan', () => {
  it('blocks where it is not known what stood there before', async () => {
    const { drive, engine, shelf } = await begun(POKE);
    const report = await drive();
    expect(report).toMatchObject({ state: 'blocked' });
    expect(report.steps[0]?.cause).toContain('No way back is known: what stood there before "set" on live');
    expect(report.blocked_by[0]?.remedy).toContain('sluice waive fixture-a --gate rollback-plan');
    expect(shelf.sent).toEqual([]);
    // What is known of the way back is on record all the same.
    expect((await engine.explain('fixture-a')).rollback_plan?.steps).toMatchObject([
      { step: 'poke', changes: [{ target: 'live', previous: 'unknown' }] },
    ]);
  });

  it('writes the plan down before the first effect, and again when it is another one', async () => {
    const { drive, engine, kinds, shelf } = await begun(`${SET}  more:
    needs: [set]
    toward: production
    uses: shelf_make
    with: { names: [x, y] }
    undo: { uses: shelf_remove, with: { names: =result.names } }
  here:
    needs: [more]
    uses: shelf_make
    with: { names: [z] }
    undo: { none: It is nobody's. }
`);
    expect((await drive()).state).toBe('done');
    expect(shelf.sent).toEqual(['live=a', 'made x', 'made y', 'made z']);
    expect((await kinds()).filter((kind) => /^(rollback|guard|effect.intended)/.test(kind))).toEqual([
      'rollback.planned',
      'guard.checked set',
      'effect.intended set',
      'guard.checked more',
      'effect.intended more',
      'effect.intended more',
      'effect.intended here',
    ]);
    const { rollback_plan: plan } = await engine.explain('fixture-a');
    expect(plan).toMatchObject({
      version: 1,
      runs: [],
      steps: [
        {
          step: 'more',
          environment: 'production',
          changes: [
            { target: 'y', previous: 'nothing' },
            { target: 'x', previous: 'nothing' },
          ],
          undo: { by: 'tool', calls: [{ tool: 'shelf_remove', known_later: ['names'] }] },
        },
        {
          step: 'set',
          changes: [{ target: 'live', previous: 'known', before: 'old', after: 'a' }],
          undo: {
            by: 'tool',
            calls: [{ tool: 'shelf_set', with: { name: 'live', value: 'old' }, known_later: [] }],
          },
        },
      ],
    });
  });

  it('lets pass what cannot be undone where the flow says why', async () => {
    const { drive, shelf, store } = await begun(POKE.replace(/undo: .*/, 'undo: { none: It is out. }'));
    expect((await drive()).state).toBe('done');
    expect(shelf.sent).toEqual(['live=a']);
    const checked = (await store.entries('fixture-a')).find(({ kind }) => kind === 'guard.checked');
    expect(checked?.data).toMatchObject({
      guard: 'rollback-plan',
      verdict: 'pass',
      cause: 'it cannot be undone, and that is known: It is out.',
    });
  });

  it('is lifted by a waiver for its environment, until that ends', async () => {
    const { engine, drive, clock, shelf, services } = await begun(`${POKE}  again:
    needs: [poke]
    toward: production
    uses: shelf_poke
    with: { name: other, value: =inputs.item }
    undo: { uses: shelf_poke, with: { name: other, value: old } }
`);
    await drive();
    const journal = await RunJournal.load('fixture-a', services);
    const waiver = { gate: 'rollback-plan', reason: 'seen', by: lead, break_glass: false };
    const now = await clock.now();
    await journal.append({
      kind: 'run.waived',
      data: { ...waiver, environment: 'stage', until: now + 86_400_000 },
    });
    clock.forward(900_000);
    expect((await drive()).state).toBe('blocked');
    const until = new Date((await clock.now()) + 1_200_000).toISOString();
    await engine.waive('fixture-a', { gate: 'rollback-plan', reason: 'seen', until, by: lead });
    shelf.down.add('shelf_poke');
    clock.forward(900_000);
    expect(states(await drive()).poke).toBe('blocked');
    // Waived, and the tool is well again: but only while the waiver lasts.
    shelf.down.clear();
    clock.forward(60_000);
    expect(states(await drive())).toMatchObject({ poke: 'done', again: 'done' });
    expect(shelf.sent).toEqual(['live=a', 'other=a']);
  });

  it('blocks again once the waiver has ended', async () => {
    const { engine, drive, clock, shelf } = await begun(`${POKE}  again:
    needs: [poke]
    toward: production
    uses: shelf_set
    with: { name: other, value: =inputs.item }
    undo: { uses: shelf_set, with: { name: other, value: old } }
  last:
    needs: [again]
    toward: production
    uses: shelf_poke
    with: { name: third, value: =inputs.item }
    undo: { uses: shelf_poke, with: { name: third, value: old } }
`);
    await drive();
    const until = new Date((await clock.now()) + 1_200_000).toISOString();
    await engine.waive('fixture-a', { gate: 'rollback-plan', reason: 'seen', until, by: lead });
    shelf.down.add('shelf_set');
    clock.forward(900_000);
    expect(states(await drive())).toMatchObject({ poke: 'done', again: 'blocked' });
    shelf.down.clear();
    clock.forward(900_000);
    expect(states(await drive())).toMatchObject({ again: 'done', last: 'blocked' });
    expect(shelf.sent).toEqual(['live=a', 'other=a']);
  });

  it('asks of the environments that the settings name, and not of the others', async () => {
    const stage = { environments: { stage: { rollback: 'required' as const } } };
    const toStage = await begun(POKE.replace('production', 'stage'), stage);
    expect((await toStage.drive()).state).toBe('blocked');
    const free = { environments: { production: { rollback: 'none' as const } } };
    const toProduction = await begun(POKE, free);
    expect((await toProduction.drive()).state).toBe('done');
    const nobody = await begun(POKE.replace('production', 'stage'));
    expect((await nobody.drive()).state).toBe('done');
  });

  it('wants the inputs of the flow that takes it back to be known', async () => {
    const back = `flow: back\ntitle: Back\ninputs: { to: { pattern: '^[a-z]+$' }, of: {}, reason: {} }\nkey: =inputs.of\nrepeats: true\nsteps:\n  set: { uses: shelf_set, with: { name: live, value: =inputs.to }, undo: { none: x } }\n`;
    const head = (to: string) => `rollback: { flow: back, inputs: { of: =run.id, to: '${to}' } }\n`;
    const look = `
  look: { uses: shelf_look, with: { name: live } }
  poke: { needs: [look], toward: production, uses: shelf_poke, with: { name: live, value: a }, undo: { none: see the flow } }
`;
    const known = await begun(look, {}, [back], head('=steps.look.result.value'));
    expect((await known.drive()).state).toBe('done');
    expect((await known.engine.explain('fixture-a')).rollback_plan?.runs).toEqual([
      { flow: 'back', inputs: { of: 'fixture-a', to: 'old', reason: '(the reason that is given)' } },
    ]);
    const unfit = await begun(look, {}, [back], head('=steps.look.result.value + "1"'));
    const blocked = await unfit.drive();
    expect(blocked.state).toBe('blocked');
    expect(blocked.steps[1]?.cause).toContain('to is "old1", which is not valid here');
    expect(unfit.shelf.sent).toEqual([]);
  });

  it('is part of a plan before anything has begun', async () => {
    const { engine, shelf } = await begun(SET);
    const { rollback_plan: plan } = await engine.plan({ flow: 'fixture', inputs: { item: 'a' } });
    expect(plan?.steps).toMatchObject([
      {
        step: 'set',
        changes: [{ before: 'old' }],
        undo: {
          calls: [{ with: { name: 'live', value: 'old' }, preview: [{ target: 'live', after: 'old' }] }],
        },
      },
    ]);
    expect(shelf.sent).toEqual([]);
  });
});
