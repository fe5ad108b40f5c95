import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { ASK_FIRST } from './ask-first.ts';
import { connectByHand, type HandClient, type Place, type Retry, type Round } from './clients.ts';
import { type HttpServer, startHttp, startWorld, type World } from './world.ts';

const YES = { confirm: { action: 'accept', content: { confirm: true } } };

describe.each(['stdio', 'http'])('promise 22: over %s, a state that is brought back', (face) => {
  let world: World;
  let server: HttpServer | undefined;
  let place: Place;
  let client: HandClient;
  const driving = (item: string) => ({ flow: 'ask-first', inputs: { item } });
  const retry = async (item: string, requestState: string, more: Retry = { inputResponses: YES }) =>
    await client.call('release_drive', driving(item), { requestState, ...more });
  const asked = async (item: string, by = client) =>
    questionOf(await by.call('release_drive', driving(item)));
  const told = async (path: string) => Object(await (await fetch(`${world.sandbox.control}/${path}`)).json());
  const effects = async () => JSON.stringify((await told('effects')).effects);
  const entries = async () => {
    const store = await openSqliteStore(world.home);
    const rows = await store.list();
    const all = await Promise.all(rows.map(async ({ id }) => await store.entries(id)));
    await store.close();
    return all.flat().length;
  };
  /** The call is answered with -32602, and neither a journal nor the world knows of it. */
  const refused = async (call: () => Promise<unknown>) => {
    const before = [await effects(), await entries()];
    const error = await call().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: -32602,
      message: expect.stringContaining('Invalid or expired requestState'),
    });
    expect([await effects(), await entries()]).toEqual(before);
  };

  beforeAll(async () => {
    world = await startWorld({ skill: ASK_FIRST });
    world.env.SLUICE_LOG = 'warn';
    const args = ['--persona', 'ask-first', '--surface', 'full'];
    server = face === 'http' ? await startHttp(world, args) : undefined;
    place = server === undefined ? { world, args } : { url: server.url };
    client = await connectByHand(place);
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  it('with the answer, once, lets the flow go on; a second time it is refused', async () => {
    const { state, requests } = await asked('once');
    expect(requests).toMatchObject({
      confirm: {
        method: 'elicitation/create',
        params: { requestedSchema: { properties: { confirm: { type: 'boolean' } }, required: ['confirm'] } },
      },
    });
    expect(await retry('once', state)).toMatchObject({ asked: undefined, data: { state: 'done' } });
    await refused(() => retry('once', state));
    if (server !== undefined)
      expect(server.said()).toMatch(/"why":"replayed".*a state that came back is refused/);
    const key = join(world.home, 'confirm.key');
    expect([statSync(key).mode & 0o777, readFileSync(key).length]).toEqual([0o600, 32]);
  });

  it('says nothing that a client could use, and names what it is for', async () => {
    const { state } = await asked('named');
    const body: unknown = JSON.parse(Buffer.from(state.split('.')[1] ?? '', 'base64url').toString());
    expect(body).toMatchObject({
      release: 'ask-first-named',
      step: 'confirm',
      plan: expect.stringMatching(/^[0-9a-f]{64}$/),
      principal: 'rl@example.com',
      nonce: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('tampered with is refused', async () => {
    const { state } = await asked('tampered');
    const [version, body = '', mac] = state.split('.');
    const payload: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
    const other = { ...Object(payload), plan: 'f'.repeat(64) };
    const forged = Buffer.from(JSON.stringify(other)).toString('base64url');
    const broken = [
      `${version}.${forged}.${mac}`,
      state.slice(0, -1),
      `${state}A`,
      state.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      state.toUpperCase(),
      '',
      'v1..',
      forged,
    ];
    for (const one of broken) await refused(() => retry('tampered', one));
    expect(await retry('tampered', state)).toMatchObject({ data: { state: 'done' } });
  });

  it('of another release, another call or another tool is refused', async () => {
    await asked('theirs');
    const calls: [string, Record<string, unknown>][] = [
      ['release_drive', driving('theirs')],
      ['release_drive', { release_id: 'ask-first-theirs' }],
      ['release_drive', { ...driving('mine'), wait_seconds: 10 }],
      ['release_cancel', { release_id: 'ask-first-mine', reason: 'enough' }],
      ['tool_call', { tool: 'release_drive', arguments: driving('mine') }],
      ['jira_add_labels', { key: 'ART-21265', labels: ['a'] }],
      ['release_status', { release_id: 'ask-first-mine' }],
    ];
    for (const [name, args] of calls) {
      const { state } = await asked('mine');
      await refused(() => client.call(name, args, { requestState: state, inputResponses: YES }));
    }
  });

  it('of another agent, or of another session, is refused', async () => {
    const { state } = await asked('session');
    await using other = await connectByHand(place, { name: 'other-client', version: '1.0.0' });
    await refused(() =>
      other.call('release_drive', driving('session'), { requestState: state, inputResponses: YES }),
    );
    if (face === 'stdio') {
      await using again = await connectByHand(place);
      await refused(() =>
        again.call('release_drive', driving('session'), { requestState: state, inputResponses: YES }),
      );
    }
  });

  it('of another principal is refused', async () => {
    const { state } = await asked('principal');
    await using other = await startWorld({ skill: ASK_FIRST, settings: { identity: 'eve@example.com' } });
    // The same state folder, key and journals: only the person is another one.
    const env = { ...other.env, SLUICE_HOME: world.home };
    await using eve = await connectByHand({
      world: { ...other, env },
      args: ['--persona', 'ask-first', '--surface', 'full'],
    });
    await refused(() =>
      eve.call('release_drive', driving('principal'), { requestState: state, inputResponses: YES }),
    );
    // Nor is that person asked what is not theirs to confirm.
    expect(await eve.call('release_drive', driving('principal'))).toMatchObject({
      asked: undefined,
      data: { state: 'needs_decision' },
    });
  });

  it('after ten minutes is refused, and the question is asked again', async () => {
    const { state } = await asked('late');
    const body = JSON.stringify({ advance: '10m' });
    await fetch(`${world.sandbox.control}/clock`, { method: 'POST', body });
    await refused(() => retry('late', state));
    const { state: second } = await asked('late');
    expect(await retry('late', second)).toMatchObject({ data: { state: 'done' } });
  });

  it('promise 21: without an answer, or with one to another question, is no yes', async () => {
    for (const inputResponses of [
      undefined,
      {},
      { other: YES.confirm },
      { confirm: { action: 'accept' } },
      { confirm: { action: 'accept', content: { confirm: 'yes' } } },
      { confirm: { action: 'agree', content: { confirm: true } } },
      { confirm: { method: 'elicitation/create', result: YES.confirm } },
    ]) {
      const { state } = await asked('unanswered');
      const round = await retry('unanswered', state, inputResponses === undefined ? {} : { inputResponses });
      expect(round).toMatchObject({ asked: undefined, data: { state: 'needs_decision' } });
    }
  });

  it('promise 21: an answer without a state is none: the question is asked', async () => {
    const round = await client.call('release_drive', driving('stateless'), { inputResponses: YES });
    expect(round.asked).toContain('Tell ART-21265 about stateless?');
  });

  it('promise 20: an accept for one plan says nothing about another', async () => {
    const before = await effects();
    const { state } = await asked('one-plan');
    await asked('another-plan');
    await retry('one-plan', state);
    expect(await client.call('release_status', { release_id: 'ask-first-another-plan' })).toMatchObject({
      data: { state: 'needs_decision' },
    });
    const after: unknown[] = JSON.parse(await effects());
    expect(after).toHaveLength(JSON.parse(before).length + 1);
  });

  it('of a direct call is for that call', async () => {
    const labels = (name: string) => ({ key: 'ART-21265', labels: [name] });
    const first = questionOf(await client.call('jira_add_labels', labels('one')));
    expect(first.asked).toContain('May test-client/1.0.0 do this now?');
    await refused(() =>
      client.call('jira_add_labels', labels('two'), { requestState: first.state, inputResponses: YES }),
    );
    const again = questionOf(await client.call('jira_add_labels', labels('one')));
    const done = await client.call('jira_add_labels', labels('one'), {
      requestState: again.state,
      inputResponses: YES,
    });
    expect(done).toMatchObject({ asked: undefined, isError: false });
    await refused(() =>
      client.call('jira_add_labels', labels('one'), { requestState: again.state, inputResponses: YES }),
    );
  });
});

function questionOf(round: Round): { asked: string; requests: Record<string, unknown>; state: string } {
  if (round.asked === undefined) throw new Error(`nobody was asked: ${JSON.stringify(round)}`);
  return round;
}
