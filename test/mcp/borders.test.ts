import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { connectLegacy, yesMan } from './clients.ts';
import { startWorld, type World } from './world.ts';

const INPUTS = { release: '4.20.27' };

describe('borders of a server', () => {
  let world: World;
  const agentOf = async (...args: string[]) => await connectLegacy({ world, args });
  const effects = async (): Promise<unknown[]> => {
    const answer = await fetch(`${world.sandbox.control}/effects`);
    const { effects: list } = Object(await answer.json());
    return Array.isArray(list) ? list : [];
  };

  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(async () => await world[Symbol.asyncDispose]());

  it('leaves no trace when it is only asked for its tools', async () => {
    await using agent = await agentOf();
    await agent.tools();
    await agent.prompts();
    await agent.call('skill_list');
    expect(existsSync(world.home)).toBe(false);
  });

  it('promise 37: read-only: nothing that changes anything is listed, found or called', async () => {
    await using agent = await agentOf('--read-only', '--surface', 'full');
    const tools = await agent.tools();
    expect(tools.filter(({ annotations }) => annotations?.readOnlyHint !== true)).toEqual([]);
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['release_plan', 'release_status', 'oar_get_push_status']),
    );
    const call = { flow: 'z-stream', inputs: INPUTS };
    await expect(agent.call('release_drive', call)).rejects.toThrow(/release_drive/);
    await expect(agent.call('oar_take_ownership', INPUTS)).rejects.toThrow(/oar_take_ownership/);
    const engine = await agent.call('tool_call', { tool: 'release_drive', arguments: call });
    expect(engine).toMatchObject({ isError: true, text: expect.stringMatching(/^forbidden: .*read-only/) });
    const module = await agent.call('tool_call', { tool: 'oar_take_ownership', arguments: INPUTS });
    expect(module).toMatchObject({ isError: true, text: expect.stringMatching(/^forbidden: .*read-only/) });
    const found = await agent.call('tool_search', { query: 'ownership push take' });
    expect(JSON.stringify(found.data)).not.toContain('"name":"oar_take_ownership"');
    expect(await effects()).toEqual([]);
  });

  it('W-S08, promise 38: a persona sees, finds and calls its own tools alone', async () => {
    await using agent = await agentOf('--persona', 'reader', '--surface', 'full');
    const names = (await agent.tools()).map(({ name }) => name);
    expect(names).toContain('errata_get_advisory');
    expect(names.filter((name) => name.startsWith('oar_'))).toEqual(['oar_get_release_metadata']);
    const found = await agent.call('tool_search', { query: 'oar gitlab prow test result' });
    expect(JSON.stringify(found.data)).not.toMatch(/"name":"(gitlab|prow|oar_get_test)/);
    const called = await agent.call('tool_call', {
      tool: 'oar_get_test_result',
      arguments: { build: '4.20.27' },
    });
    expect(called).toMatchObject({ isError: true, data: undefined });
    expect(called.text).toBe(
      'forbidden: Persona reader may not call oar_get_test_result.\nremedy: Allowed to: ci, release-manager, z-stream. A person can start the server with --persona ci, or connect to /mcp/ci.',
    );
    await expect(agent.call('oar_get_test_result', { build: '4.20.27' })).rejects.toThrow();
  });

  it('promise 38: a persona plans, drives, recommends and cancels within its flows alone', async () => {
    await using lead = await agentOf('--persona', 'z-stream');
    const begun = await lead.call('release_drive', { flow: 'z_stream', inputs: INPUTS });
    expect(begun.data).toMatchObject({ release_id: 'z-stream-4.20.27', state: 'waiting' });
    const before = await effects();
    await using reader = await agentOf('--persona', 'reader');
    const id = { release_id: 'z-stream-4.20.27' };
    const attempts: [string, Record<string, unknown>][] = [
      ['release_plan', { flow: 'z-stream', inputs: INPUTS }],
      ['release_drive', { flow: 'z_stream', inputs: INPUTS }],
      ['release_drive', id],
      ['release_drive', { release_id: '4.20.27' }],
      ['release_recommend', { ...id, step: 'metadata', option: 'accept', reasons: 'x' }],
      ['release_cancel', { ...id, reason: 'x' }],
    ];
    for (const [name, args] of attempts) {
      const answer = await reader.call(name, args);
      expect(answer.text, name).toMatch(
        /^forbidden: Persona reader may not drive the flow z-stream\.\nremedy: Allowed to: release-manager, release, z-stream\./,
      );
    }
    expect(await effects()).toEqual(before);
    expect((await reader.call('release_status', id)).data).toMatchObject({ state: 'waiting' });
    expect((await reader.call('skill_list')).data).toMatchObject({ skills: [] });
  });

  it('records the agent as the instrument of the person', async () => {
    await using lead = await connectLegacy({ world, args: ['--persona', 'z-stream'] }, yesMan);
    await lead.call('release_cancel', { release_id: 'z-stream-4.20.27', reason: 'enough' });
    const { data } = await lead.call('release_status', { release_id: 'z-stream-4.20.27' });
    expect(data).toMatchObject({ state: 'cancelled' });
    const store = await openSqliteStore(world.home);
    const entries = await store.entries('z-stream-4.20.27');
    await store.close();
    const by = { id: expect.stringContaining('@example.com'), face: 'mcp', agent: 'test-client/1.0.0' };
    const cancelled = entries.find(({ kind }) => kind === 'run.cancelled');
    expect(cancelled?.data).toMatchObject({ reason: 'enough', by });
  });

  it('promise 20: a direct call does not go round an approval', async () => {
    await using lead = await agentOf('--persona', 'z-stream');
    const before = await effects();
    const answer = await lead.call('tool_call', { tool: 'oar_change_advisory_status', arguments: INPUTS });
    expect(answer.text).toMatch(/^needs_approval: .*final-approval.*\nremedy: .*Drive the flow z-stream/);
    expect(await effects()).toEqual(before);
  });

  it('a direct write is sent once however often it is called', async () => {
    await using world = await startWorld();
    await using lead = await connectLegacy({ world, args: ['--persona', 'z-stream'] });
    const call = { tool: 'oar_create_test_report', arguments: INPUTS };
    const first = await lead.call('tool_call', call);
    expect(first).toMatchObject({ isError: false });
    expect((await lead.call('tool_call', call)).isError).toBe(false);
    const sent = Object(await (await fetch(`${world.sandbox.control}/effects`)).json()).effects;
    expect(sent).toHaveLength(1);
  });

  it('an unknown persona ends the start', async () => {
    await expect(agentOf('--persona', 'z-steam')).rejects.toThrow();
  });
});
