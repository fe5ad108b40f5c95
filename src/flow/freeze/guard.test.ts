import { describe, expect, it } from 'vitest';
import { fixture, flowText, lead, states } from '../../../test/support/fixture-engine.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { Shelf, shelfRegistry } from '../../../test/support/undo-world.ts';
import { FreezeSettings } from '../../kit/freeze-settings.ts';
import { parseFlow } from '../load.ts';
import { assertFreezeNames, freezeGuard } from './guard.ts';
import { declareIncident, resolveIncident } from './incidents.ts';
import { ann, at, frozenEngine, today } from './testing/frozen.ts';

const ship = (more = 'toward: production') =>
  `  ship: { ${more}, uses: world_set_thing, with: { name: ship }, undo: { none: it stays } }\n`;
const SHIP = flowText(ship());
const TWO = flowText(
  '  ship: { toward: production, uses: world_set_thing, with: { name: one+two }, undo: { none: it stays } }\n',
);

describe('promise 25: a freeze is asked for before each effect', () => {
  it('lets pass what is open, and writes down that it was asked', async () => {
    const { drive, world, checks } = await frozenEngine(SHIP, { noon: today('13:00', '14:00') });
    expect(await drive()).toMatchObject({ state: 'done', waivers: [] });
    expect(world.sent).toEqual(['thing:ship']);
    expect(await checks()).toEqual(['pass: no freeze of production holds']);
  });

  it('that begins after the plan stops the effect, and the run goes on by itself when it ends', async () => {
    const { engine, drive, world, clock, checks } = await frozenEngine(SHIP, {
      noon: today('12:30', '14:00'),
    });
    expect((await engine.plan({ flow: 'fixture', inputs: { item: 'a' } })).holds).toEqual([]);
    clock.forward(1_800_000);
    const held = await drive();
    expect(held).toMatchObject({
      state: 'blocked',
      next_at: '2026-06-25T13:30:00Z',
      blocked_by: [{ step: 'ship', cause: expect.stringContaining('noon holds until 2026-06-25T14:00:00Z') }],
    });
    expect(world.sent).toEqual([]);
    // Asked again in between, because it may be lifted; one entry as long as it says the same.
    clock.forward(3_600_000);
    expect(await drive()).toMatchObject({ state: 'blocked', next_at: '2026-06-25T14:00:00Z' });
    clock.forward(1_800_000);
    expect(await drive()).toMatchObject({ state: 'done' });
    expect(await checks()).toEqual([
      'fail: production is closed: noon holds until 2026-06-25T14:00:00Z. It opens at 2026-06-25T14:00:00Z.',
      'pass: no freeze of production holds',
    ]);
  });

  it('that begins between two effects of one step stops the second', async () => {
    const { settle, world, clock } = await frozenEngine(TWO, { noon: today('12:30', '14:00') });
    const moments: Record<string, number> = {};
    world.onSend = (key) => {
      moments[key] = clock.world;
      if (key === 'thing:one') clock.forward(1_800_000);
    };
    expect(await settle()).toMatchObject({ state: 'done' });
    expect(moments).toEqual({
      'thing:one': at('2026-06-25T12:00:00Z'),
      'thing:two': at('2026-06-25T14:00:00Z'),
    });
    expect(world.sent).toEqual(['thing:one', 'thing:two']);
  });

  it('that had ended before the effect does not count', async () => {
    const { drive } = await frozenEngine(SHIP, { morning: today('10:00', '12:00') });
    expect((await drive()).state).toBe('done');
  });

  it('closes only the environments that it names, and never what leads to none', async () => {
    const flow = flowText(
      `${ship('toward: stage')}${ship('optional: false').replace('ship:', 'note:').replace('name: ship', 'name: note')}`,
    );
    const all = await frozenEngine(flow, { noon: today('11:00', '14:00', { environments: ['production'] }) });
    expect((await all.drive()).state).toBe('done');
    const stage = await frozenEngine(flow, { noon: today('11:00', '14:00', { environments: ['stage'] }) });
    expect(states(await stage.drive())).toEqual({ ship: 'blocked', note: 'done' });
  });

  it('writes nothing down where no rule was ever made', async () => {
    const { drive, checks } = await frozenEngine(SHIP, {
      later: today('13:00', '14:00', { environments: ['stage'] }),
    });
    expect((await drive()).state).toBe('done');
    expect(await checks()).toEqual([]);
  });

  it('is not asked about what is there already', async () => {
    const { drive, world, checks } = await frozenEngine(SHIP, { noon: today('11:00', '14:00') });
    world.things.set('thing:ship', 'set');
    expect((await drive()).state).toBe('done');
    expect(await checks()).toEqual([]);
  });
});

