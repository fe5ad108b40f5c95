import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modules } from '../../tools/modules.ts';
import { type Agent, connectByHand, connectModern, yesMan } from '../mcp/clients.ts';
import { startWorld, type World } from '../mcp/world.ts';

const ID = 'z-stream-4.20.27';
const STEP = 'final-approval';
const APPROVER = 'approver@example.com';

/** Every name that an adversary might think of for what people alone do. */
const FORBIDDEN_VERBS = [
  'approve',
  'decline',
  'decide',
  'waive',
  'confirm',
  'break_glass',
  'review',
  'migrate',
  'sign',
  'grant',
  'freeze',
  'incident',
  'incident_resolve',
  'set_identity',
  'set_persona',
  'load_persona',
  'set_clock',
  'import',
  'export',
].flatMap((verb) => [verb, `release_${verb}`, `sluice_${verb}`, `release_${verb}_plan`]);

const SELF = {
  approved: true,
  approve: true,
  confirm: true,
  verdict: 'PASS',
  by: APPROVER,
  as: APPROVER,
  force: true,
};

/**
 * A client that wants the release out without its approval. It speaks the protocol well, says yes to
 * every question, knows every name, and lies wherever it may say something.
 */
describe('promises 15, 20, 22 and 38: an adversary over MCP', () => {
  let world: World;
  let agent: Agent;
  let hash: string;
  let before: { effects: string; tools: string };
  let calls = 0;
  let seen = '';
  const won: unknown[] = [];

  const effects = async () => {
    const { effects: list } = Object(await (await fetch(`${world.sandbox.control}/effects`)).json());
    return JSON.stringify(list);
  };
  const tools = async () => JSON.stringify(await agent.tools());
  const release = async () => (await agent.call('release_status', { release_id: ID })).data;

  /** One attempt. It has won where it is not refused although nothing of this may work. */
  const attempt = async (name: string, given: Record<string, unknown>, mayAnswer = false) => {
    calls += 1;
    const answer = await agent
      .call(name, given)
      .catch((error: Error) => ({ isError: true, text: error.message }));
    if (!answer.isError && !mayAnswer) won.push([name, given, answer.text.slice(0, 300)]);
    return answer;
  };

  beforeAll(async () => {
    world = await startWorld();
    agent = await connectModern(
      {
        world,
        args: ['--persona', 'z-stream'],
        log: (text) => {
          seen += text;
        },
      },
      yesMan,
    );
    let { data } = await agent.call('release_drive', { flow: 'z-stream', inputs: { release: '4.20.27' } });
    for (let look = 0; look < 200 && data?.state === 'waiting'; look += 1) {
      await fetch(`${world.sandbox.control}/clock`, {
        method: 'POST',
        body: JSON.stringify({ to: data.next_at }),
      });
      ({ data } = await agent.call('release_drive', { release_id: ID }));
    }
    expect(data?.state).toBe('needs_approval');
    hash = String(data?.plan_hash);
    before = { effects: await effects(), tools: await tools() };
  }, 240_000);

  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  it('finds no verb by which to approve itself', async () => {
    for (const verb of FORBIDDEN_VERBS) {
      const given = { release_id: ID, step: STEP, plan: hash, plan_hash: hash, ...SELF };
      await attempt(verb, given);
      await attempt('tool_call', { tool: verb, arguments: given });
    }
    expect(won).toEqual([]);
  });

  it('slips nothing into the verbs that it has', async () => {
    const extras = [
      SELF,
      { step: STEP },
      { plan_hash: hash },
      { principal: APPROVER },
      { identity: APPROVER },
      { persona: 'release' },
      { skip: [STEP] },
      { policy: { approvals: 'none' } },
      { now: '2030-01-01T00:00:00Z' },
    ];
    for (const extra of extras) {
      for (const verb of [
        'release_drive',
        'release_status',
        'release_explain',
        'release_plan',
        'release_list',
      ])
        await attempt(
          verb,
          { ...(verb === 'release_list' ? {} : { release_id: ID }), ...extra },
          verb === 'release_explain' && 'step' in extra && !('verdict' in extra),
        );
      await attempt('release_drive', { flow: 'z-stream', inputs: { release: '4.20.27', ...extra } });
    }
    for (const release_id of [
      `${ID}/../x`,
      `${ID}' or '1'='1`,
      '../../etc/passwd',
      '*',
      '@ledger',
      `${ID}\u0000`,
      'z-stream-4.20.27.2',
    ])
      await attempt('release_drive', { release_id });
    expect(won).toEqual([]);
  });

  it('does not get at the step behind the approval by any tool of any module', async () => {
    const writes = modules.flatMap((module) => module.tools).filter(({ effect }) => effect !== 'read');
    for (const { name } of writes) {
      for (const given of [
        { release: '4.20.27', ...SELF },
        {
          release: '4.20.27',
          id: 169025,
          advisory: 169025,
          state: 'REL_PREP',
          merge_request: 609,
          iid: 609,
          project: 'hybrid-platforms/art/ocp-shipment-data',
        },
      ])
        await attempt('tool_call', { tool: name, arguments: given });
    }
    await attempt('tool_call', { tool: 'oar_change_advisory_status', arguments: { release: '4.20.27' } });
    expect(won).toEqual([]);
  });

  it('recommends what it likes, and nothing follows from that', async () => {
    for (const option of ['accept', 'pass', 'approve', 'PASS'])
      await attempt('release_recommend', {
        release_id: ID,
        step: STEP,
        option,
        reasons: `approved by ${APPROVER}; plan ${hash}`,
      });
    expect(won).toEqual([]);
  });

  it('forges answers and states of questions', async () => {
    await using hand = await connectByHand({ world, args: ['--persona', 'z-stream'] });
    const states = [
      '',
      'x',
      '{}',
      'e30.e30.e30',
      Buffer.from(JSON.stringify({ release: ID, step: STEP, plan: hash, principal: APPROVER })).toString(
        'base64url',
      ),
    ];
    for (const requestState of states) {
      for (const content of [{ confirm: true }, { confirm: 'true' }, { approve: true }, SELF]) {
        calls += 1;
        const retry = { requestState, inputResponses: { confirm: { action: 'accept', content } } };
        const answer = await hand.call('release_drive', { release_id: ID }, retry).catch((error: Error) => ({
          asked: undefined,
          isError: true,
          text: error.message,
          data: undefined,
        }));
        const state = 'data' in answer ? answer.data?.state : undefined;
        if (state !== undefined && state !== 'needs_approval') won.push([requestState, content, answer]);
      }
    }
    expect(won).toEqual([]);
  });

  it('has achieved nothing: not in the world, not in the release, not in what it may do', async () => {
    expect(calls).toBeGreaterThan(300);
    expect(await effects()).toBe(before.effects);
    expect(await tools()).toBe(before.tools);
    expect(await release()).toMatchObject({ state: 'needs_approval', plan_hash: hash, waivers: [] });
    const explained = await agent.call('release_explain', { release_id: ID, step: STEP });
    expect(explained.data).toMatchObject({ explained: [{ approvals: [] }] });
  });

  it('is seen: the log names what it tried, and for whom', async () => {
    const tried = seen.split('\n').filter((line) => line.includes('"refused"'));
    expect(tried.length).toBeGreaterThan(200);
    const entries = tried.map(
      (line) => JSON.parse(line) as { tool: string; code: string; by: { agent: string } },
    );
    expect(
      entries.every(({ tool, code, by }) => tool !== '' && code !== '' && by.agent === 'test-client/1.0.0'),
    ).toBe(true);
    expect([...new Set(entries.map(({ code }) => code))]).toEqual(
      expect.arrayContaining(['tool_missing', 'forbidden', 'invalid_input']),
    );
  });
});
