import { describe, expect, it } from 'vitest';
import { fixture, flowText, lead, PEOPLE, states } from '../../test/support/fixture-engine.ts';
import type { Principal } from '../kit/principal.ts';
import { confirmationHash, confirmationPlan } from './confirm.ts';
import { decide } from './decide.ts';
import { stepOf } from './graph.ts';
import { lintFlow } from './lint.ts';
import { parseFlow } from './load.ts';
import { RunJournal } from './run-journal.ts';

const FLOW = flowText(`
  look:
    uses: world_get_fact
    with: { name: look }
  confirm:
    needs: [look]
    when: steps.look.result.value != 0
    confirm:
      question: '"Make " + inputs.item + "?"'
      shows: { value: steps.look.result.value }
  make:
    needs: [confirm]
    uses: world_set_thing
    with: { name: =inputs.item, value: =steps.look.result.value }
    undo: { none: it stays }
`);

const agentOf = (id: string): Principal => ({ id, face: 'mcp', agent: 'a-client/1' });

async function asked(value = 7, roles: Record<string, string[]> = {}) {
  const aliases = { [PEOPLE.lead]: ['the-lead'] };
  const made = await fixture(FLOW, {
    approvals: { allowedSigners: undefined, roles, aliases },
  });
  made.world.facts.set('look', { state: 'ready', value });
  const report = await made.drive();
  const hash = report.plan_hash ?? '';
  const answer = async (
    verdict: 'given' | 'declined',
    plan = hash,
    by: Principal = agentOf(PEOPLE.lead),
  ): Promise<unknown> =>
    await made.engine.confirm('fixture-a', { step: 'confirm', plan, verdict, by, how: 'elicitation' });
  const journal = async () => await RunJournal.load('fixture-a', made.services);
  /** What the step shows is read again, and is something else. */
  const change = async (to: number) => {
    made.world.facts.set('look', { state: 'ready', value: to });
    const data = { attempt: 2, reason: 'read again', by: 'policy' };
    await (await journal()).append({ kind: 'step.reopened', step: 'look', data });
  };
  return { ...made, report, hash, answer, journal, change };
}