describe('promise 24: a window that opens or closes under way', () => {
  it.each([
    ['block', 'blocked', ['thing:first']],
    ['finish', 'done', ['thing:first', 'thing:second']],
  ])('overrun %s', async (overrun, state, sent) => {
    const steps = ['first', 'second'].map(
      (id, index) =>
        `  ${id}: { ${index === 0 ? '' : 'needs: [first], '}toward: production, uses: world_set_thing, with: { name: ${id} }, undo: { none: it stays } }\n`,
    );
    const { drive, world, clock } = await frozenEngine(flowText(steps.join('')), {
      noon: today('12:30', '14:00', { overrun }),
    });
    world.onSend = () => clock.forward(1_800_000);
    expect((await drive()).state).toBe(state);
    expect(world.sent).toEqual(sent);
  });

  it('finish is for what had begun: neither a new run, nor what others had done, goes on', async () => {
    const { drive, world, clock } = await frozenEngine(TWO, {
      noon: today('11:00', '14:00', { overrun: 'finish' }),
    });
    world.things.set('thing:one', 'set');
    clock.forward(60_000);
    expect((await drive()).state).toBe('blocked');
    expect(world.sent).toEqual([]);
  });

  it('deny wins over allow: a freeze in a release window closes it', async () => {
    const hours = { only: { from: '2026-06-25T13:00', to: '2026-06-25T16:00', zone: 'UTC' } };
    const { settle, world, clock } = await frozenEngine(SHIP, { hours, noon: today('12:30', '15:00') });
    const moments: number[] = [];
    world.onSend = () => {
      moments.push(clock.world);
    };
    expect((await settle()).state).toBe('done');
    expect(moments).toEqual([at('2026-06-25T15:00:00Z')]);
  });
});

describe('a rollback', () => {
  const ROLLBACK = SHIP.replace('flow: fixture', 'flow: rollback');
  it.each([
    ['stays possible in a freeze', 'go_on', 'done'],
    ['is held where the rule says so', 'block', 'blocked'],
  ])('%s', async (_, rollbacks, state) => {
    const { engine, checks } = await frozenEngine(ROLLBACK, { noon: today('11:00', '14:00', { rollbacks }) });
    const report = await engine.drive({ flow: 'rollback', inputs: { item: 'a' } });
    expect(report.state).toBe(state);
    if (state === 'done')
      expect(await checks('rollback-a')).toEqual([
        'pass: production: noon lets it pass (it does not hold back a rollback)',
      ]);
  });
});

describe('what takes a run back', () => {
  it('goes on in a freeze that began after it', async () => {
    const shelf = new Shelf();
    const clock = new TestClock();
    const steps = `
  made:
    toward: production
    uses: shelf_make
    with: { names: [one] }
    undo: { uses: shelf_remove, with: { names: [one] } }
  go:
    needs: [made]
    decide: { question: '"go on?"', options: { yes: { title: Yes, effect: pass }, no: { title: No, effect: fail } } }
`;
    const { engine, drive } = await fixture(flowText(steps), {
      registry: shelfRegistry(shelf),
      clock,
      guards: [freezeGuard(FreezeSettings.parse({ noon: today('12:30', '14:00') }))],
      environments: { production: { rollback: 'none' } },
    });
    expect((await drive()).state).toBe('needs_decision');
    clock.forward(1_800_000);
    await expect(engine.assertOpen('shelf_make', ['production'])).rejects.toMatchObject({ rule: 'freeze' });
    await engine.rollback('fixture-a', { reason: 'it is broken', by: lead });
    const open = await engine.confirmation('fixture-a');
    if (open !== undefined)
      await engine.confirm(open.release_id, {
        step: open.step,
        plan: open.plan_hash,
        verdict: 'given',
        by: lead,
        how: 'cli',
      });
    expect(await engine.drive({ release_id: 'fixture-a' })).toMatchObject({ state: 'rolled_back' });
    expect(shelf.things.has('one')).toBe(false);
  });
});

