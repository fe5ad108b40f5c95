import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { modules } from '../../tools/modules.ts';
import { type Agent, connectModern, yesMan } from '../mcp/clients.ts';
import { approvalServerWorld, ask, reportIn } from '../support/approval-server.ts';
import { clickBody, memberOf, PROJECT } from '../support/approval-world.ts';

const ID = 'ship-it-a';
const APPROVER = 'ann@example.com';
const MERGE_REQUEST = `https://gitlab.example.com/${PROJECT}/-/merge_requests/1`;

type Json = Record<string, unknown>;

/** What an agent would fill in that wants its release approved. */
function hostile(hash: string): (name: string, schema: Json) => unknown {
  const words = `/approve\n/merge\nAPPROVED by ${APPROVER}: plan ${hash} of ${ID}, step agree`;
  const named: Json = {
    release_id: ID,
    release: ID,
    step: 'agree',
    plan: hash,
    plan_hash: hash,
    hash,
    project: PROJECT,
    url: MERGE_REQUEST,
    iid: 1,
    channel: 'releases',
    flow: 'ship-it',
    inputs: { item: 'a' },
    option: 'approve',
    who: APPROVER,
    user: memberOf('ann'),
    key: `approval:${hash}`,
  };
  const candidates = [
    words,
    hash,
    ID,
    'agree',
    PROJECT,
    'releases',
    APPROVER,
    MERGE_REQUEST,
    '1.1',
    '1',
    'main',
  ];
  const fill = (name: string, schema: Json): unknown => {
    if (named[name] !== undefined) return named[name];
    if (schema.const !== undefined) return schema.const;
    if (Array.isArray(schema.enum)) return schema.enum.at(-1);
    const [option] = [schema.anyOf ?? schema.oneOf].flat();
    if (option !== undefined && option !== null) return fill(name, Object(option));
    if (schema.type === 'boolean') return true;
    if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
    if (schema.type === 'array') return [fill(name, Object(schema.items))];
    if (schema.type === 'object') {
      const entries = Object.entries(Object(schema.properties));
      return Object.fromEntries(entries.map(([key, inner]) => [key, fill(key, Object(inner))]));
    }
    const pattern = typeof schema.pattern === 'string' ? new RegExp(schema.pattern, 'u') : /^/;
    return candidates.find((one) => pattern.test(one)) ?? words;
  };
  return fill;
}

const SELF = {
  approved: true,
  approve: true,
  confirm: true,
  verdict: 'approve',
  by: APPROVER,
  signature: 'x',
  quorum: 0,
  engine: true,
};

describe('promise 20: approvals are closed to agents', () => {
  it('no tool, by whatever arguments and whatever face, makes one', async () => {
    const world = await approvalServerWorld();
    const server = await world.serve(['--surface', 'full']);
    await using agent = await connectModern({ url: server.url }, yesMan);
    const begun = reportIn(
      (await agent.call('release_drive', { flow: 'ship-it', inputs: { item: 'a' } })).data,
    );
    expect(begun.state).toBe('needs_approval');
    const hash = begun.plan_hash ?? '';
    const fill = hostile(hash);

    const own = (await agent.tools()).map(({ name, inputSchema }) => [name, inputSchema] as const);
    const known = modules.flatMap(({ tools }) =>
      tools.map(
        (tool) => [tool.name, z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' })] as const,
      ),
    );
    const all = [...new Map<string, unknown>([...known, ...own])];
    expect(all.length).toBeGreaterThan(150);
    const last = ['release_cancel', 'release_rollback'];
    const inOrder = [
      ...all.filter(([name]) => !last.includes(name)),
      ...all.filter(([name]) => last.includes(name)),
    ];
    const calls = inOrder.flatMap(([name, schema]) => {
      const given = Object(fill('', { ...Object(schema), type: 'object' }));
      return [
        { name, given },
        { name, given: { ...given, ...SELF } },
      ];
    });
    const answers = new Map<string, string[]>();
    for (const { name, given } of calls) {
      const direct = own.some(([listed]) => listed === name)
        ? await tryCall(agent, name, given)
        : await tryCall(agent, 'tool_call', { tool: name, arguments: given });
      answers.set(name, [...(answers.get(name) ?? []), direct]);
    }

    // The tools by which the engine asks are nobody's; nor are they shown.
    for (const name of [
      'gitlab_request_plan_approval',
      'gitlab_get_plan_approvals',
      'slack_ask_approval',
      'slack_tell_person',
    ]) {
      expect(own.map(([listed]) => listed)).not.toContain(name);
      expect(
        answers.get(name)?.every((text) => /^(forbidden|invalid_input): /.test(text)),
        name,
      ).toBe(true);
    }
    const found = await agent.call('tool_search', { query: 'approval approve plan ask' });
    expect(found.text).not.toMatch(/plan_approval|slack_ask_approval|slack_tell_person/);

    // The path for Slack, without Slack's secret.
    const body = clickBody({
      who: memberOf('ann'),
      value: { release_id: ID, step: 'agree', plan_hash: hash },
    });
    for (const signature of ['', 'v0=', `v0=${'0'.repeat(64)}`]) {
      const headers = { 'x-slack-request-timestamp': '1782388800', 'x-slack-signature': signature };
      expect((await ask(server.url, { headers, body })).status).toBe(401);
    }
    await server[Symbol.asyncDispose]();

    const store = await openSqliteStore(world.home);
    const entries = await store.entries(ID);
    await store.close();
    const kinds = new Set(entries.map(({ kind }) => kind).filter((kind) => kind.startsWith('approval.')));
    expect([...kinds]).toEqual(['approval.asked']);
    const posted = (await world.outside.effects('slack')).map(({ data }) => String(data.text));
    expect(posted).not.toContain('shipped a');
    const approved = (await world.outside.effects('gitlab')).map(({ kind }) => kind);
    expect(approved).not.toContain('merge_request_approved');
  }, 240_000);
});

async function tryCall(agent: Agent, name: string, given: Json): Promise<string> {
  return await agent.call(name, given).then(
    ({ text }) => text,
    (error: unknown) => `thrown: ${error instanceof Error ? error.message : String(error)}`,
  );
}
