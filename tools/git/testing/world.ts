import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EffectOutcome, Found } from '../../../src/kit/effect.ts';
import { connectionFor } from '../../../src/kit/module.ts';
import { performDirect } from '../../../src/kit/perform-direct.ts';
import { Registry } from '../../../src/kit/registry.ts';
import { gitServer } from '../../../test/support/git-server.ts';
import { principal, services } from '../../../test/support/stand-in.ts';
import type { GitClient } from '../client.ts';
import { git } from '../module.ts';
import { GitSettings } from '../settings.ts';

export const TOKEN = 'bot-password-1';
const options = { principal, now: Date.parse('2026-02-01T00:00:00Z') };

/** A git host with one repository (three commits on main) and our fork of it, and this module over it. */
export async function gitWorld(more: Record<string, unknown> = {}) {
  const server = await gitServer();
  const url = server.create('group/app.git');
  const [C1 = '', C2 = '', C3 = ''] = server.seed('group/app.git', [
    { branch: 'main', message: 'AAP-1 begin', files: { 'deploy/app.yml': 'ref: one\n', README: 'hello\n' } },
    { branch: 'main', message: 'AAP-2 add b', files: { b: '1\n2\n3\n4\n5\n6\n7\n8\n' } },
    { branch: 'main', message: 'AAP-3 change b', files: { b: '1\n2\n3\nfour\n5\n6\n7\n8\n' } },
  ]);
  const forkUrl = server.fork('group/app.git', 'bot/app.git');
  const caches: string[] = [];
  const newCache = () => {
    const cache = mkdtempSync(join(tmpdir(), 'sluice-git-'));
    caches.push(cache);
    return cache;
  };
  const settings = (cache: string) => ({
    repositories: {
      app: {
        url,
        fork_url: forkUrl,
        default_branch: 'main',
        user: 'bot',
        token: `cmd:echo ${TOKEN}`,
        ...more,
      },
    },
    cache,
  });

  const machine = (cache = newCache()) => {
    const registry = new Registry([git], { git: settings(cache) }, services);
    return {
      cache,
      registry,
      // The tools answer what their schemas allow; a test says what it expects of it.
      read: async (tool: string, input: object) =>
        Object(await registry.read(tool, { repository: 'app', ...input }, options)),
      write: async (tool: string, input: object) =>
        Object(
          await registry.write(tool, { repository: 'app', ...input }, options, (effects) =>
            performDirect(effects, services),
          ),
        ),
      effects: async (tool: string, input: object) =>
        await registry.effects(tool, { repository: 'app', ...input }, options),
      /** What a mirror holds besides what git made: nothing may be left behind. */
      leftovers: () =>
        readdirSync(cache).flatMap((mirror) =>
          readdirSync(join(cache, mirror)).filter((name) => /^sluice-(index|tree)/.test(name)),
        ),
    };
  };
  const first = machine();
  const client = git.connect(
    GitSettings.parse(settings(first.cache)),
    connectionFor(git, services, () => undefined),
  ) as GitClient;
  return {
    ...first,
    client,
    server,
    C1,
    C2,
    C3,
    url,
    forkUrl,
    settings,
    /** Another process of this machine; with a new cache, another machine. */
    machine,
    newCache,
    seed: (commits: Parameters<typeof server.seed>[1]) => server.seed('group/app.git', commits),
    tip: (branch: string) => server.tip('group/app.git', `refs/heads/${branch}`),
    forkTip: (branch: string) => server.tip('bot/app.git', `refs/heads/${branch}`),
    /** Requests by which something was sent. */
    pushes: () => server.requests.filter((line) => line.startsWith('POST') && line.includes('receive-pack')),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      for (const cache of caches) rmSync(cache, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

export type GitWorld = Awaited<ReturnType<typeof gitWorld>>;

export function dataOf(found: Found | EffectOutcome | undefined): Record<string, unknown> {
  return Object(found !== undefined && 'data' in found ? found.data : {});
}
