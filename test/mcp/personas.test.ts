import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { createApp } from '../../src/app.ts';
import { createServerFactory } from '../../src/mcp/server.ts';
import { modules } from '../../tools/modules.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'personas');
const Manifest = z.object({ persona: z.string(), tools: z.array(z.string()), core: z.array(z.string()) });

/** What ships, read by hand. */
const manifests = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => Manifest.parse(parse(readFileSync(join(FOLDER, file), 'utf8'))));
const SURFACES = ['core', 'full'] as const;

function appWith(personas: Record<string, object> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-personas-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'personas'));
  for (const [name, manifest] of Object.entries(personas))
    writeFileSync(join(dir, 'personas', `${name}.yaml`), stringify(manifest));
  const config = join(dir, 'sluice.yaml');
  writeFileSync(
    config,
    stringify({ personas: [join(dir, 'personas')], state: { home: join(dir, 'state') } }),
  );
  return createApp({ config, face: 'mcp', modules });
}

type App = ReturnType<typeof appWith>;

/** A client of the real server, without a process between them. */
async function connect(app: App, persona: string, surface: (typeof SURFACES)[number] = 'core') {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const server = createServerFactory(app, { personas: [persona], surface, readOnly: false })();
  const client = new Client({ name: 'test-client', version: '1.0.0' });
  await Promise.all([server.connect(ours), client.connect(theirs)]);
  onTestFinished(() => client.close());
  return client;
}

/** By the words of the manifest: a name, or a pattern of which `*` is any part. */
function namedBy(entry: string, names: readonly string[]): string[] {
  const pattern = new RegExp(`^${entry.split('*').join('.*')}$`);
  return names.filter((name) => pattern.test(name));
}

const namesOf = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);

describe.each(manifests.map((manifest) => [manifest.persona, manifest] as const))(
  'persona %s',
  (persona, manifest) => {
    it('W-S08: a client sees exactly its manifest and the tools of the server, whatever it calls', async () => {
      const app = appWith();
      const known = app.registry
        .list()
        .filter(({ engineOnly }) => !engineOnly)
        .map(({ name }) => name);
      const own: string[][] = [];
      for (const surface of SURFACES) {
        const client = await connect(app, persona, surface);
        const listed = await namesOf(client);
        const wanted = (surface === 'full' ? manifest.tools : manifest.core).flatMap((one) =>
          namedBy(one, known),
        );
        expect(listed.filter((name) => known.includes(name))).toEqual([...new Set(wanted)].sort());
        own.push(listed.filter((name) => !known.includes(name)));
        for (const name of own.at(-1) ?? []) await client.callTool({ name, arguments: {} });
        expect(await namesOf(client)).toEqual(listed);
      }
      expect(own[0]).toEqual(own[1]);
      expect(own[0]).toEqual(expect.arrayContaining(['release_drive', 'skill_get', 'tool_search']));
      expect(own[0]?.filter((name) => /persona|session/.test(name))).toEqual([]);
      await app.close();
    });

    it('W-S11: stays within what clients give room to', async () => {
      const app = appWith();
      const client = await connect(app, persona);
      const { tools } = await client.listTools();
      const bytes = Buffer.byteLength(JSON.stringify({ tools }));
      expect(bytes, `tools/list has ${bytes} bytes`).toBeLessThanOrEqual(25_000);
      expect(tools.length).toBeLessThanOrEqual(60);
      expect(client.getInstructions()?.length).toBeLessThanOrEqual(2_000);
      expect(await namesOf(await connect(app, persona, 'full'))).toHaveProperty(
        'length',
        expect.toSatisfy((count) => count <= 128),
      );
    });
  },
);

const GOOD = {
  persona: 'mine',
  title: 'Mine',
  role: 'Read.',
  tools: ['errata_*'],
  core: ['errata_get_advisory'],
};

it('W-S09: an unknown persona is refused with those that there are', async () => {
  const app = appWith({ mine: GOOD });
  const names = [...manifests.map(({ persona }) => persona), 'mine'];
  await expect(connect(app, 'z-steam')).rejects.toMatchObject({
    code: 'not_found',
    message: 'There is no persona "z-steam".',
    remedy: `Did you mean z-stream? Personas: ${names.join(', ')}.`,
  });
  await expect(connect(app, 'nobody-at-all')).rejects.toMatchObject({
    remedy: `Personas: ${names.join(', ')}.`,
  });
});

describe('W-S10: a manifest is refused at the start', () => {
  it.each([
    ['with a key that there is not', { ...GOOD, modules: ['errata'] }, /mine\.yaml: .*modules/],
    ['without a role', { ...GOOD, role: undefined }, /mine\.yaml: role: /],
    [
      'with a module that there is not',
      { ...GOOD, tools: ['erata_*'] },
      /Persona mine: tools names "erata_\*"/,
    ],
    ['with a flow that there is not', { ...GOOD, flows: ['z-strem'] }, /Persona mine: flows names "z-strem"/],
    ['with a name that is none', { ...GOOD, persona: 'My Own' }, /mine\.yaml: persona: /],
  ])('%s', (_what, manifest, cause) => {
    expect(() => appWith({ mine: manifest })).toThrow(cause);
  });
});