describe('an exception that the settings make', () => {
  const CHILD = SHIP.replace('flow: fixture', 'flow: release-prod');
  const flow = (name: string) =>
    flowText(
      '  release: { toward: production, flow: { flow: release-prod, inputs: { item: =inputs.item } } }\n',
    ).replace('flow: fixture', `flow: ${name}`);
  const except = (more: object = {}) => [{ flow: 'hotfix', reason: 'a fix cannot wait', ...more }];
  const FLOWS = [CHILD, flow('hotfix'), flow('other')];
  const run = async (name: string, rules: Record<string, unknown>) => {
    const made = await frozenEngine(FLOWS, rules);
    const report = await made.engine.drive({ flow: name, inputs: { item: 'a' } });
    return { ...made, report };
  };

  it('lets its flow pass its rule, also where another flow does the work, and says why', async () => {
    const { report, checks } = await run('hotfix', { noon: today('11:00', '14:00', { except: except() }) });
    expect(report.state).toBe('done');
    expect(await checks('release-prod-a')).toEqual([
      'pass: production: noon lets it pass (hotfix is excepted: a fix cannot wait)',
    ]);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['another flow', 'other', { noon: today('11:00', '14:00', { except: except() }) }],
    ['the same work by itself', 'release-prod', { noon: today('11:00', '14:00', { except: except() }) }],
    [
      'another rule',
      'hotfix',
      { noon: today('11:00', '14:00', { except: except() }), day: today('10:00', '15:00') },
    ],
    [
      'a requester without the role',
      'hotfix',
      { noon: today('11:00', '14:00', { except: except({ needs: 'judges' }) }) },
    ],
    [
      'another environment',
      'hotfix',
      { noon: today('11:00', '14:00', { except: except({ environments: ['stage'] }) }) },
    ],
  ])('never opens more than it says: %s', async (_, name, rules) => {
    const { report, world } = await run(name, rules);
    expect(report.state).toBe('blocked');
    expect(world.sent).toEqual([]);
  });

  it('asks for the role of the requester', async () => {
    const { report } = await run('hotfix', {
      noon: today('11:00', '14:00', { except: except({ needs: 'judge' }) }),
    });
    expect(report.state).toBe('done');
  });

  it('ends with the run that it is for', async () => {
    const rules = { noon: today('11:00', '14:00', { except: except() }), day: today('10:00', '13:00') };
    const { engine, report, clock, world } = await run('hotfix', rules);
    expect(report.state).toBe('blocked');
    await engine.cancel('hotfix-a', { reason: 'not needed any more', by: ann });
    clock.forward(3_600_000);
    expect((await engine.drive({ release_id: 'release-prod-a' })).state).toBe('blocked');
    expect(world.sent).toEqual([]);
  });
});

