import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { createCatalog } from '../../src/mcp/catalog.ts';
import type { Caller } from '../../src/mcp/face-tool.ts';
import { modules } from '../../tools/modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-borders-'));
const config = join(folder, 'sluice.yaml');
writeFileSync(config, `state: { home: ${join(folder, 'state')} }\n`);
const app: App = createApp({ config, face: 'mcp', modules });
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

const WRITES = app.registry.list().filter(({ effect }) => effect !== 'read');
const PERSONAS = [...app.personas.keys()];
const caller: Caller = {
  principal: app.principal,
  signal: new AbortController().signal,
  progress: () => undefined,
  asker: { possible: false, earlier: undefined, ask: async () => 'nothing' },
};

/** Each tool of a catalog by its name, as a client would call it. */
function face(personas: readonly string[], readOnly: boolean) {
  const { listed, scope } = createCatalog(app, { personas, surface: 'full', readOnly });
  const call = async (name: string, given: unknown) => {
    const tool = listed.find((known) => known.name === name);
    if (tool === undefined) return 'not listed';
    return await tool.run(given, caller).then(
      (answer) => ({ answer }),
      (error: Error & { code?: string; rule?: string }) => ({
        code: error.code,
        rule: error.rule,
        text: error.message,
      }),
    );
  };
  return { listed, scope, call };
}

describe.each([...PERSONAS.map((persona) => [persona]), PERSONAS])(
  'promise 37: read-only, as %s',
  (...personas) => {
    const { listed, call } = face(personas, true);

    it('lists reads alone', () => {
      expect(listed.filter(({ effect }) => effect !== 'read').map(({ name }) => name)).toEqual([]);
    });

    it(`refuses each of the ${WRITES.length} tools that change something, by name and through tool_call`, async () => {
      const wrong: unknown[] = [];
      for (const { name } of WRITES) {
        const direct = await call(name, {});
        const through = await call('tool_call', { tool: name, arguments: {} });
        if (direct !== 'not listed' || !('code' in Object(through)) || Object(through).code !== 'forbidden')
          wrong.push([name, direct, through]);
      }
      expect(wrong).toEqual([]);
    });

    it('begins, goes on with, rolls back and ends no release', async () => {
      for (const name of ['release_drive', 'release_cancel', 'release_rollback', 'release_recommend']) {
        expect(await call(name, {})).toBe('not listed');
        expect(await call('tool_call', { tool: name, arguments: {} })).toMatchObject({
          code: 'forbidden',
          rule: 'read-only',
        });
      }
    });
  },
);

describe.each(PERSONAS)('promise 38: the persona %s', (persona) => {
  const { listed, scope, call } = face([persona], false);

  it('reaches no tool beyond its manifest, by name or through another tool', async () => {
    const beyond = app.registry.list().filter(({ name }) => !scope.coversTool(name));
    const wrong: unknown[] = [];
    for (const { name } of beyond) {
      const through = await call('tool_call', { tool: name, arguments: {} });
      const refused = 'code' in Object(through) && Object(through).code === 'forbidden';
      if (listed.some((tool) => tool.name === name) || !refused) wrong.push([name, through]);
    }
    expect(wrong).toEqual([]);
  });

  it('plans and drives no flow beyond its manifest, under no spelling', async () => {
    const flows = [...app.skills.values()].flatMap(({ flow }) => (flow === undefined ? [] : [flow.flow]));
    const beyond = flows.filter((flow) => !scope.coversFlow(flow));
    for (const flow of beyond.flatMap((name) => [name, name.replaceAll('-', '_')])) {
      for (const verb of ['release_plan', 'release_drive'])
        expect([flow, await call(verb, { flow, inputs: {} })]).toMatchObject([
          flow,
          { code: 'forbidden', rule: 'persona' },
        ]);
    }
  });

  it('finds nothing beyond its manifest', async () => {
    for (const { name } of WRITES.filter((tool) => !scope.coversTool(tool.name))) {
      const found = await call('tool_search', { query: name });
      expect(JSON.stringify(found)).not.toContain(`"name":"${name}"`);
    }
  });
});
