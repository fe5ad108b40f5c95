import { describe, expect, it } from 'vitest';
import {
  type ApprovalFixture,
  approvalFixture,
  memberOf,
  type Name,
  SECRET,
  signedClick,
} from '../../../test/support/approval-world.ts';
import { PEOPLE } from '../../../test/support/fixture-engine.ts';
import { heldFlow } from '../../../test/support/held-flows.ts';
import { Engine } from '../engine.ts';
import { RunJournal } from '../run-journal.ts';

const ID = 'fixture-a';

async function asked(quorum = 1, settings: object = { gitlab: undefined }) {
  const made = await approvalFixture(heldFlow(quorum), { settings });
  made.world.facts.set('gate', { state: 'waiting', value: 0 });
  const report = await made.drive();
  expect(report.state).toBe('needs_approval');
  const plan_hash = report.plan_hash ?? '';
  return { ...made, hash: plan_hash, plan: { release_id: ID, step: 'agree', plan_hash } };
}

const causeOf = (report: { steps: { id: string; cause: string }[] }) =>
  report.steps.find(({ id }) => id === 'agree')?.cause;

async function go(made: ApprovalFixture) {
  made.world.facts.set('gate', { state: 'ready', value: 0 });
  await made.outside.forward('2m');
  return await made.drive();
}

