import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { folderOf, ROOT, readText } from '../../scripts/modules.ts';
import { modules } from '../../tools/modules.ts';

const tools = modules.flatMap((module) => module.tools.map((tool) => ({ module, tool })));
const writes = tools
  .filter(({ tool }) => tool.effect !== 'read')
  .map(({ tool }) => [tool.name, tool] as const);

describe('modules', () => {
  it('are all in the list', () => {
    const folders = readdirSync(join(ROOT, 'tools'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(folders.map(({ name }) => `tools/${name}`).sort()).toEqual(modules.map(folderOf).sort());
  });

  it.each(modules.map((module) => [module.name, module] as const))(
    '%s has a folder as agreed',
    (_, module) => {
      const has = (name: string) => existsSync(join(ROOT, folderOf(module), name));
      expect(has('module.ts')).toBe(true);
      expect(has('client.ts') || has('services.ts')).toBe(true);
      const readme = readText(`${folderOf(module)}/README.md`);
      for (const tool of module.tools) expect(readme).toContain(`\`${tool.name}\``);
      for (const setting of Object.keys(module.settings.shape)) expect(readme).toContain(`\`${setting}\``);
      const writes = module.tools.filter((tool) => tool.effect !== 'read');
      if (writes.length > 0) expect(readme).toMatch(/natural keys/i);
    },
  );
});

describe('tools', () => {
  it('have names of their own', () => {
    const names = tools.map(({ tool }) => tool.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(tools.map((entry) => [entry.tool.name, entry] as const))(
    '%s is named and described as agreed',
    (name, { module, tool }) => {
      expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)+$/);
      expect(name.length).toBeLessThanOrEqual(64);
      expect(name.startsWith(`${module.name}_`)).toBe(true);
      expect(tool.title).not.toBe('');
      expect(tool.description.length).toBeGreaterThan(20);
      // The budget of a description: about 150 tokens.
      expect(tool.description.length).toBeLessThanOrEqual(600);
      expect(Object.keys(tool.output.shape)).toContain('summary');
    },
  );

  const inRepositories = writes.filter(([name]) => /^git(?:hub)?_/.test(name));
  it.each(inRepositories)('W-P16: %s takes no repository but the one that is named', (_, tool) => {
    const { repository } = tool.input.shape;
    expect(repository).toBeDefined();
    expect(z.safeParse(repository ?? z.any(), undefined).success).toBe(false);
  });

  it.each(writes)('%s says how its effects are found again', (_, tool) => {
    expect(tool.key ?? '').not.toBe('');
    expect(tool.settles ?? '').toMatch(/^(\d+(ms|s|m|h|d))+$/);
  });
});
