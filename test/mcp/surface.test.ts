import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { createCatalog } from '../../src/mcp/catalog.ts';
import { hintsOf } from '../../src/mcp/face-tool.ts';
import { modules } from '../../tools/modules.ts';
import { type Agent, connectModern, type Tool } from './clients.ts';
import { startWorld, type World } from './world.ts';

const SNAPSHOTS = `${import.meta.dirname}/../snapshots/tools`;

describe('what is shown to agents', () => {
  let world: World;
  let full: Tool[];
  let core: Tool[];

  beforeAll(async () => {
    world = await startWorld();
    await using agent: Agent = await connectModern({ world, args: ['--surface', 'full'] });
    await using small: Agent = await connectModern({ world, args: [] });
    full = await agent.tools();
    core = await small.tools();
  });
  afterAll(async () => await world[Symbol.asyncDispose]());

  it.each(['release', 'devops', 'z-stream', 'ci', undefined])(
    'W-S11: persona %s fits into what clients give room to',
    async (persona) => {
      await using agent: Agent = await connectModern({
        world,
        args: persona === undefined ? [] : ['--persona', persona],
      });
      const tools = await agent.tools();
      const bytes = Buffer.byteLength(JSON.stringify({ tools }));
      const instructions = agent.instructions();
      console.error(
        `${persona ?? 'all'}: ${tools.length} tools, ${bytes} bytes; ${instructions.length} characters`,
      );
      expect(bytes).toBeLessThanOrEqual(25_000);
      expect(instructions.length).toBeLessThanOrEqual(2_000);
      expect(instructions).toContain('release_drive');
      if (persona === 'z-stream') expect(instructions).toContain('z-stream {release, owner?}');
    },
  );

  it('is sorted by name, and core is a part of full', () => {
    for (const tools of [core, full]) {
      const names = tools.map(({ name }) => name);
      expect(names).toEqual([...names].sort());
    }
    expect(full).toEqual(expect.arrayContaining(core.filter(({ name }) => !name.startsWith('tool_'))));
  });

  it('promise 20: has no way to approve, decide or waive', () => {
    expect(full.filter(({ name }) => /approve|decide|waive/.test(name))).toEqual([]);
  });

  it('describes every tool whole', async () => {
    const app = createApp({ config: world.env.SLUICE_CONFIG, face: 'mcp', modules });
    const catalog = createCatalog(app, { personas: [], surface: 'full', readOnly: false });
    expect(full.map(({ name }) => name)).toEqual(catalog.listed.map(({ name }) => name));
    for (const tool of full) {
      const effect = catalog.listed.find(({ name }) => name === tool.name)?.effect ?? 'read';
      expect(tool.name.length).toBeLessThanOrEqual(64);
      expect(tool.title, tool.name).toEqual(expect.any(String));
      expect(tool.description?.length, tool.name).toBeLessThanOrEqual(2_000);
      expect(tool.description, tool.name).not.toMatch(/\b(always|must) call\b/i);
      expect(tool.annotations, tool.name).toEqual({ title: tool.title, ...hintsOf(effect) });
      expect(tool.inputSchema, tool.name).toMatchObject({ type: 'object', additionalProperties: false });
      expect(tool.outputSchema, tool.name).toMatchObject({ type: 'object' });
      const { name, description, inputSchema, outputSchema } = tool;
      const snapshot = { name, description, effect, inputSchema, outputSchema };
      await expect(`${JSON.stringify(snapshot, null, 2)}\n`).toMatchFileSnapshot(`${SNAPSHOTS}/${name}.json`);
    }
  });
});