describe('an incident', () => {
  it('closes its environment until it is resolved, and not for rollbacks', async () => {
    const other = (name: string) =>
      SHIP.replace('flow: fixture', `flow: ${name}`).replace('name: ship', `name: ${name}`);
    const staging = other('staging').replace('toward: production', 'toward: stage');
    const flows = [SHIP, other('rollback'), staging];
    const { engine, drive, clock, checks } = await frozenEngine(flows, {});
    const declared = await declareIncident(
      { environment: 'production', reason: 'checkout is down', by: ann },
      { ...engine.services },
    );
    const held = await drive();
    expect(held).toMatchObject({ state: 'blocked', next_at: '2026-06-25T12:15:00Z' });
    expect(held.blocked_by[0]).toMatchObject({
      cause: expect.stringContaining(`${declared.incident} (checkout is down)`),
      remedy: expect.stringContaining('sluice incident resolve'),
    });
    expect((await engine.drive({ flow: 'staging', inputs: { item: 'a' } })).state).toBe('done');
    expect((await engine.drive({ flow: 'rollback', inputs: { item: 'b' } })).state).toBe('done');
    await resolveIncident({ reason: 'it was the database', by: ann }, engine.services);
    clock.forward(900_000);
    expect((await drive()).state).toBe('done');
    expect((await checks()).map((one) => one.slice(0, 5))).toEqual(['fail:', 'pass:']);
  });

  it('is of a place that a flow leads to, and a person says so', async () => {
    const { engine } = await frozenEngine(SHIP, {});
    const declare = (environment: string, by = ann) =>
      declareIncident({ environment, reason: 'checkout is down', by }, engine.services);
    await expect(declare('prod')).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: 'Name one of: production.',
    });
    await expect(declare('production', { ...ann, face: 'mcp' })).rejects.toMatchObject({ rule: 'person' });
    await expect(declare('production', { ...ann, agent: 'robot/1' })).rejects.toMatchObject({
      rule: 'person',
    });
    const first = await declare('production');
    const second = await declare('production');
    const resolve = (incident: string | undefined, by = ann) =>
      resolveIncident({ incident, reason: 'it is over', by }, engine.services);
    await expect(resolve(undefined)).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: expect.stringContaining(second.incident),
    });
    await expect(resolve('incident-0')).rejects.toMatchObject({ code: 'not_found' });
    await expect(resolve(first.incident, { ...ann, face: 'mcp' })).rejects.toMatchObject({ rule: 'person' });
    await resolve(first.incident);
    await expect(resolve(first.incident)).rejects.toMatchObject({ code: 'not_found' });
    expect((await resolve(undefined)).incident).toBe(second.incident);
  });

  it('is resolved by who holds the role, where there is one', async () => {
    const { engine } = await frozenEngine(SHIP, {});
    const roles = { ...engine.services.approvals.roles, incident: ['bob@example.com'] };
    const services = { ...engine.services, approvals: { ...engine.services.approvals, roles } };
    await declareIncident({ environment: 'production', reason: 'checkout is down', by: ann }, services);
    await expect(resolveIncident({ reason: 'it is over', by: ann }, services)).rejects.toMatchObject({
      code: 'forbidden',
    });
    const bob = { id: 'bob@example.com', face: 'cli' as const };
    expect((await resolveIncident({ reason: 'it is over', by: bob }, services)).resolved?.by).toBe(bob.id);
  });
});

describe('outside of a run', () => {
  it('a tool that a flow uses toward an environment that is closed is refused', async () => {
    const { engine } = await frozenEngine(SHIP, { noon: today('11:00', '14:00') });
    await expect(engine.assertOpen('world_set_thing', ['production'])).rejects.toMatchObject({
      code: 'blocked',
      rule: 'freeze',
      message: expect.stringContaining('world_set_thing leads to production in a flow'),
    });
    await engine.assertOpen('world_set_thing', ['stage', 'none']);
  });
});

describe('names in freeze rules', () => {
  const flows = [parseFlow(SHIP, 'flow.yaml')];
  it.each([
    [{ environments: ['prodution'] }, 'Did you mean production?'],
    [{ except: [{ flow: 'hotfixes', reason: 'a fix' }] }, 'Known: fixture'],
    [{ except: [{ flow: 'fixture', environments: ['stage'], reason: 'a fix' }] }, 'Known: production'],
  ])('%j are refused: it would be a freeze of nothing', (more, remedy) => {
    const rules = FreezeSettings.parse({ noon: today('11:00', '14:00', more) });
    expect(() => assertFreezeNames(rules, flows, 'sluice.yaml')).toThrow(
      expect.objectContaining({ code: 'invalid_input', remedy: expect.stringContaining(remedy) }),
    );
  });
});
