import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createApp } from '../../src/app.ts';
import { createCatalog } from '../../src/mcp/catalog.ts';
import { modules } from '../../tools/modules.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PLUGIN = join(ROOT, 'plugin');
/** Every plugin that ships. */
const FOLDERS = ['plugin', ...readdirSync(join(ROOT, 'plugins')).map((name) => `plugins/${name}`)];
const Servers = z.object({
  mcpServers: z.object({ sluice: z.object({ command: z.string(), args: z.array(z.string()) }) }),
});

function server(folder = PLUGIN) {
  return Servers.parse(JSON.parse(readFileSync(join(folder, '.mcp.json'), 'utf8'))).mcpServers.sluice;
}

const Flow = z.object({ flow: z.string(), inputs: z.record(z.string(), z.unknown()) });
const PLACE = /\$(?:ARGUMENTS|\d)/;

/** The calls that a command spells out: a tool and its arguments, as code. */
function callsIn(text: string): { tool: string; args: Record<string, unknown> }[] {
  return [...text.matchAll(/`([a-z]+(?:_[a-z]+)+)`? (?:with `)?(\{[^`]*\})`/g)].map(
    ([, tool = '', args = '']) => ({ tool, args: Object(parse(args)) }),
  );
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
  expect(said).toBe('serve --persona release-manager\n');
});

describe.each(FOLDERS)('W-S16: the commands of %s', (folder) => {
  const { args: options } = server(join(ROOT, folder));
  const persona = options[options.indexOf('--persona') + 1] ?? '';
  const app = createApp({ face: 'mcp', modules });
  const { listed, scope } = createCatalog(app, { personas: [persona], surface: 'full', readOnly: false });
  const files = readdirSync(join(ROOT, folder, 'commands'));

  it.each(files)('%s gives what it is given to inputs that there are, and all that are required', (file) => {
    const text = readFileSync(join(ROOT, folder, 'commands', file), 'utf8');
    const calls = callsIn(text);
    const hint = /^argument-hint: (.+)$/m.exec(text)?.[1];
    // What a person types goes into a call as it is, not by the model's own lights.
    expect(calls.some(({ args }) => PLACE.test(JSON.stringify(args)))).toBe(hint !== undefined);
    expect(PLACE.test(text)).toBe(hint !== undefined);
    for (const { tool, args } of calls) {
      const found = listed.find(({ name }) => name === tool);
      expect(found, `${tool} is listed for ${persona}`).toBeDefined();
      const shape = found?.input.shape ?? {};
      const demanded = Object.keys(shape).filter(
        (name) => !z.safeParse(shape[name] ?? z.never(), undefined).success,
      );
      expect(Object.keys(shape), tool).toEqual(expect.arrayContaining(Object.keys(args)));
      expect(Object.keys(args), tool).toEqual(expect.arrayContaining(demanded));
      const run = Flow.safeParse(args);
      if (!run.success) continue;
      const flow = scope.flows().find(({ flow: name }) => name === run.data.flow);
      const inputs = Object.entries(flow?.inputs ?? {});
      const given = Object.keys(run.data.inputs);
      expect(
        inputs.map(([name]) => name),
        run.data.flow,
      ).toEqual(expect.arrayContaining(given));
      const required = inputs.filter(([, definition]) => definition.required).map(([name]) => name);
      expect(given, run.data.flow).toEqual(expect.arrayContaining(required));
    }
  });

  it('are read as they are meant', () => {
    const calls = files.flatMap((file) =>
      callsIn(readFileSync(join(ROOT, folder, 'commands', file), 'utf8')),
    );
    expect(calls.length).toBeGreaterThan(0);
  });
});
