import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUICK } from '../support/quick.ts';
import { ENTRY, startWorld, type World } from './world.ts';

const FLOW = 'sluice://docs/konflux-release-flow';
const SKILL = 'sluice://skills/z-stream';
const INFO = { name: 'test-client', version: '1.0.0' };
const ROOT = join(import.meta.dirname, '..', '..');
const ERAS = ['modern', 'legacy'] as const;

interface Reader {
  capabilities: unknown;
  list(): Promise<
    { uri: string; name: string; mimeType?: string | undefined; description?: string | undefined }[]
  >;
  read(uri: string): Promise<unknown[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

async function connect(era: (typeof ERAS)[number], world: World, persona: string): Promise<Reader> {
  const place = {
    command: process.execPath,
    args: ['--import', QUICK, ENTRY, '--persona', persona],
    env: world.env,
    stderr: 'ignore' as const,
  };
  const client =
    era === 'modern'
      ? new ModernClient(INFO, { versionNegotiation: { mode: 'auto' } })
      : new LegacyClient(INFO);
  if (client instanceof ModernClient) await client.connect(new ModernStdio(place));
  else await client.connect(new LegacyStdio(place));
  return {
    capabilities: client.getServerCapabilities()?.resources,
    list: async () => (await client.listResources()).resources,
    read: async (uri) => (await client.readResource({ uri })).contents,
    [Symbol.asyncDispose]: async () => await client.close(),
  };
}

describe.each(ERAS)('resources for a %s client', (era) => {
  let world: World;
  let reader: Reader;
  beforeAll(async () => {
    world = await startWorld();
    reader = await connect(era, world, 'z-stream');
  });
  afterAll(async () => {
    await reader[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  it('are the page of the flow and the skills of the persona, always the same', async () => {
    const first = await reader.list();
    const [page, ...skills] = first.map(({ uri }) => uri);
    expect(page).toBe(FLOW);
    expect(skills).toContain(SKILL);
    expect(skills).toEqual(skills.filter((uri) => uri.startsWith('sluice://skills/')).sort());
    for (const { mimeType, description } of first) {
      expect(mimeType).toBe('text/markdown');
      expect(description?.length).toBeGreaterThan(20);
    }
    await reader.read(FLOW);
    expect(await reader.list()).toEqual(first);
    expect(reader.capabilities).toMatchObject({ listChanged: false });
  });

  it('read as the files do', async () => {
    const text = readFileSync(join(ROOT, 'docs', 'KONFLUX_RELEASE_FLOW.md'), 'utf8');
    expect(await reader.read(FLOW)).toEqual([{ uri: FLOW, mimeType: 'text/markdown', text }]);
    expect(await reader.read(SKILL)).toEqual([
      { uri: SKILL, mimeType: 'text/markdown', text: expect.stringContaining('# Drive a z-stream') },
    ]);
  });

  it('are no way to other files', async () => {
    for (const uri of ['sluice://docs/../package.json', 'sluice://skills/y-stream', 'file:///etc/passwd'])
      await expect(reader.read(uri)).rejects.toThrow();
  });

  it('of a persona without skills are the page alone', async () => {
    await using other = await connect(era, world, 'reader');
    expect((await other.list()).map(({ uri }) => uri)).toEqual([FLOW]);
    await expect(other.read(SKILL)).rejects.toThrow();
  });
});
