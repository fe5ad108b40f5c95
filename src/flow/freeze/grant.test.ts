import { describe, expect, it } from 'vitest';
import { flowText, lead } from '../../../test/support/fixture-engine.ts';
import { ann, frozenEngine, today } from './testing/frozen.ts';

const SHIP = flowText(
  '  ship: { toward: production, uses: world_set_thing, with: { name: ship }, undo: { none: it stays } }\n',
);
const NIGHTS = {
  weekly: { days: ['thu', 'fri'], from: '11:00', to: '14:00' },
  zone: 'UTC',
  grantors: 'approver',
};
const wish = (gate = 'freeze/noon', until = '2026-06-25T13:00:00Z', by = ann) => ({
  gate,
  reason: 'the fix for checkout',
  until,
  by,
});

async function held(rules: Record<string, unknown> = { noon: today('11:00', '14:00') }, flow = SHIP) {
  const made = await frozenEngine(flow, rules);
  expect((await made.drive()).state).toBe('blocked');
  return made;
}

describe('promise 27: an exception of a freeze', () => {
  it('lets this release pass at once, is recorded, and stands in every report', async () => {
    const { engine, drive, world, store } = await held();
    const waived = await engine.waive('fixture-a', wish());
    const waiver = {
      gate: 'freeze/noon',
      reason: 'the fix for checkout',
      by: ann.id,
      until: '2026-06-25T13:00:00Z',
      environment: 'production',
    };
    expect(waived.waivers).toEqual([waiver]);
    const report = await drive();
    expect(report).toMatchObject({
      state: 'done',
      waivers: [waiver],
      summary: expect.stringContaining('Waived: freeze/noon by ann@example.com'),
    });
    expect(world.sent).toEqual(['thing:ship']);
    const [entry] = (await store.entries('fixture-a')).filter(({ kind }) => kind === 'run.waived');
    expect(entry?.data).toMatchObject({ environment: 'production', break_glass: false, by: ann });
  });

  it('is for one release: another one stays', async () => {
    const { engine, drive } = await held();
    await engine.waive('fixture-a', wish());
    expect((await drive({ item: 'b' })).state).toBe('blocked');
  });

  it('is for one rule: another one stays', async () => {
    const { engine, drive, world } = await held({
      noon: today('11:00', '14:00'),
      day: today('10:00', '15:00'),
    });
    await engine.waive('fixture-a', wish());
    const report = await drive();
    expect(report.state).toBe('blocked');
    expect(report.blocked_by[0]?.cause).toContain('day holds until 2026-06-25T15:00:00Z');
    expect(report.blocked_by[0]?.cause).not.toContain('noon');
    expect(world.sent).toEqual([]);
    await engine.waive('fixture-a', wish('freeze/day'));
    expect((await drive()).state).toBe('done');
  });

  it('ends: then the rule holds again what has not been sent', async () => {
    const { engine, drive, world, clock } = await held();
    await engine.waive('fixture-a', wish('freeze/noon', '2026-06-25T12:30:00Z'));
    clock.forward(1_800_000);
    expect((await drive()).state).toBe('blocked');
    expect(world.sent).toEqual([]);
  });

  it('is never wider than the window: the next one wants its own', async () => {
    const { engine, drive, clock, world } = await held({ noon: NIGHTS });
    const waived = await engine.waive('fixture-a', wish('freeze/noon', '2026-06-27T00:00:00Z'));
    expect(waived.waivers).toMatchObject([{ until: '2026-06-25T14:00:00Z' }]);
    clock.jumpTo(Date.parse('2026-06-26T11:00:00Z'));
    expect((await drive()).state).toBe('blocked');
    expect(world.sent).toEqual([]);
  });

  it('is for one environment', async () => {
    const flow = flowText(
      ['production', 'stage']
        .map(
          (name) =>
            `  ${name}: { toward: ${name}, uses: world_set_thing, with: { name: ${name} }, undo: { none: it stays } }\n`,
        )
        .join(''),
    );
    const { engine, drive, world } = await held(
      { noon: today('11:00', '14:00', { environments: ['production', 'stage'] }) },
      flow,
    );
    await engine.waive('fixture-a', wish());
    expect((await drive()).state).toBe('blocked');
    expect(world.sent).toEqual(['thing:production']);
    const second = await engine.waive('fixture-a', wish());
    expect(second.waivers.map(({ environment }) => environment)).toEqual(['production', 'stage']);
    expect((await drive()).state).toBe('done');
  });

  it.each([
    [
      'who does not hold the role of the rule',
      wish('freeze/noon', undefined, { id: 'eve@example.com', face: 'cli' }),
      'role',
    ],
    ['the requester, who holds it', wish('freeze/noon', undefined, lead), 'separation-of-duties'],
    [
      'the requester by another name',
      wish('freeze/noon', undefined, { id: 'the-lead', face: 'cli' }),
      'separation-of-duties',
    ],
    ['an agent', wish('freeze/noon', undefined, { ...ann, face: 'mcp' }), 'person'],
    ['an agent on the command line', wish('freeze/noon', undefined, { ...ann, agent: 'robot/1' }), 'person'],
    ['a rule that there is not', wish('freeze/night'), 'freeze'],
    ['every rule', wish('freeze/*'), 'waiver'],
    ['the whole guard', wish('freeze'), 'freeze'],
  ])('is refused: %s', async (_, request, rule) => {
    const { engine, drive, world } = await held();
    await expect(engine.waive('fixture-a', request)).rejects.toMatchObject({ rule });
    expect((await drive()).state).toBe('blocked');
    expect(world.sent).toEqual([]);
  });

  it('names the rules where none, or all of them, is meant', async () => {
    const { engine } = await held();
    for (const gate of ['freeze/*', 'freeze/night', 'freeze'])
      await expect(engine.waive('fixture-a', wish(gate))).rejects.toMatchObject({
        remedy: expect.stringContaining('freeze/noon'),
      });
  });

  it('may be granted by the requester where the rule says so', async () => {
    const { engine, drive } = await held({ noon: today('11:00', '14:00', { requester_may_grant: true }) });
    await engine.waive('fixture-a', wish('freeze/noon', undefined, lead));
    expect((await drive()).state).toBe('done');
  });

  it('is not for a rule that does not hold', async () => {
    const { engine } = await held({ noon: today('11:00', '14:00'), night: today('20:00', '22:00') });
    await expect(engine.waive('fixture-a', wish('freeze/night'))).rejects.toMatchObject({
      code: 'precondition',
    });
  });

  it('has nothing to grant to a release whose work another one does', async () => {
    const parent = flowText(
      '  release: { toward: production, flow: { flow: child, inputs: { item: =inputs.item } } }\n',
    );
    const made = await frozenEngine([parent, SHIP.replace('flow: fixture', 'flow: child')], {
      noon: today('11:00', '14:00'),
    });
    expect((await made.drive()).state).toBe('blocked');
    await expect(made.engine.waive('fixture-a', wish())).rejects.toMatchObject({ code: 'not_found' });
    await made.engine.waive('child-a', wish());
    expect((await made.engine.drive({ release_id: 'child-a' })).state).toBe('done');
  });

  it('of an incident, whose end nobody knows, lasts a day at most', async () => {
    const made = await frozenEngine(SHIP, { incident: { incident: true, grantors: 'approver' } });
    const { declareIncident } = await import('./incidents.ts');
    await declareIncident(
      { environment: 'production', reason: 'checkout is down', by: ann },
      made.engine.services,
    );
    expect((await made.drive()).state).toBe('blocked');
    const waived = await made.engine.waive('fixture-a', wish('freeze/incident', '2026-07-25T12:00:00Z'));
    expect(waived.waivers).toMatchObject([{ until: '2026-06-26T12:00:00Z' }]);
    expect((await made.drive()).state).toBe('done');
  });
});

