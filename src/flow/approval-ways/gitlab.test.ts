import { describe, expect, it } from 'vitest';
import {
  type ApprovalFixture,
  approvalFixture,
  approvalSandbox,
  approvalScenario,
} from '../../../test/support/approval-world.ts';
import { PEOPLE } from '../../../test/support/fixture-engine.ts';
import { heldFlow } from '../../../test/support/held-flows.ts';
import { Engine } from '../engine.ts';
import { stepOf } from '../graph.ts';
import { RunJournal } from '../run-journal.ts';
import { stepState } from '../state.ts';
import type { StepWork } from '../step-work.ts';
import { nextLookAt } from './decide-approval.ts';
import { assertStands, readStanding, type Standing } from './gitlab.ts';

const ID = 'fixture-a';

async function asked(quorum = 1, given: Parameters<typeof approvalFixture>[1] = {}) {
  const made = await approvalFixture(heldFlow(quorum), {
    settings: { slack: undefined },
    ...given,
  });
  made.world.facts.set('gate', { state: 'waiting', value: 0 });
  const report = await made.drive();
  expect(report.state).toBe('needs_approval');
  return { ...made, hash: report.plan_hash ?? '' };
}

/** A minute, and a look at what people have done meanwhile. */
async function look(made: ApprovalFixture, minutes = 1) {
  await made.outside.forward(`${minutes}m`);
  return await made.drive();
}

/** Opens what stands between the approval and the effect that it covers. */
async function go(made: ApprovalFixture) {
  made.world.facts.set('gate', { state: 'ready', value: 0 });
  return await look(made, 2);
}

const agree = async (made: ApprovalFixture) =>
  stepState((await RunJournal.load(ID, made.engine.services)).state, 'agree');
const ignored = async (made: ApprovalFixture) => Object((await agree(made)).result).ignored;
const causeOf = (report: { steps: { id: string; cause: string }[] }, id: string) =>
  report.steps.find((step) => step.id === id)?.cause;

let STANDING: Standing;
let once: ReturnType<typeof seen> | undefined;

/** One that was approved, and how it stood then. */
async function seen() {
  const made = await asked();
  await made.outside.approve('ann');
  await look(made);
  const journal = await RunJournal.load(ID, made.engine.services);
  const step = stepOf(journal.state.opened.flow, 'agree');
  if (step === undefined) throw new Error('no step');
  const work: StepWork = { step, journal, services: made.engine.services, signal: undefined };
  const standing = await readStanding(work, step);
  if (standing === null) throw new Error('no merge request');
  STANDING = standing;
  return { journal, work, step };
}

/** Only read: one is enough for all. */
function shared(): ReturnType<typeof seen> {
  once ??= seen();
  return once;
}

