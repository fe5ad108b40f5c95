import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { modules } from '../../tools/modules.ts';
import { C1, C4, declaredIn, shipDemo } from '../support/ship.ts';

interface Report {
  release_id: string;
  state: string;
  summary: string;
  plan_hash: string | null;
  refs?: { id: string }[];
  rollback?: { release_id: string; state: string | null; stays: { step: string }[] };
  rollback_plan?: { runs: { flow: string; inputs: Record<string, unknown> }[]; steps: { step: string }[] };
  blocked_by: { step: string; remedy: string }[];
  steps: { id: string; state: string; cause: string }[];
}

const C2 = '50d3b7925eb0e1e297b4c522cc993a054e825052';
const ID = 'release-prod-demo-backend';

const { world: at, cli, drive } = shipDemo<Report>();
const rollback = (id: string) => cli('rollback', id, '--reason', 'checkout fails', '--until-idle');
const confirm = async (asked: Report) => {
  const [command = ''] = /sluice confirm [^(]+/.exec(asked.blocked_by[0]?.remedy ?? '') ?? [];
  return await cli(...command.trim().split(/\s+/).slice(1));
};
const state = (report: Report, step: string) => report.steps.find(({ id }) => id === step)?.state;

const declared = () => declaredIn(at());

/** A whole release: asked, confirmed, merged, running. */
async function release(...inputs: string[]): Promise<Report> {
  const asked = await drive('release-prod', 'product=demo-backend', ...inputs);
  await confirm(asked);
  const done = await drive(asked.release_id);
  expect(done.state).toBe('done');
  return done;
}

describe('sluice rollback of release-prod', () => {
  it('W-R28, promises 29 and 31: declares byte by byte what was declared before, with Jira, Slack and the sheets down', async () => {
    const before = declared();
    const plan = await cli('plan', 'release-prod', 'product=demo-backend', `commit=${C4}`);
    expect(plan.rollback_plan?.steps.map(({ step }) => step)).toEqual(['merge-request', 'change']);
    await release(`commit=${C4}`);
    expect(declared()).toBe(before.replace(C1, C4));
    const explained = await cli('explain', ID);
    expect(explained.rollback_plan?.runs).toEqual([
      {
        flow: 'rollback',
        inputs: expect.objectContaining({
          product: 'demo-backend',
          target: 'production',
          to: C1,
          release: ID,
        }),
      },
    ]);
    for (const system of ['jira', 'slack', 'sheets']) await at().fault({ system, fault: '500', times: 900 });
    const asked = await rollback(ID);
    expect(asked).toMatchObject({ release_id: ID, state: 'needs_decision', refs: [{ id: `undo-${ID}` }] });
    expect(declared()).toBe(before.replace(C1, C4));
    await confirm(asked);
    const back = await drive(ID);
    expect(back).toMatchObject({ state: 'rolled_back', rollback: { state: 'done' } });
    expect(back.rollback?.stays.map(({ step }) => step)).toEqual(['told', 'change', 'ticket']);
    expect(declared()).toBe(before);
    const undo = await cli('status', `undo-${ID}`);
    expect(undo).toMatchObject({ state: 'done', refs: [{ id: ID }] });
    expect(state(undo, 'running')).toBe('done');
    // Twice is once.
    const effects = await at().effects();
    expect(await rollback(ID)).toMatchObject({ state: 'rolled_back' });
    expect(await at().effects()).toEqual(effects);
    // The same commit may be released again.
    await fetch(`${at().sandbox.control}/faults`, { method: 'DELETE' });
    expect((await drive('release-prod', 'product=demo-backend', `commit=${C4}`)).release_id).toBe(`${ID}.2`);
  }, 400_000);

  it('promise 30: before the merge withdraws the merge request, and nothing is declared', async () => {
    const before = declared();
    const asked = await drive('release-prod', 'product=demo-backend', `commit=${C4}`);
    await confirm(asked);
    expect(state(await cli('drive', ID), 'merge-request')).toBe('done');
    const withdraw = await rollback(ID);
    expect(withdraw.state).toBe('needs_decision');
    await confirm(withdraw);
    expect((await drive(ID)).state).toBe('rolled_back');
    const { out } = await at().run([
      'call',
      'gitlab_get_merge_request',
      '{"project":"service/app-interface","iid":1}',
      '--json',
    ]);
    expect(JSON.parse(out).state).toBe('closed');
    await at().pass('1d');
    expect(declared()).toBe(before);
    const undo = await cli('status', `undo-${ID}`);
    expect([state(undo, 'withdraw'), state(undo, 'merge-request')]).toEqual(['done', 'skipped']);
  }, 400_000);

  it('promise 29: targets that had different commits each get theirs back', async () => {
    process.env.SLUICE_HOME = at().home;
    const app = createApp({ config: at().sandbox.config, face: 'cli', modules });
    const engine = await app.engine();
    /** Until it ends: whatever is asked, the one who asked says yes. */
    const through = async (id: string) => {
      for (;;) {
        const report = await engine.drive({ release_id: id }, { untilIdle: true });
        const open = await engine.confirmation(id);
        if (open === undefined) return report;
        const answer = { step: open.step, plan: open.plan_hash, verdict: 'given' as const };
        await engine.confirm(open.release_id, { ...answer, by: app.principal, how: 'cli' });
      }
    };
    const ship = async (inputs: Record<string, string>) => {
      const begun = await engine.drive({
        flow: 'release-prod',
        inputs: { product: 'demo-backend', ...inputs },
      });
      expect((await through(begun.release_id)).state).toBe('done');
      return begun.release_id;
    };
    try {
      await ship({ commit: C2 });
      const before = declared();
      const id = await ship({ commit: C4, targets: 'production,billing' });
      expect(declared()).not.toBe(before);
      await engine.rollback(id, { reason: 'checkout fails', by: app.principal });
      expect((await through(id)).state).toBe('rolled_back');
      expect(declared()).toBe(before);
      const undo = await engine.status(`undo-${id}`);
      expect(undo.steps.map(({ id: step, state: how }) => [step, how])).toEqual([
        ['take-back-1', 'done'],
        ['take-back-2', 'done'],
      ]);
    } finally {
      await app.close();
      delete process.env.SLUICE_HOME;
    }
  }, 400_000);
});
