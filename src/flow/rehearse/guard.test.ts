import { describe, expect, it } from 'vitest';
import { fixture, flowText, lead } from '../../../test/support/fixture-engine.ts';
import { Shelf, shelfRegistry } from '../../../test/support/undo-world.ts';
import { appendLedger } from '../ledger.ts';
import { flowHash } from '../load.ts';
import { rehearsalGuard } from './guard.ts';

const DAY_MS = 86_400_000;
const STEPS = `
  set:
    toward: production
    uses: shelf_set
    with: { name: live, value: =inputs.item }
    undo: { uses: shelf_set, with: { name: live, value: =effect.before } }
`;

async function begun(environments = { production: { rehearsal: { max_age: '30d' } } }) {
  const shelf = new Shelf();
  shelf.things.set('live', 'old');
  const made = await fixture(flowText(STEPS), {
    registry: shelfRegistry(shelf),
    guards: [rehearsalGuard],
    environments,
  });
  const flow = made.engine.flow('fixture');
  const record = async (result: 'passed' | 'failed', hash = flowHash(flow)) =>
    await appendLedger(
      {
        kind: 'rehearsal.recorded',
        data: { flow: 'fixture', flow_hash: hash, result, findings: [], by: lead, engine: 'test' },
      },
      made.services,
    );
  return { ...made, shelf, record };
}

describe('the guard rehearsal', () => {
  it('blocks a flow that was never rehearsed, and says how that is done', async () => {
    const { drive, shelf } = await begun();
    const report = await drive();
    expect(report).toMatchObject({ state: 'blocked' });
    expect(report.steps[0]?.cause).toContain('fixture was never rehearsed.');
    expect(report.blocked_by[0]?.remedy).toContain('sluice rehearse fixture');
    expect(shelf.sent).toEqual([]);
  });

  it('lets a flow pass whose last rehearsal has passed', async () => {
    const { drive, record, shelf } = await begun();
    await record('failed');
    await record('passed');
    expect((await drive()).state).toBe('done');
    expect(shelf.sent).toEqual(['live=a']);
  });

  it('counts the last one: one that failed later blocks', async () => {
    const { drive, record } = await begun();
    await record('passed');
    await record('failed');
    expect((await drive()).steps[0]?.cause).toContain('failed.');
  });

  it('blocks when the last one is older than the settings allow', async () => {
    const { clock, drive, record, shelf } = await begun();
    await record('passed');
    clock.forward(30 * DAY_MS + 1_000);
    const report = await drive();
    expect(report.steps[0]?.cause).toContain('and 30d is the most');
    expect(shelf.sent).toEqual([]);
  });

  it('blocks when the flow has changed since', async () => {
    const { drive, record } = await begun();
    await record('passed', 'another');
    expect((await drive()).steps[0]?.cause).toContain('has changed since it was rehearsed');
  });

  it('is lifted by a waiver', async () => {
    const { clock, drive, engine, shelf } = await begun();
    await drive();
    const until = new Date((await clock.now()) + DAY_MS).toISOString();
    await engine.waive('fixture-a', { gate: 'rehearsal', reason: 'it is urgent', until, by: lead });
    clock.forward(900_000);
    expect((await drive()).state).toBe('done');
    expect(shelf.sent).toEqual(['live=a']);
  });

  it('does not hold up a way back', async () => {
    const { clock, drive, engine, record, shelf } = await begun();
    await record('passed');
    await drive();
    clock.forward(31 * DAY_MS);
    await engine.rollback('fixture-a', { reason: 'it is broken', by: lead });
    const open = await engine.confirmation('fixture-a');
    if (open === undefined) throw new Error('nothing is asked');
    const answer = { step: open.step, plan: open.plan_hash, verdict: 'given' as const };
    await engine.confirm(open.release_id, { ...answer, by: lead, how: 'cli' });
    expect((await engine.drive({ release_id: 'fixture-a' })).state).toBe('rolled_back');
    expect(shelf.things.get('live')).toBe('old');
  });

  it('asks nothing where the settings name no age', async () => {
    const { drive } = await begun({} as { production: { rehearsal: { max_age: string } } });
    expect((await drive()).state).toBe('done');
  });
});
