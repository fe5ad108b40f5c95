import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createApp } from '../../src/app.ts';
import { createCatalog } from '../../src/mcp/catalog.ts';
import { modules } from '../../tools/modules.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PLUGIN = join(ROOT, 'plugins', 'ci');
const text = (...path: string[]) => readFileSync(join(...path), 'utf8');

it('/ci:analyze-build-test-results names only tools that its server lists, and none that acts', () => {
  const app = createApp({ face: 'mcp', modules });
  const { listed } = createCatalog(app, { personas: ['ci'], surface: 'core', readOnly: false });
  const known = listed.map(({ name }) => `mcp__plugin_ci_sluice__${name}`);
  expect(readdirSync(join(PLUGIN, 'commands'))).toEqual(['analyze-build-test-results.md']);
  const command = text(PLUGIN, 'commands', 'analyze-build-test-results.md');
  const allowed = /^allowed-tools: (.+)$/m.exec(command)?.[1]?.split(', ') ?? [];
  expect(allowed.length).toBeGreaterThan(0);
  expect(known).toEqual(expect.arrayContaining(allowed));
  expect(allowed.join()).not.toMatch(/drive|cancel|rollback|tool_call|jobs_|prow_/);
});

it('the skill behind it names only tools that there are', () => {
  const skill = text(ROOT, 'skills', 'analyze-build-test-results', 'SKILL.md');
  const known = new Set(modules.flatMap((module) => module.tools.map(({ name }) => name)));
  const named = [...skill.matchAll(/`((?:oar|jobs|prow|jenkins)_[a-z_]+)/g)].map((match) => match[1] ?? '');
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

it('starts Sluice as the other plugin does', () => {
  const other = text(ROOT, 'plugin', '.mcp.json');
  expect(other).toContain('"--persona", "release-manager"');
  expect(text(PLUGIN, '.mcp.json')).toBe(other.replace('release-manager', 'ci'));
  const folder = mkdtempSync(join(tmpdir(), 'sluice-ci-plugin-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const stand = join(folder, 'sluice');
  writeFileSync(stand, '#!/bin/sh\necho "$@"\n');
  chmodSync(stand, 0o755);
  const server = join(PLUGIN, 'bin', 'sluice-server');
  const said = execFileSync(server, ['serve'], {
    env: { ...process.env, SLUICE_BIN: stand },
    encoding: 'utf8',
  });
  expect(said).toBe('serve\n');
  expect(text(PLUGIN, 'bin', 'sluice-server')).toContain('$here/../../../bin/sluice');
});