describe('an approval by a merge request', () => {
  it('is asked for once, named in the remedy, seen within a minute, and lets the effect through', async () => {
    const made = await asked();
    const report = await made.drive();
    const { web_url: url } = await made.outside.request();
    expect(report.next).toContain(`sluice approve ${ID} --step agree --plan ${made.hash}; or approve ${url}`);
    await made.outside.approve('ann');
    expect(await look(made)).toMatchObject({ state: 'waiting' });
    expect(causeOf(await made.drive(), 'agree')).toBe(`approved by ${PEOPLE.ann}`);
    expect(made.world.sent).toEqual([]);
    expect(await go(made)).toMatchObject({ state: 'done' });
    expect(made.world.sent).toEqual(['thing:a']);
    expect((await made.outside.effects('gitlab')).map(({ kind }) => kind)).toEqual([
      'commit_created',
      'merge_request_created',
      'merge_request_approved',
    ]);
    expect(await made.outside.unexpected()).toEqual([]);
  });

  it('promise 19: refuses who may not, whatever they press, and says why', async () => {
    const made = await asked();
    for (const who of ['lead', 'eve', 'stranger', 'helper-bot'] as const) await made.outside.approve(who);
    expect(await look(made)).toMatchObject({ state: 'needs_approval' });
    expect(await ignored(made)).toEqual([
      expect.objectContaining({ account: 'lead', rule: 'separation-of-duties' }),
      expect.objectContaining({ account: 'eve', rule: 'approval-role' }),
      expect.objectContaining({ account: 'stranger', rule: 'approval-account' }),
      expect.objectContaining({ account: 'helper-bot', rule: 'approval-agent' }),
    ]);
    expect(await made.kinds()).not.toContain('approval.witnessed agree');
    await go(made);
    expect(made.world.sent).toEqual([]);
  });

  it('promise 19: never counts for the account that asks, nor for a bot that is somebody’s', async () => {
    const people = { [PEOPLE.ann]: { gitlab: 'sluice' }, [PEOPLE.bob]: { gitlab: 'helper-bot' } };
    const made = await asked(1, { settings: { slack: undefined, people } });
    // The engine's own token, in the hands of whoever has a shell.
    const { sandbox } = made.outside;
    const { readFileSync } = await import('node:fs');
    const token = readFileSync(`${sandbox.dir}/secrets/gitlab-token`, 'utf8').trim();
    const path = `${sandbox.url}/gitlab/api/v4/projects/1/merge_requests/1/approve`;
    const answer = await fetch(path, { method: 'POST', headers: { 'private-token': token } });
    expect(answer.status).toBe(201);
    await made.outside.approve('helper-bot');
    await look(made);
    expect(await ignored(made)).toEqual([
      expect.objectContaining({ account: 'sluice', rule: 'approval-agent' }),
      expect.objectContaining({ account: 'helper-bot', rule: 'approval-agent' }),
    ]);
  });

  it('promise 19: is not the requester’s by their account either', async () => {
    const made = await asked(1, {
      settings: {
        slack: undefined,
        people: { [PEOPLE.bob]: { gitlab: 'bob' }, [PEOPLE.ann]: { gitlab: 'ann' } },
      },
    });
    // The same release, asked for by somebody who is known here by the name of their account.
    const { state } = await RunJournal.load(ID, made.engine.services);
    expect(state.opened.requester.id).toBe(PEOPLE.lead);
    const other = await approvalFixture(heldFlow(), {
      outside: made.outside,
      settings: { slack: undefined },
    });
    await other.engine.drive(
      { flow: 'fixture', inputs: { item: 'b' } },
      { requester: { id: 'Bob', face: 'mcp', agent: 'x/1' } },
    );
    await made.outside.approve('bob', 2);
    await made.outside.forward('1m');
    await other.engine.drive({ release_id: 'fixture-b' });
    const own = stepState((await RunJournal.load('fixture-b', other.engine.services)).state, 'agree');
    expect(Object(own.result).ignored).toMatchObject([{ account: 'bob', rule: 'separation-of-duties' }]);
  });

  it('by the number of an account outlives a renaming, and nobody can take the name', async () => {
    const people = { [PEOPLE.ann]: { gitlab: 10 }, [PEOPLE.bob]: { gitlab: 'bob' } };
    const made = await asked(1, { settings: { slack: undefined, people } });
    await made.outside.approve('ann');
    expect(causeOf(await look(made), 'agree')).toBe(`approved by ${PEOPLE.ann}`);
  });

  it('that was taken back before there were enough is not counted any more', async () => {
    const made = await asked(2);
    await made.outside.approve('ann');
    expect(causeOf(await look(made), 'agree')).toBe('1 of 2 approvals by approver');
    await made.outside.withdraw('ann');
    expect(causeOf(await look(made), 'agree')).toBe('0 of 2 approvals by approver');
    expect(await made.kinds()).toContain('approval.withdrawn agree');
  });

  it('promise 21: is declined for good by who closes it with a comment', async () => {
    const made = await asked();
    await made.outside.comment('ann', 'Not on a Friday.');
    await made.outside.close('ann');
    const report = await look(made);
    expect(report).toMatchObject({
      state: 'failed',
      blocked_by: [{ step: 'agree', cause: `declined by ${PEOPLE.ann}: Not on a Friday.` }],
    });
    await made.outside.reopen('ann');
    await made.outside.approve('bob');
    await made.engine.decide(ID, {
      step: 'agree',
      option: 'retry',
      reason: 'try again',
      by: { id: PEOPLE.lead, face: 'cli' },
    });
    expect(await look(made)).toMatchObject({ state: 'failed' });
  });

  it.each(['eve', 'lead', 'helper-bot'] as const)('is merely closed, not declined, by %s', async (who) => {
    const made = await asked();
    await made.outside.comment(who, 'no');
    await made.outside.close(who);
    expect(await look(made)).toMatchObject({ state: 'needs_approval' });
    expect(await ignored(made)).toMatchObject([{ rule: 'approval-gitlab-closed' }]);
    await made.outside.reopen('ann');
    await made.outside.approve('ann');
    expect(causeOf(await look(made, 2), 'agree')).toBe(`approved by ${PEOPLE.ann}`);
  });

  it('of something else that was pushed there is of something else', async () => {
    const made = await asked();
    const file = `approvals/${ID}/agree/${made.hash}.json`;
    await made.outside.push('eve', file, '{}');
    await made.outside.approve('ann');
    await look(made);
    expect(await ignored(made)).toMatchObject([{ rule: 'approval-gitlab-pushed' }]);
    expect(await made.kinds()).not.toContain('approval.witnessed agree');
  });

  it.each<[string, string, (standing: Standing) => unknown]>([
    ['stands', '', () => undefined],
    ['stands in a merged one', '', (standing) => Object.assign(standing, { state: 'merged' })],
    ['is of one that was closed', 'approval-gitlab-closed', (one) => Object.assign(one, { state: 'closed' })],
    ['is of another head', 'approval-gitlab-pushed', (one) => Object.assign(one, { head: 'f'.repeat(40) })],
    ['is of no head', 'approval-gitlab-pushed', (one) => Object.assign(one, { head: null })],
    [
      'was pushed over and back, and is from before that',
      'approval-gitlab-time',
      ({ version }) => Object.assign(version ?? {}, { id: 9999, at: '2026-06-25T12:00:01Z' }),
    ],
    [
      'was pushed over while it was read',
      'approval-gitlab-pushed',
      ({ version }) => Object.assign(version ?? {}, { head: 'f'.repeat(40) }),
    ],
    ['has no versions', 'approval-gitlab-pushed', (one) => Object.assign(one, { version: null })],
    ['is of another file', 'approval-gitlab-plan', (one) => Object.assign(one, { holds_plan: false })],
    [
      'is of a time that nobody knows',
      'approval-gitlab-time',
      ({ approved_by }) => Object.assign(approved_by[0] ?? {}, { at: null }),
    ],
    [
      'is of a time that is none',
      'approval-gitlab-time',
      ({ approved_by }) => Object.assign(approved_by[0] ?? {}, { at: 'yesterday' }),
    ],
    [
      'was taken back',
      'approval-gitlab-withdrawn',
      (standing) => Object.assign(standing, { approved_by: [] }),
    ],
    [
      'is under the same name by another account',
      'approval-gitlab-withdrawn',
      ({ approved_by }) => Object.assign(approved_by[0] ?? {}, { id: 999 }),
    ],
    [
      'is by an account that was renamed',
      'approval-account',
      ({ approved_by }) => Object.assign(approved_by[0] ?? {}, { username: 'ann-old' }),
    ],
    ['is a bot’s', 'approval-agent', ({ approved_by }) => Object.assign(approved_by[0] ?? {}, { bot: true })],
    [
      'is by who opened it',
      'approval-agent',
      ({ author, approved_by }) => Object.assign(author, { id: approved_by[0]?.id }),
    ],
  ])('that %s: %s', async (_what, rule, change) => {
    const { journal, work, step } = await shared();
    const standing = structuredClone(STANDING);
    change(standing);
    const [given] = stepState(journal.state, 'agree').approvals;
    if (given?.way !== 'gitlab') throw new Error('nobody approved');
    const judged = () => assertStands(work, step, standing, given);
    if (rule === '') expect(judged()).toBe(PEOPLE.ann);
    else expect(judged).toThrow(expect.objectContaining({ code: 'forbidden', rule }));
  });

  it('counts by GitLab’s own notes where its list tells no times', async () => {
    const outside = await approvalSandbox(approvalScenario({ approval_times: false }));
    const made = await asked(1, { outside });
    await outside.approve('ann');
    expect(causeOf(await look(made), 'agree')).toBe(`approved by ${PEOPLE.ann}`);
  });
});

