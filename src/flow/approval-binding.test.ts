import { describe, expect, it } from 'vitest';
import { fixture, flowText, PEOPLE } from '../../test/support/fixture-engine.ts';
import { rewriteJournal } from '../../test/support/rewrite-journal.ts';
import type { RunWaiver } from './facts.ts';
import { RunJournal } from './run-journal.ts';

const ID = 'fixture-a';
const flow = flowText(`
  tests: { gate: { uses: world_get_fact, with: { name: tests }, pass: result.state == "ready", fail: result.state == "broken", max_age: 1h } }
  agree:
    needs: [tests]
    approve: { role: approver }
  go:
    needs: [agree]
    wait: { uses: world_get_fact, with: { name: go }, until: 'result.state == "ready"', every: 1m, timeout: 30d }
  ship:
    needs: [go]
    environment: production
    uses: world_set_thing
    with: { name: =inputs.item, value: 7 }
    undo: { none: it stays }
`);

type Made = Awaited<ReturnType<typeof fixture>>;
const by = { id: PEOPLE.lead, face: 'cli' as const };

async function begin(tests: 'ready' | 'broken') {
  const made = await fixture(flow);
  made.world.facts.set('tests', { state: tests, value: 0 });
  made.world.facts.set('go', { state: 'waiting', value: 0 });
  await made.drive();
  return made;
}

async function approve(made: Made): Promise<string> {
  const report = await made.drive();
  expect(report.state).toBe('needs_approval');
  const plan = report.plan_hash ?? '';
  const keyFile = made.keys.file('ann');
  await made.engine.approve(ID, { step: 'agree', plan, keyFile, verdict: 'approve' });
  expect((await made.drive()).state).toBe('waiting');
  return plan;
}

/** What was asked for has changed meanwhile: who answers is told so, and it is asked for anew. */
async function askAnew(made: Made): Promise<void> {
  const { plan_hash } = await made.drive();
  const answer = { step: 'agree', plan: plan_hash ?? '', keyFile: made.keys.file('ann') };
  const approving = made.engine.approve(ID, { ...answer, verdict: 'approve' });
  await expect(approving).rejects.toMatchObject({ code: 'stale' });
}

async function go(made: Made) {
  made.world.facts.set('go', { state: 'ready', value: 0 });
  made.clock.forward(120_000);
  return await made.drive();
}

const waive = (made: Made, reason: string) =>
  made.engine.waive(ID, { gate: 'tests', reason, until: '2026-07-01T00:00:00Z', by });

const except = async (made: Made, gate: string, environment: string, until = '2026-07-01T00:00:00Z') => {
  const data: RunWaiver = {
    gate,
    reason: 'an exception',
    by,
    until: Date.parse(until),
    environment,
    break_glass: false,
  };
  await (await RunJournal.load(ID, made.engine.services)).append({ kind: 'run.waived', data });
};

const why = async (made: Made) =>
  (await made.store.entries(ID)).flatMap(({ kind, data }) =>
    kind === 'approval.staled' ? [String(data.why)] : [],
  );

const stands = async (made: Made) => {
  expect(await go(made)).toMatchObject({ state: 'done' });
  expect(await why(made)).toEqual([]);
};
const isStale = async (made: Made, hash: string, what: string) => {
  const report = await go(made);
  expect(report.state).toBe('needs_approval');
  expect(made.world.sent).toEqual([]);
  expect(await why(made)).toEqual([expect.stringContaining(what)]);
  return { same: report.plan_hash === hash };
};

describe('promise 18: an approval binds how the gates before it stand', () => {
  it('and holds while a gate that passed is judged again, and passes', async () => {
    const made = await begin('ready');
    await approve(made);
    made.clock.forward(7_200_000);
    await stands(made);
  });

  it('and is stale when a waiver has to stand in for a gate that had passed', async () => {
    const made = await begin('ready');
    const hash = await approve(made);
    made.world.facts.set('tests', { state: 'broken', value: 0 });
    made.clock.forward(7_200_000);
    await go(made);
    expect(made.world.sent).toEqual([]);
    await made.drive();
    await waive(made, 'known and explained');
    expect(await isStale(made, hash, 'gates tests')).toEqual({ same: false });
  });

  it('and is stale when the waiver is another one', async () => {
    const made = await begin('broken');
    await waive(made, 'known and explained');
    const hash = await approve(made);
    const journal = await RunJournal.load(ID, made.engine.services);
    const data = { reason: 'another reason', by, until: Date.parse('2026-07-01T00:00:00Z') };
    await journal.append({ kind: 'waiver.granted', step: 'tests', data });
    expect(await isStale(made, hash, 'gates tests')).toEqual({ same: false });
  });

  it('and holds over the waiver that stood when it was given', async () => {
    const made = await begin('broken');
    await waive(made, 'known and explained');
    await approve(made);
    await stands(made);
  });
});

describe('promise 18: an approval binds the exceptions of its environments', () => {
  it('and is stale when one is granted', async () => {
    const made = await begin('ready');
    const hash = await approve(made);
    await except(made, 'freeze/year-end', 'production');
    expect(await isStale(made, hash, 'windows production')).toEqual({ same: false });
  });

  it('and is stale when one that it rested on has ended', async () => {
    const made = await begin('ready');
    await except(made, 'freeze/year-end', 'production', '2026-06-25T12:01:00Z');
    await askAnew(made);
    const hash = await approve(made);
    expect(await isStale(made, hash, 'windows production')).toEqual({ same: false });
  });

  it('and holds over one that stands, and beside one of another environment', async () => {
    const made = await begin('ready');
    await except(made, 'freeze/year-end', 'production');
    await askAnew(made);
    await approve(made);
    await except(made, 'freeze/other', 'stage');
    await stands(made);
  });
});

describe('promise 36: a plan that was edited by hand loses its approval', () => {
  it.each<[string, (plan: Record<string, unknown>) => object]>([
    ['an effect', ({ effects }) => ({ effects: [{ ...Object(effects)[0], after: 8 }] })],
    ['what is shown', () => ({ shows: { digest: 'x' } })],
    ['its version', ({ frame }) => ({ frame: { ...Object(frame), version: 1 } })],
    ['a field that is not known', () => ({ approved: true })],
  ])('%s', async (_what, edit) => {
    const made = await begin('ready');
    const hash = await approve(made);
    rewriteJournal(made.folder, {
      payload: (body) => {
        const plan = Object(JSON.parse(body));
        return plan.frame === undefined ? body : JSON.stringify({ ...plan, ...edit(plan) });
      },
    });
    expect(await isStale(made, hash, 'what the journal keeps of it is not what was approved')).toEqual({
      same: true,
    });
  });
});
