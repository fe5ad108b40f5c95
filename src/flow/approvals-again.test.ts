import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import {
  type Fixture,
  fixture,
  flowText,
  PEOPLE,
  type Person,
  states,
} from '../../test/support/fixture-engine.ts';
import { lookFlow } from '../../test/support/held-flows.ts';
import { findChainFault, hashEntry, type JournalEntry } from '../store/journal.ts';
import { signStatement } from './approval.ts';

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

const rewrite = (folder: string, change: (entry: JournalEntry) => JournalEntry) => {
  const database = new DatabaseSync(`${folder}/state/sluice.db`);
  const rows = database.prepare('select * from journal order by seq').all();
  const entries: JournalEntry[] = [];
  for (const row of rows) {
    const entry = change({
      ...row,
      data: JSON.parse(String(row.data)),
    } as JournalEntry);
    const bare = { ...entry, prev: entries.at(-1)?.hash ?? entry.prev };
    entries.push({ ...bare, hash: hashEntry(bare) });
  }
  for (const { seq, data, prev, hash } of entries) {
    database
      .prepare('update journal set data = ?, prev = ?, hash = ? where seq = ?')
      .run(JSON.stringify(data), prev, hash, seq);
  }
  database.prepare('update runs set head_hash = ?').run(entries.at(-1)?.hash ?? '');
  database.close();
  expect(findChainFault(entries, undefined)).toBeUndefined();
};

describe('promise 18: a plan that changed', () => {
  it('after it was approved makes the approval stale before anything is sent', async () => {
    const made = await asked();
    await answer(made, made.hash, 'ann');
    await made.drive();
    made.engine.services.registry.effects = async () => [made.world.effect('thing:a', 'set', 8)];
    const report = await go(made);
    expect(report.state).toBe('needs_approval');
    expect(report.plan_hash).not.toBe(made.hash);
    expect(made.world.sent).toEqual([]);
    expect(await made.kinds()).toContain('approval.staled agree');
    await answer(made, report.plan_hash ?? '', 'bob');
    made.clock.forward(900_000);
    expect(await made.drive()).toMatchObject({ state: 'done' });
    expect(made.world.things.get('thing:a')).toBe(8);
  });
});

describe('an approval is verified again before each effect that it covers', () => {
  it('and counts no more when its key was removed', async () => {
    const made = await asked();
    await answer(made, made.hash, 'ann');
    await made.drive();
    made.keys.allow([PEOPLE.bob]);
    expect((await go(made)).state).toBe('needs_approval');
    expect(made.world.sent).toEqual([]);
  });

  it('and counts no more when the person lost the role', async () => {
    const made = await asked();
    await answer(made, made.hash, 'ann');
    await made.drive();
    const { services } = made.engine;
    services.approvals = {
      ...services.approvals,
      roles: { approver: [PEOPLE.bob] },
    };
    expect((await go(made)).state).toBe('needs_approval');
    expect(made.world.sent).toEqual([]);
  });

  it.each(['plan_hash', 'step', 'release_id', 'at', 'reason'])(
    'and not when its statement was changed in the journal: %s',
    async (field) => {
      const made = await asked();
      await answer(made, made.hash, 'ann');
      await made.drive();
      rewrite(made.folder, (entry) =>
        entry.kind === 'approval.given'
          ? {
              ...entry,
              data: {
                ...entry.data,
                statement: {
                  ...Object(entry.data.statement),
                  [field]: 'changed',
                },
              },
            }
          : entry,
      );
      expect((await go(made)).state).toBe('needs_approval');
      expect(made.world.sent).toEqual([]);
    },
  );

  it('and not when the journal merely says that there was one', async () => {
    const made = await asked();
    const now = await made.clock.now();
    const fields = {
      verdict: 'approve' as const,
      release_id: 'fixture-a',
      step: 'agree',
      plan_hash: made.hash,
      sandbox: false,
      reason: null,
      now,
    };
    const signed = await signStatement(fields, made.keys.file('eve'));
    await answer(made, made.hash, 'ann');
    rewrite(made.folder, (entry) =>
      entry.kind === 'approval.given'
        ? {
            ...entry,
            data: { ...signed, by: PEOPLE.ann, plan_hash: made.hash },
          }
        : entry,
    );
    expect((await go(made)).state).toBe('needs_approval');
    expect(made.world.sent).toEqual([]);
  });
});

describe('what stands far before a step holds it too', () => {
  const far = flowText(`
  check: { gate: { uses: world_get_fact, with: { name: check }, pass: result.state == "ready", fail: result.state == "broken", max_age: 1h } }
  middle: { needs: [check], uses: world_get_fact, with: { name: middle } }
  ship: { needs: [middle], every: 2h, uses: world_set_thing, with: { name: x }, undo: { none: x } }
`);

  it('promise 12: a gate that does not hold any more, with a step between', async () => {
    const { drive, world, clock } = await fixture(far);
    for (const name of ['check', 'middle']) world.facts.set(name, { state: 'ready', value: 1 });
    world.unready.add('thing:x');
    await drive();
    world.facts.set('check', { state: 'broken', value: 1 });
    world.unready.clear();
    clock.forward(7_200_000);
    expect(states(await drive())).toMatchObject({
      check: 'failed',
      ship: 'waiting',
    });
    expect(world.sent).toEqual([]);
  });

  it('promise 16: a waiver that has expired, with a step between', async () => {
    const { drive, world, clock, engine } = await fixture(far);
    world.facts.set('check', { state: 'broken', value: 1 });
    world.facts.set('middle', { state: 'ready', value: 1 });
    world.unready.add('thing:x');
    await drive();
    const by = { id: PEOPLE.lead, face: 'cli' as const };
    await engine.waive('fixture-a', {
      gate: 'check',
      reason: 'known and explained',
      until: '2026-06-25T13:00:00Z',
      by,
    });
    await drive();
    world.unready.clear();
    clock.forward(7_200_000);
    await drive();
    expect(world.sent).toEqual([]);
  });
});
