import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { approvalServerWorld, ask, deliver, reportIn } from '../support/approval-server.ts';
import { memberOf, signedClick } from '../support/approval-world.ts';
import { connectModern } from './clients.ts';

const ID = 'ship-it-a';

async function asked(approvals: object = {}) {
  const world = await approvalServerWorld(approvals);
  const server = await world.serve();
  await using agent = await connectModern({ url: server.url });
  const begun = reportIn(
    (await agent.call('release_drive', { flow: 'ship-it', inputs: { item: 'a' } })).data,
  );
  expect(begun.state).toBe('needs_approval');
  const plan = { release_id: ID, step: 'agree', plan_hash: begun.plan_hash ?? '' };
  const click = async (who: string, more: object = {}) =>
    signedClick(
      { who: memberOf(who), value: plan, at: `1.${who.length}`, ...more },
      await world.outside.now(),
    );
  const status = async (url = server.url) => {
    await using reader = await connectModern({ url });
    return reportIn((await reader.call('release_status', { release_id: ID })).data);
  };
  const agree = async (url = server.url) => (await status(url)).steps.find(({ id }) => id === 'agree');
  const messages = async (kind: string) =>
    (await world.outside.effects('slack')).flatMap((one) =>
      one.kind === kind ? [String(one.data.text)] : [],
    );
  return { ...world, server, begun, plan, click, status, agree, messages };
}

describe('clicks in Slack, at a real server', () => {
  it('count, whatever name the tunnel has; the run goes on by itself, also after a restart', async () => {
    const made = await asked();
    // The server's own scheduler may be the one that asks in Slack.
    const remedy = async () => (await made.status()).blocked_by[0]?.remedy;
    await expect
      .poll(remedy, { timeout: 60_000 })
      .toMatch(/^sluice approve .*; or approve https:.*; or press Approve in Slack, channel C0RELEASES$/);
    const answer = await deliver(made.server.url, await made.click('ann'));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({
      response_type: 'ephemeral',
      replace_original: false,
      text: expect.stringContaining('You (ann@example.com) have approved plan'),
    });
    await expect
      .poll(() => made.messages('person_told'), { timeout: 60_000 })
      .toEqual([expect.stringContaining('have approved plan')]);
    await expect.poll(async () => (await made.agree())?.state, { timeout: 60_000 }).toBe('done');
    await made.server[Symbol.asyncDispose]();

    const again = await made.serve();
    await made.outside.forward('1h');
    await expect.poll(() => made.messages('message_posted'), { timeout: 60_000 }).toContain('shipped a');
    await expect.poll(() => made.status(again.url), { timeout: 60_000 }).toMatchObject({ state: 'done' });
    expect(await made.outside.unexpected()).toEqual([]);
  }, 240_000);

  it('that were forged change nothing, and say nothing of releases', async () => {
    const made = await asked();
    const real = await made.click('ann');
    const forgeries: [string, Parameters<typeof deliver>[1], Record<string, string>?][] = [
      [
        'another secret',
        signedClick({ who: memberOf('ann'), value: made.plan }, await made.outside.now(), 'guess'),
      ],
      ['another body', { ...real, body: Buffer.from(real.body.toString().replace('U0ANN', 'U0BOB')) }],
      [
        'an old one',
        signedClick({ who: memberOf('ann'), value: made.plan }, (await made.outside.now()) - 400_000),
      ],
      ['no signature', { ...real, signature: '' }],
      ['two signatures', { ...real, signature: `${real.signature}, ${real.signature}` }],
      ['another payload', await made.click('ann', { more: { type: 'view_submission' } })],
    ];
    for (const [what, request] of forgeries) {
      const answer = await deliver(made.server.url, request);
      expect(answer.status, what).toBe(401);
      expect(JSON.parse(answer.body)).toMatchObject({ error: { rule: expect.stringMatching(/^slack-/) } });
      expect(answer.body).not.toContain(ID);
    }
    expect(await made.agree()).toMatchObject({
      state: 'needs_approval',
      cause: '0 of 1 approvals by release-approver',
    });
    // Proven to be Slack's, and yet not theirs to give: said to the person alone.
    for (const who of ['lead', 'eve', 'stranger']) {
      const answer = await deliver(made.server.url, await made.click(who));
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body).text).toMatch(/^Not counted: /);
    }
    expect(await made.messages('person_told')).toHaveLength(3);
    expect((await made.agree())?.state).toBe('needs_approval');
    const once = await deliver(made.server.url, real);
    expect(JSON.parse(once.body).text).toContain('have approved');
    expect(JSON.parse((await deliver(made.server.url, real)).body).text).toContain('counted already');
  }, 240_000);

  it('are proven again before the effect: another signing secret after a restart', async () => {
    const made = await asked();
    await deliver(made.server.url, await made.click('ann'));
    await expect.poll(async () => (await made.agree())?.state, { timeout: 60_000 }).toBe('done');
    await made.server[Symbol.asyncDispose]();
    writeFileSync(made.secretFile, 'another secret');
    const again = await made.serve();
    await made.outside.forward('1h');
    await expect
      .poll(async () => (await made.agree(again.url))?.state, { timeout: 60_000 })
      .toBe('needs_approval');
    expect(await made.messages('message_posted')).not.toContain('shipped a');
  }, 240_000);

  it('have this one path alone: nothing else is reached under the name of a tunnel', async () => {
    const { server } = await asked();
    const foreign = { host: 'sluice.tunnel.example.com', 'content-type': 'application/json' };
    for (const path of [
      '/mcp',
      '/mcp/shipper',
      '/healthz',
      '/',
      '/slack',
      '/slack/actions/',
      '/slack/actions/x',
      '//slack/actions',
      '/SLACK/actions',
      '/slack%2Factions',
      '/mcp/../slack/actions',
      '/slack/actions/../../mcp',
    ]) {
      expect((await ask(server.url, { path, headers: foreign, body: '{}' })).status, path).toBe(403);
    }
    expect((await ask(server.url, { method: 'GET', headers: foreign })).status).toBe(405);
    const large = 'x'.repeat(262_145);
    expect((await ask(server.url, { headers: foreign, body: large })).status).toBe(413);
    expect((await ask(server.url, { headers: foreign, body: '' })).status).toBe(401);
  }, 240_000);
});

describe('without approvals.slack', () => {
  it('there is no such path, and the guard of the host stands', async () => {
    const world = await approvalServerWorld({ slack: undefined });
    const { url } = await world.serve();
    expect((await ask(url, { headers: { host: 'sluice.tunnel.example.com' } })).status).toBe(403);
    expect((await ask(url, {})).status).toBe(404);
  }, 30_000);

  it('nor at a server that only reads', async () => {
    const world = await approvalServerWorld();
    const { url } = await world.serve(['--persona', 'shipper', '--read-only']);
    expect((await ask(url, { headers: { host: 'sluice.tunnel.example.com' } })).status).toBe(403);
    expect((await ask(url, {})).status).toBe(404);
  }, 30_000);
});