describe('an approval by a click in Slack', () => {
  it('is asked for by one message whose buttons mean this plan', async () => {
    const made = await asked();
    const report = await made.drive();
    expect(report.next).toContain('; or press Approve in Slack, channel C0RELEASES');
    const posted = (await made.outside.effects('slack')).filter(({ kind }) => kind === 'message_posted');
    expect(posted).toHaveLength(1);
    expect(posted[0]?.data.text).toContain(`approval of plan ${made.hash.slice(0, 12)}`);
    const { sandbox } = made.outside;
    const { readFileSync } = await import('node:fs');
    const token = readFileSync(`${sandbox.dir}/secrets/slack-token`, 'utf8').trim();
    const answer = await fetch(`${sandbox.url}/slack/api/conversations.history?channel=C0RELEASES`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { blocks } = Object(await answer.json()).messages[0];
    expect(blocks[1].elements).toMatchObject([
      { action_id: 'sluice_approve', value: JSON.stringify(made.plan) },
      { action_id: 'sluice_decline', value: JSON.stringify(made.plan) },
    ]);
    expect(await made.outside.unexpected()).toEqual([]);
  });

  it('counts, makes the run due, and lets the effect through', async () => {
    const made = await asked();
    expect(await made.press('ann', made.plan)).toMatchObject({
      said: expect.stringContaining(`You (${PEOPLE.ann}) have approved plan`),
      rule: null,
    });
    expect(await made.engine.due()).toMatchObject([{ id: ID }]);
    expect(causeOf(await made.drive())).toBe(`approved by ${PEOPLE.ann}`);
    expect(await go(made)).toMatchObject({ state: 'done' });
    expect(made.world.sent).toEqual(['thing:a']);
  });

  it('promise 21: is declined for good by the other button', async () => {
    const made = await asked();
    await made.press('ann', made.plan, { action: 'sluice_decline' });
    expect(await made.press('bob', made.plan)).toMatchObject({ rule: 'approval-closed' });
    expect(await made.drive()).toMatchObject({
      state: 'failed',
      blocked_by: [{ cause: `declined by ${PEOPLE.ann}: declined in Slack` }],
    });
    expect(made.world.sent).toEqual([]);
  });

  it.each<[Name, string]>([
    ['lead', 'separation-of-duties'],
    ['eve', 'approval-role'],
    ['stranger', 'approval-account'],
    ['helper-bot', 'approval-account'],
  ])('promise 19: is not %s’s to give (%s)', async (who, rule) => {
    const made = await asked();
    for (const action of ['sluice_approve', 'sluice_decline']) {
      const { said, rule: refused } = await made.press(who, made.plan, { action });
      expect(refused).toBe(rule);
      expect(said).toMatch(/^Not counted: /);
    }
    expect(await made.kinds()).not.toContain('approval.witnessed agree');
    expect(await made.kinds()).not.toContain('approval.declined agree');
    expect((await made.drive()).state).toBe('needs_approval');
  });

  it.each<[string, string, object]>([
    ['another plan', 'approval-binding', { plan_hash: 'f'.repeat(64) }],
    ['another release', 'approval-binding', { release_id: 'fixture-b' }],
    ['another step', 'approval-binding', { step: 'ship' }],
    ['a step that is not there', 'approval-binding', { step: 'nowhere' }],
  ])('of %s counts for nothing (%s)', async (_what, rule, change) => {
    const made = await asked();
    expect(await made.press('ann', { ...made.plan, ...change })).toMatchObject({ rule });
    expect(await made.kinds()).not.toContain('approval.witnessed agree');
  });

  it('that comes late counts for nothing', async () => {
    const made = await asked();
    await made.press('ann', made.plan);
    await made.drive();
    expect(await made.press('bob', made.plan)).toMatchObject({ rule: 'approval-closed' });
    await made.engine.cancel(ID, { reason: 'no more', by: { id: PEOPLE.lead, face: 'cli' } });
    expect(await made.press('bob', made.plan, { at: '2.2' })).toMatchObject({ rule: 'approval-closed' });
  });
});

describe('what Slack did not send', () => {
  it.each<[string, string, (request: ReturnType<typeof signedClick>) => object]>([
    [
      'signed with another secret',
      'slack-signature',
      ({ body, timestamp }) => ({ body, timestamp, signature: `v0=${'a'.repeat(64)}` }),
    ],
    ['not signed', 'slack-signature', () => ({ signature: '' })],
    [
      'signed by another version',
      'slack-signature',
      ({ signature }) => ({ signature: signature.replace('v0', 'v1') }),
    ],
    ['changed by a byte', 'slack-signature', ({ body }) => ({ body: Buffer.from(`${body.toString()}&x=1`) })],
    [
      'given another time',
      'slack-signature',
      ({ timestamp }) => ({ timestamp: String(Number(timestamp) + 1) }),
    ],
    ['given a time that is none', 'slack-signature', () => ({ timestamp: 'now' })],
    ['given no time', 'slack-signature', () => ({ timestamp: '' })],
  ])('%s is refused (%s)', async (_what, rule, change) => {
    const made = await asked();
    const request = signedClick({ who: memberOf('ann'), value: made.plan }, await made.outside.now());
    const forged = { ...request, ...change(request) };
    await expect(made.engine.answerFromSlack(forged)).rejects.toMatchObject({ code: 'forbidden', rule });
    expect(await made.kinds()).not.toContain('approval.witnessed agree');
  });

  it.each([301, -301, 86_400])('%d seconds off is refused', async (seconds) => {
    const made = await asked();
    const then = (await made.outside.now()) - seconds * 1_000;
    const old = signedClick({ who: memberOf('ann'), value: made.plan }, then);
    await expect(made.engine.answerFromSlack(old)).rejects.toMatchObject({ rule: 'slack-timestamp' });
    const fresh = signedClick(
      { who: memberOf('ann'), value: made.plan },
      then + Math.sign(seconds) * (Math.abs(seconds) - 299) * 1_000,
    );
    expect(await made.engine.answerFromSlack(fresh)).toMatchObject({ rule: null });
  });

  it.each<[string, object]>([
    ['a view', { more: { type: 'view_submission' } }],
    ['a message shortcut', { more: { type: 'message_action' } }],
    ['two actions at once', { more: { actions: [{}, {}] } }],
    ['no action', { more: { actions: [] } }],
    ['another button', { action: 'launch' }],
    ['no user', { more: { user: undefined } }],
    ['a value that is no JSON', { value: 'approve' }],
    ['a value with more in it', { value: { release_id: ID, step: 'agree', plan_hash: 'x', quorum: 0 } }],
    ['a time that is none', { at: 'later' }],
  ])('as %s is refused, though it is signed', async (_what, more) => {
    const made = await asked();
    await expect(made.press('ann', made.plan, more)).rejects.toMatchObject({ rule: 'slack-payload' });
    expect(await made.kinds()).not.toContain('approval.witnessed agree');
  });

  it('or sent twice, is a copy, also when it has gone stale meanwhile', async () => {
    const made = await asked();
    const request = signedClick({ who: memberOf('ann'), value: made.plan }, await made.outside.now());
    expect(await made.engine.answerFromSlack(request)).toMatchObject({ rule: null });
    expect(await made.engine.answerFromSlack(request)).toMatchObject({ rule: 'slack-replay' });
    const { services } = made.engine;
    const { people } = services.approvals;
    services.approvals = { ...services.approvals, people: {} };
    expect((await made.drive()).plan_hash).toBe(made.hash);
    expect(await made.kinds()).toContain('approval.staled agree');
    services.approvals = { ...services.approvals, people: people ?? {} };
    expect(await made.engine.answerFromSlack(request)).toMatchObject({ rule: 'slack-replay' });
    expect(await made.drive()).toMatchObject({ state: 'needs_approval' });
  });

  it('two copies at the same moment count once', async () => {
    const made = await asked();
    const request = signedClick({ who: memberOf('ann'), value: made.plan }, await made.outside.now());
    const answers = await Promise.all([1, 2, 3].map(() => made.engine.answerFromSlack(request)));
    expect(answers.filter(({ rule }) => rule === null)).toHaveLength(1);
    expect((await made.kinds()).filter((kind) => kind === 'approval.witnessed agree')).toHaveLength(1);
  });

  it('is refused where Slack is not configured', async () => {
    const made = await asked(1, { gitlab: undefined, slack: undefined });
    await expect(made.press('ann', made.plan)).rejects.toMatchObject({ rule: 'slack-off' });
  });
});

describe('promise 18: before each effect a click is proven again', () => {
  const approved = async () => {
    const made = await asked();
    await made.press('ann', made.plan);
    expect(causeOf(await made.drive())).toBe(`approved by ${PEOPLE.ann}`);
    return made;
  };

  it.each<[string, object]>([
    [
      'the signing secret was changed',
      { slack: { channel: 'releases', signingSecret: async () => 'another' } },
    ],
    ['Slack is not configured any more', { slack: undefined }],
    ['the account is nobody’s any more', { people: {} }],
    ['the person lost the role', { roles: { approver: [PEOPLE.bob] } }],
  ])('and is stale when %s', async (_what, change) => {
    const made = await approved();
    const { services } = made.engine;
    services.approvals = { ...services.approvals, ...change };
    expect((await go(made)).state).toBe('needs_approval');
    expect(made.world.sent).toEqual([]);
  });

  it('and nothing is sent while the secret cannot be read', async () => {
    const made = await approved();
    const { services } = made.engine;
    const { slack } = services.approvals;
    const broken = async () => Promise.reject(new Error('the vault is closed'));
    services.approvals = { ...services.approvals, slack: { channel: 'releases', signingSecret: broken } };
    expect(await go(made)).toMatchObject({ state: 'blocked' });
    services.approvals = { ...services.approvals, slack };
    await made.outside.forward('15m');
    expect(await made.drive()).toMatchObject({ state: 'done' });
  });

  it('also after a restart', async () => {
    const made = await approved();
    const again = await Engine.create({ ...made.engine.services });
    made.world.facts.set('gate', { state: 'ready', value: 0 });
    await made.outside.forward('2m');
    expect(await again.drive({ release_id: ID })).toMatchObject({ state: 'done' });
  });

  it.each<[string, object]>([
    ['another signature', { signature: `v0=${'0'.repeat(64)}` }],
    ['another time', { timestamp: '1782388801' }],
    ['another body', { sealed_body: Buffer.alloc(64).toString('base64') }],
    ['another user', { user: memberOf('bob') }],
    ['nothing in it', { timestamp: '', signature: '', sealed_body: '', user: '', action_ts: '' }],
  ])('and a row in the journal with %s counts for nothing', async (_what, change) => {
    const made = await asked();
    const other = await asked();
    await other.press('ann', made.plan);
    const given = (await RunJournal.load(ID, other.engine.services)).state.steps.get('agree')?.approvals[0];
    if (given?.way !== 'slack') throw new Error('nobody approved');
    const journal = await RunJournal.load(ID, made.engine.services);
    const evidence = { ...given.evidence, ...change };
    const data = { way: 'slack' as const, by: PEOPLE.ann, plan_hash: made.hash, evidence };
    await journal.append({ kind: 'approval.witnessed', step: 'agree', data });
    expect((await made.drive()).state).toBe('needs_approval');
    expect(await made.kinds()).toContain('approval.staled agree');
  });

  it('an old click that is put into the journal much later counts for nothing', async () => {
    const made = await asked();
    const other = await asked();
    await other.press('ann', made.plan);
    const given = (await RunJournal.load(ID, other.engine.services)).state.steps.get('agree')?.approvals[0];
    if (given?.way !== 'slack') throw new Error('nobody approved');
    await made.outside.forward('20m');
    const journal = await RunJournal.load(ID, made.engine.services);
    const data = { way: 'slack' as const, by: PEOPLE.ann, plan_hash: made.hash, evidence: given.evidence };
    await journal.append({ kind: 'approval.witnessed', step: 'agree', data });
    expect((await made.drive()).state).toBe('needs_approval');
  });

  it('keeps no token and no address to answer to in the clear', async () => {
    const made = await approved();
    const entries = await made.store.entries(ID);
    const digests = JSON.stringify(entries).match(/sha256:[0-9a-f]{64}/g) ?? [];
    const all = JSON.stringify([entries, [...(await made.store.payloads([...new Set(digests)])).values()]]);
    expect(all).toContain('sealed_body');
    for (const secret of ['hooks.slack.com', 'secret-address', 'the-old-verification-token', SECRET]) {
      expect(all).not.toContain(secret);
      expect(all).not.toContain(Buffer.from(secret).toString('base64').slice(2, -4));
    }
  });
});

describe('promise 19: a quorum over several ways', () => {
  it('is of people: one of them by two ways counts once', async () => {
    const made = await asked(2, {});
    await made.outside.approve('ann');
    await made.press('ann', made.plan);
    const sign = async (who: 'ann' | 'bob') =>
      await made.engine.approve(ID, {
        step: 'agree',
        plan: made.hash,
        keyFile: made.keys.file(who),
        verdict: 'approve',
      });
    await sign('ann');
    await made.outside.forward('1m');
    expect(causeOf(await made.drive())).toBe('1 of 2 approvals by approver');
    await sign('bob');
    expect(causeOf(await made.drive())).toBe(`approved by ${PEOPLE.ann} and ${PEOPLE.bob}`);
    expect(await go(made)).toMatchObject({ state: 'done' });
  });

  it('mixes a signature, a click and a merge request', async () => {
    const roles = { approver: [PEOPLE.ann, PEOPLE.bob, PEOPLE.eve] };
    const made = await asked(3, { roles });
    await made.outside.approve('ann');
    await made.press('bob', made.plan);
    await made.engine.approve(ID, {
      step: 'agree',
      plan: made.hash,
      keyFile: made.keys.file('eve'),
      verdict: 'approve',
    });
    await made.outside.forward('1m');
    await made.drive();
    const { explained } = await made.engine.explain(ID, 'agree');
    expect(explained[0]?.approvals?.map(({ by, way }) => `${way} ${by}`).sort()).toEqual([
      `gitlab ${PEOPLE.ann}`,
      `slack ${PEOPLE.bob}`,
      `ssh ${PEOPLE.eve}`,
    ]);
    expect(await go(made)).toMatchObject({ state: 'done' });
    expect(made.world.sent).toEqual(['thing:a']);
  });

  it('counts an alias as the person, also when the account is the alias’s', async () => {
    const people = { 'ann.other@example.com': { slack: memberOf('ann') }, [PEOPLE.ann]: { gitlab: 'ann' } };
    const made = await asked(2, { people });
    await made.press('ann', made.plan);
    await made.outside.approve('ann');
    await made.outside.forward('1m');
    expect(causeOf(await made.drive())).toBe('1 of 2 approvals by approver');
  });
});