describe('promise 18: before each effect GitLab is asked again', () => {
  const approved = async () => {
    const made = await asked();
    await made.outside.approve('ann');
    await look(made);
    expect(causeOf(await made.drive(), 'agree')).toBe(`approved by ${PEOPLE.ann}`);
    return made;
  };
  const whyStaled = async (made: ApprovalFixture) => {
    const entries = await made.store.entries(ID);
    return entries.flatMap(({ kind, data }) => (kind === 'approval.staled' ? [String(data.why)] : []));
  };

  it('and an approval that was taken back is stale', async () => {
    const made = await approved();
    await made.outside.withdraw('ann');
    expect((await go(made)).state).toBe('needs_approval');
    expect(made.world.sent).toEqual([]);
    expect(await whyStaled(made)).toEqual([
      expect.stringContaining(`${PEOPLE.ann} has withdrawn the approval of !1.`),
    ]);
    // The same plan is asked for by the same merge request; a new approval of it counts.
    await made.outside.approve('bob');
    expect(await look(made, 15)).toMatchObject({ state: 'done' });
    expect(
      (await made.outside.effects('gitlab')).filter(({ kind }) => kind.endsWith('created')),
    ).toHaveLength(2);
  });

  it('and a merge request that was closed is void', async () => {
    const made = await approved();
    await made.outside.close('bob');
    expect((await go(made)).state).toBe('needs_approval');
    expect(await whyStaled(made)).toEqual([expect.stringContaining('!1 was closed.')]);
    const [blocker] = (await made.drive()).blocked_by;
    expect(blocker?.remedy).toMatch(/GitLab could not be asked yet \(.*was closed: reopen it/);
    expect(made.world.sent).toEqual([]);
  });

  it('and so is one that was pushed over, also by a commit that changes nothing of the plan', async () => {
    const made = await approved();
    await made.outside.push('eve', 'README.md', 'harmless\n');
    expect((await go(made)).state).toBe('needs_approval');
    expect(await whyStaled(made)).toEqual([
      expect.stringContaining("Another commit than the plan's was pushed to !1."),
    ]);
    expect(made.world.sent).toEqual([]);
  });

  it('and so is an approver who lost the role, or the account', async () => {
    const made = await approved();
    const { services } = made.engine;
    services.approvals = { ...services.approvals, people: {} };
    expect((await go(made)).state).toBe('needs_approval');
    expect(await whyStaled(made)).toEqual([expect.stringContaining('account ann is nobody’s')]);
  });

  it('and nothing is sent while it cannot be asked: blocked, not passed and not stale', async () => {
    const made = await approved();
    await made.outside.fault({ system: 'gitlab', fault: '500', times: 100 });
    const report = await go(made);
    expect(report).toMatchObject({ state: 'blocked', blocked_by: [{ step: 'ship' }] });
    expect(causeOf(report, 'ship')).toContain('cannot be read now (upstream');
    expect(made.world.sent).toEqual([]);
    expect(await made.kinds()).not.toContain('approval.staled agree');
    await fetch(`${made.outside.sandbox.control}/faults`, { method: 'DELETE' });
    expect(await look(made, 15)).toMatchObject({ state: 'done' });
    expect(made.world.sent).toEqual(['thing:a']);
  });

  it('also after a restart', async () => {
    const made = await approved();
    const again = await Engine.create({ ...made.engine.services });
    await made.outside.withdraw('ann');
    made.world.facts.set('gate', { state: 'ready', value: 0 });
    await made.outside.forward('2m');
    expect(await again.drive({ release_id: ID })).toMatchObject({ state: 'needs_approval' });
    expect(made.world.sent).toEqual([]);
  });

  it('and a row in the journal that nobody gave counts for nothing', async () => {
    const made = await asked();
    const journal = await RunJournal.load(ID, made.engine.services);
    const evidence = {
      project: 'group/approvals',
      iid: 1,
      url: 'x',
      head: (await made.outside.request()).sha,
      version: 4000,
      account: { id: 10, username: 'ann' },
      approved_at: '2026-06-25T12:00:00Z',
    };
    const data = { way: 'gitlab' as const, by: PEOPLE.ann, plan_hash: made.hash, evidence };
    await journal.append({ kind: 'approval.witnessed', step: 'agree', data });
    expect((await made.drive()).state).toBe('needs_approval');
    expect(await whyStaled(made)).toEqual([expect.stringContaining('has withdrawn')]);
  });
});

describe('while GitLab is down', () => {
  it('the step goes on asking for a signature, and asks GitLab later', async () => {
    const outside = await approvalSandbox();
    await outside.fault({ system: 'gitlab', fault: '500', times: 100 });
    const made = await asked(1, { outside });
    const [blocker] = (await made.drive()).blocked_by;
    expect(blocker?.remedy).toMatch(/^sluice approve .*; GitLab could not be asked yet \(upstream: /);
    await made.engine.approve(ID, {
      step: 'agree',
      plan: made.hash,
      keyFile: made.keys.file('ann'),
      verdict: 'approve',
    });
    expect(causeOf(await made.drive(), 'agree')).toBe(`approved by ${PEOPLE.ann}`);
  });

  it('asks as soon as it is there again', async () => {
    const outside = await approvalSandbox();
    await outside.fault({ system: 'gitlab', fault: '500', times: 100 });
    const made = await asked(1, { outside });
    await fetch(`${outside.sandbox.control}/faults`, { method: 'DELETE' });
    await look(made);
    expect(await outside.request()).toMatchObject({ state: 'opened' });
  });

  it('a quorum that GitLab is part of waits, and a signature is enough without it', async () => {
    const made = await asked(2);
    await made.outside.approve('ann');
    await look(made);
    await made.outside.fault({ system: 'gitlab', fault: '500', times: 1000 });
    const sign = async (who: 'ann' | 'bob') =>
      await made.engine.approve(ID, {
        step: 'agree',
        plan: made.hash,
        keyFile: made.keys.file(who),
        verdict: 'approve',
      });
    await sign('bob');
    const waiting = await made.drive();
    expect(waiting).toMatchObject({ state: 'blocked', blocked_by: [{ step: 'agree' }] });
    // Asked once, and not over and over at the same moment.
    expect((await made.kinds()).filter((kind) => kind === 'step.looked agree').length).toBeLessThan(4);
    await made.outside.forward('1m');
    await sign('ann');
    expect(causeOf(await look(made), 'agree')).toBe(`approved by ${PEOPLE.bob} and ${PEOPLE.ann}`);
  });
});

describe('promise 10: waiting for an approval', () => {
  it('looks every minute at first, and at least every quarter of an hour, for as long as it takes', () => {
    const begin = Date.parse('2026-06-25T12:00:00Z');
    const looks: number[] = [];
    for (let now = begin; now < begin + 14 * 86_400_000; now = nextLookAt({ at: begin }, now))
      looks.push(now);
    const pauses = looks.slice(1).map((at, i) => (at - (looks[i] ?? 0)) / 60_000);
    expect(pauses.slice(0, 10)).toEqual(Array(10).fill(1));
    expect(Math.max(...pauses)).toBe(15);
    expect(looks.length).toBeLessThan(1_400);
  });
});