describe('a confirm step', () => {
  it('asks the requester once what it needs holds, and holds what comes after it', async () => {
    const made = await asked();
    expect(made.report).toMatchObject({
      state: 'needs_decision',
      plan_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      next: `sluice confirm fixture-a --step confirm --plan ${made.hash}`,
      blocked_by: [
        {
          step: 'confirm',
          state: 'needs_decision',
          cause: 'Make a?',
          remedy: `sluice confirm fixture-a --step confirm --plan ${made.hash}`,
        },
      ],
    });
    expect(states(made.report)).toEqual({ look: 'done', confirm: 'needs_decision', make: 'pending' });
    await made.drive();
    expect((await made.kinds()).filter((kind) => kind.startsWith('confirmation'))).toEqual([
      'confirmation.asked confirm',
    ]);
    const { explained } = await made.engine.explain('fixture-a', 'confirm');
    expect(explained[0]).toMatchObject({
      question: 'Make a?',
      plan: { question: 'Make a?', shows: { value: 7 }, frame: { release_id: 'fixture-a' } },
      who_may: [PEOPLE.lead],
      confirmation: { verdict: null, plan_hash: made.hash },
    });
    expect(made.world.sent).toEqual([]);
  });

  it('lets through what was shown once the requester has said yes', async () => {
    const made = await asked();
    await made.answer('given');
    const done = await made.drive();
    expect(done).toMatchObject({ state: 'done' });
    expect(done.steps.find(({ id }) => id === 'confirm')?.cause).toBe('confirmed by lead@example.com');
    expect(made.world.things).toEqual(new Map([['thing:a', 7]]));
    const given = (await made.store.entries('fixture-a')).find(({ kind }) => kind === 'confirmation.given');
    expect(given?.data).toMatchObject({
      plan_hash: made.hash,
      how: 'elicitation',
      by: { id: PEOPLE.lead, face: 'mcp', agent: 'a-client/1' },
    });
  });

  it('is not asked when its condition does not hold', async () => {
    const made = await asked(0);
    expect(states(made.report)).toMatchObject({ confirm: 'skipped', make: 'done' });
  });

  it.each([
    ['the requester under another name', 'the-lead', {}, true],
    ['the requester in other letters', 'LEAD@example.com', {}, true],
    ['somebody else', PEOPLE.ann, {}, false],
    ['who holds the role confirm', PEOPLE.ann, { confirm: [PEOPLE.ann] }, true],
    ['who holds another role', PEOPLE.ann, { approver: [PEOPLE.ann], confirm: [PEOPLE.bob] }, false],
    ['the requester, where others hold the role', PEOPLE.lead, { confirm: [PEOPLE.bob] }, true],
  ] as const)('is answered by %s', async (_who, by, roles, may) => {
    const made = await asked(
      7,
      Object.fromEntries(Object.entries(roles).map(([role, all]) => [role, [...all]])),
    );
    const answering = made.answer('given', made.hash, agentOf(by));
    if (may) await answering;
    else await expect(answering).rejects.toMatchObject({ code: 'forbidden', rule: 'confirmation' });
    expect((await made.drive()).state).toBe(may ? 'done' : 'needs_decision');
    expect(await made.engine.confirmation('fixture-a', agentOf(by))).toBeUndefined();
  });

  it('takes an answer to what it asks now alone', async () => {
    const made = await asked();
    await expect(made.answer('given', 'f'.repeat(64))).rejects.toMatchObject({ code: 'stale' });
    await expect(
      made.engine.confirm('fixture-a', {
        step: 'make',
        plan: made.hash,
        verdict: 'given',
        by: lead,
        how: 'cli',
      }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
    await made.change(8);
    await expect(made.answer('given')).rejects.toMatchObject({ code: 'precondition' });
    const again = await made.drive();
    expect(again.plan_hash).not.toBe(made.hash);
    await expect(made.answer('given')).rejects.toMatchObject({ code: 'stale' });
    expect(made.world.sent).toEqual([]);
    await made.answer('given', again.plan_hash ?? '');
    await expect(made.answer('given', again.plan_hash ?? '')).rejects.toMatchObject({ code: 'precondition' });
    await made.drive();
    expect(made.world.things).toEqual(new Map([['thing:a', 8]]));
  });

  it('does not outlive what was shown: changed before the effect, it is asked anew', async () => {
    const made = await asked();
    await made.answer('given');
    made.world.unready.add('thing:a');
    await made.drive();
    await made.change(8);
    made.world.unready.clear();
    made.clock.forward(3_600_000);
    const again = await made.drive();
    expect(again.state).toBe('needs_decision');
    expect(again.plan_hash).not.toBe(made.hash);
    expect(made.world.sent).toEqual([]);
  });
});

describe('promise 21: a decline', () => {
  it('is final for what was shown', async () => {
    const made = await asked();
    await made.answer('declined');
    const failed = await made.drive();
    expect(failed.state).toBe('failed');
    expect(failed.blocked_by[0]?.remedy).toContain('A no is final for what was shown');
    const retry = { step: 'confirm', option: 'retry', reason: 'try again', by: lead };
    await expect(made.engine.decide('fixture-a', retry)).rejects.toMatchObject({
      code: 'precondition',
      rule: 'confirmation',
    });
    await expect(made.answer('given')).rejects.toMatchObject({ code: 'precondition', rule: 'confirmation' });
    expect((await made.drive()).state).toBe('failed');
    expect(made.world.sent).toEqual([]);
  });

  it('is not undone by entries that somebody writes after it', async () => {
    const made = await asked();
    await made.answer('declined');
    const journal = await made.journal();
    const plan = journal.state.steps.get('confirm')?.confirmation?.plan;
    const by = agentOf(PEOPLE.lead);
    const yes = { plan_hash: made.hash, by, how: 'elicitation' } as const;
    await journal.append({ kind: 'confirmation.given', step: 'confirm', data: yes });
    await journal.append({
      kind: 'confirmation.asked',
      step: 'confirm',
      data: { plan_hash: made.hash, plan },
    });
    await journal.append({ kind: 'confirmation.given', step: 'confirm', data: yes });
    await made.drive();
    for (const fact of [
      { kind: 'step.reopened', step: 'confirm', data: { attempt: 2, reason: 'again', by: 'policy' } },
      { kind: 'confirmation.asked', step: 'confirm', data: { plan_hash: made.hash, plan } },
      { kind: 'confirmation.given', step: 'confirm', data: yes },
      { kind: 'step.settled', step: 'confirm', data: { status: 'passed', cause: 'somebody says so' } },
    ] as const)
      await (await made.journal()).append(fact);
    expect((await made.drive()).state).toBe('failed');
    expect(made.world.sent).toEqual([]);
  });

  it('is asked again once what is shown has changed, and not when it changes back', async () => {
    const made = await asked();
    await made.answer('declined');
    await made.drive();
    await made.change(8);
    made.clock.forward(60_000);
    await made.drive();
    await made.engine.decide('fixture-a', {
      step: 'confirm',
      option: 'retry',
      reason: 'another value',
      by: lead,
    });
    const second = await made.drive();
    expect(second).toMatchObject({ state: 'needs_decision' });
    expect(second.plan_hash).not.toBe(made.hash);
    await made.change(7);
    expect((await made.drive()).state).toBe('failed');
    expect(made.world.sent).toEqual([]);
  });

  it('stands over a yes that came at the same time', async () => {
    const made = await asked();
    const other = await made.journal();
    await made.answer('given');
    const by = agentOf(PEOPLE.lead);
    const no = { plan_hash: made.hash, by, how: 'cli', reason: 'wrong item' } as const;
    await other.append({ kind: 'confirmation.declined', step: 'confirm', data: no });
    expect((await made.drive()).state).toBe('failed');
    expect(made.world.sent).toEqual([]);
  });
});

describe('the decision about a confirm step', () => {
  it('promise 17: is the same for the same journal, whenever it is made', async () => {
    const made = await asked();
    const { state } = await made.journal();
    const step = stepOf(state.opened.flow, 'confirm');
    if (step === undefined) throw new Error('no step');
    const { expressions } = made.engine.services;
    for (const now of [0, 1, made.clock.world, made.clock.world * 2]) {
      expect(confirmationHash(confirmationPlan(step, state, expressions))).toBe(made.hash);
      const { actions } = decide(state, { now, wall: now, gone: new Set() }, expressions);
      expect(actions).toEqual([]);
    }
  });

  it('promise 18: is bound to every field of what is shown and of the frame', async () => {
    const made = await asked();
    const { state } = await made.journal();
    const step = stepOf(state.opened.flow, 'confirm');
    if (step === undefined) throw new Error('no step');
    const plan = confirmationPlan(step, state, made.engine.services.expressions);
    const changed = [
      { ...plan, question: `${plan.question} ` },
      { ...plan, step: 'other' },
      { ...plan, shows: { ...plan.shows, value: 8 } },
      { ...plan, shows: { ...plan.shows, more: null } },
      { ...plan, shows: {} },
      ...Object.keys(plan.frame).map((field) => ({ ...plan, frame: { ...plan.frame, [field]: 'other' } })),
    ];
    const hashes = new Set(changed.map(confirmationHash));
    expect(hashes.size).toBe(changed.length);
    expect(hashes.has(made.hash)).toBe(false);
  });

  it('two drivers ask once, and an answer in between stands', async () => {
    const made = await fixture(FLOW);
    made.world.facts.set('look', { state: 'ready', value: 7 });
    const reports = await Promise.all([made.drive(), made.drive(), made.drive()]);
    const hash = reports[0]?.plan_hash ?? '';
    const late = await RunJournal.load('fixture-a', made.services);
    const plan = late.state.steps.get('confirm')?.confirmation?.plan;
    await made.engine.confirm('fixture-a', {
      step: 'confirm',
      plan: hash,
      verdict: 'given',
      by: lead,
      how: 'cli',
    });
    await late.append({ kind: 'confirmation.asked', step: 'confirm', data: { plan_hash: hash, plan } });
    await Promise.all([made.drive(), made.drive()]);
    expect(made.world.sent).toEqual(['thing:a']);
    const kinds = await made.kinds();
    expect(kinds.filter((kind) => kind === 'confirmation.given confirm')).toHaveLength(1);
  });

  it.each(['now > timestamp("2026-01-01T00:00:00Z")', 'attempt'])(
    'lint refuses a question about what passes: %s',
    async (text) => {
      const made = await fixture(FLOW);
      const flow = parseFlow(
        flowText(`
  confirm:
    confirm: { question: '"Go?"', shows: { at: '${text}' } }
`),
        'flow.yaml',
      );
      const { registry, expressions } = made.engine.services;
      expect(lintFlow(flow, registry, expressions, new Map([['fixture', flow]]))).toEqual([
        expect.objectContaining({ at: 'steps.confirm.confirm.shows.at' }),
      ]);
    },
  );
});