describe('promise 27: plan and explain', () => {
  it('name the rule, the next opening, and who may grant', async () => {
    const rules = { noon: today('11:00', '14:00', { title: 'Lunch' }), later: today('13:30', '16:00') };
    const { engine } = await held(rules);
    const hold = {
      gate: 'freeze/noon',
      title: 'Lunch',
      environment: 'production',
      state: 'holds',
      until: '2026-06-25T14:00:00Z',
      next_opening: '2026-06-25T16:00:00Z',
      may_grant: { role: 'approver', people: ['ann@example.com', 'bob@example.com', 'lead@example.com'] },
      remedy: expect.stringContaining('sluice waive fixture-a --gate freeze/noon'),
    };
    const explained = await engine.explain('fixture-a');
    expect(explained.holds).toMatchObject([hold]);
    const [blocked] = explained.blocked_by;
    expect(blocked?.cause).toContain(
      'noon (Lunch) holds until 2026-06-25T14:00:00Z. It opens at 2026-06-25T16:00:00Z',
    );
    expect(blocked?.remedy).toContain('ann@example.com, bob@example.com');
    const plan = await engine.plan({ flow: 'fixture', inputs: { item: 'b' } });
    expect(plan.holds).toMatchObject([{ gate: 'freeze/noon', next_opening: '2026-06-25T16:00:00Z' }]);
    expect(plan.summary).toContain('Held now: production by freeze/noon; it opens at 2026-06-25T16:00:00Z.');
  });

  it('show an exception beside the rule that it passes', async () => {
    const { engine } = await held({ noon: today('11:00', '14:00'), day: today('10:00', '15:00') });
    await engine.waive('fixture-a', wish());
    const { holds } = await engine.explain('fixture-a');
    expect(holds?.map(({ gate, state, until }) => [gate, state, until])).toEqual([
      ['freeze/noon', 'passes', '2026-06-25T13:00:00Z'],
      ['freeze/day', 'holds', '2026-06-25T15:00:00Z'],
    ]);
  });
});
