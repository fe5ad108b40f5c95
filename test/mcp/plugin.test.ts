import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../src/app.ts';
import { createCatalog } from '../../src/mcp/catalog.ts';
import { modules } from '../../tools/modules.ts';

const PLUGIN = join(import.meta.dirname, '..', '..', 'plugin');
const Servers = z.object({
  mcpServers: z.object({ sluice: z.object({ command: z.string(), args: z.array(z.string()) }) }),
});

function server() {
  return Servers.parse(JSON.parse(readFileSync(join(PLUGIN, '.mcp.json'), 'utf8'))).mcpServers.sluice;
}

it('commands name only tools that the plugin server lists', () => {
  const { args } = server();
  const persona = args[args.indexOf('--persona') + 1] ?? '';
  const app = createApp({ face: 'mcp', modules });
  const { listed } = createCatalog(app, { personas: [persona], surface: 'core', readOnly: false });
  const known = listed.map(({ name }) => `mcp__plugin_release_sluice__${name}`);
  for (const file of readdirSync(join(PLUGIN, 'commands'))) {
    const text = readFileSync(join(PLUGIN, 'commands', file), 'utf8');
    const allowed = /^allowed-tools: (.+)$/m.exec(text)?.[1]?.split(', ') ?? [];
    expect(allowed.length, file).toBeGreaterThan(0);
    expect(known, file).toEqual(expect.arrayContaining(allowed));
  }
});

it('status can change nothing', () => {
  const text = readFileSync(join(PLUGIN, 'commands', 'status.md'), 'utf8');
  expect(/^allowed-tools: .*$/m.exec(text)?.[0]).not.toMatch(/drive|cancel|recommend|tool_call/);
});

it('starts the sluice that SLUICE_BIN names, with its arguments', () => {
  const stand = join(mkdtempSync(join(tmpdir(), 'sluice-plugin-')), 'sluice');
  writeFileSync(stand, '#!/bin/sh\necho "$@"\n');
  chmodSync(stand, 0o755);
  const { command, args } = server();
  const said = execFileSync(command.replace(`\${CLAUDE_PLUGIN_ROOT}`, PLUGIN), args, {
    env: { ...process.env, SLUICE_BIN: stand },
    encoding: 'utf8',
  });
  expect(said).toBe('serve --persona z-stream\n');
});
