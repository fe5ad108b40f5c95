import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EffectOutcome, Found } from '../../../src/kit/effect.ts';
import { connectionFor } from '../../../src/kit/module.ts';
import { performDirect } from '../../../src/kit/perform-direct.ts';
import { Registry } from '../../../src/kit/registry.ts';
import { atFileEnd } from '../../../test/support/file-end.ts';
import { folderOf, gitServer } from '../../../test/support/git-server.ts';
import { principal, services } from '../../../test/support/stand-in.ts';
import type { GitClient } from '../client.ts';
import { git } from '../module.ts';
import { GitSettings } from '../settings.ts';

export const TOKEN = 'bot-password-1';
export const APP = 'group/app.git';
export const FORK = 'bot/app.git';
const options = { principal, now: Date.parse('2026-02-01T00:00:00Z') };

/**
 * What every world of a file begins with: a git host with one repository (three commits on main) and
 * our fork of it, and mirrors of them. It is made once; each world gets copies.
 */
async function makeStock() {
  process.env.GIT_TEST_TOKEN = TOKEN;
  const server = await gitServer();
  atFileEnd(async () => {
    stock = undefined;
    await server[Symbol.asyncDispose]();
  });
  const url = server.create(APP);
  const [C1 = '', C2 = '', C3 = ''] = server.seed(APP, [
    { branch: 'main', message: 'AAP-1 begin', files: { 'deploy/app.yml': 'ref: one\n', README: 'hello\n' } },
    { branch: 'main', message: 'AAP-2 add b', files: { b: '1\n2\n3\n4\n5\n6\n7\n8\n' } },
    { branch: 'main', message: 'AAP-3 change b', files: { b: '1\n2\n3\nfour\n5\n6\n7\n8\n' } },
  ]);
  const forkUrl = server.fork(APP, FORK);
  const mirrors = mkdtempSync(join(tmpdir(), 'sluice-git-stock-'));
  const settings = (cache: string, more: Record<string, unknown> = {}) => ({
    repositories: {
      app: {
        url,
        fork_url: forkUrl,
        default_branch: 'main',
        user: 'bot',
        token: 'env:GIT_TEST_TOKEN',
        ...more,
      },
    },
    cache,
  });
  const client = clientOf(settings(mirrors));
  await client.refresh('app');
  await client.refresh('app', { remote: 'fork' });
  await packed(client);
  const start: Start = { fill: folderOf(mirrors), restore: server.keep() };
  remove(mirrors);
  return { server, url, forkUrl, C1, C2, C3, settings, start };
}

/** Where a world begins: its mirrors, and how to bring the host there. */
interface Start {
  fill: (cache: string) => void;
  restore: () => void;
}

let stock: ReturnType<typeof makeStock> | undefined;

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function clientOf(settings: object): GitClient {
  const connection = connectionFor(git, services, () => undefined);
  return git.connect(GitSettings.parse(settings), connection) as GitClient;
}

/** In few files, as it will be copied often. */
async function packed(client: GitClient): Promise<void> {
  const { mirror } = client.repository('app');
  await mirror.git(['repack', '-a', '-d', '-q']);
}

/** The stock and this module over it. There is one world at a time: the next begins anew. */
export async function gitWorld(
  more: Record<string, unknown> = {},
  { cold = false }: { cold?: boolean } = {},
) {
  stock ??= makeStock();
  return worldFrom(await stock, (await stock).start, more, cold);
}

/**
 * Worlds that begin where `prepare` left one: it runs once a file. What it answers is in each of them.
 */
export function preparedWorld<E extends object>(prepare: (world: GitWorld) => Promise<E>) {
  const once = async () => {
    await using world = await gitWorld();
    const extra = await prepare(world);
    await packed(world.client);
    return { extra, start: { fill: folderOf(world.cache), restore: world.server.keep() } };
  };
  let made: ReturnType<typeof once> | undefined;
  return async (more: Record<string, unknown> = {}) => {
    made ??= once();
    const { extra, start } = await made;
    stock ??= makeStock();
    return Object.assign(worldFrom(await stock, start, more, false), extra);
  };
}

function worldFrom(
  { server, url, forkUrl, C1, C2, C3, settings, start }: Awaited<ReturnType<typeof makeStock>>,
  { fill, restore }: Start,
  more: Record<string, unknown>,
  cold: boolean,
) {
  restore();
  const caches: string[] = [];
  const cacheWith = (fillIt: Start['fill']) => {
    const cache = mkdtempSync(join(tmpdir(), 'sluice-git-'));
    caches.push(cache);
    if (!cold) fillIt(cache);
    return cache;
  };
  /** Of another machine: what the stock has, and nothing of what was made here. */
  const newCache = () => cacheWith(start.fill);

  const machine = (cache = newCache(), others = more) => {
    const registry = new Registry([git], { git: settings(cache, others) }, services);
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
  const first = machine(cacheWith(fill));
  return {
    ...first,
    client: clientOf(settings(first.cache, more)),
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
    seed: (commits: Parameters<typeof server.seed>[1]) => server.seed(APP, commits),
    /** As if somebody had moved or removed a branch or tag (a whole ref). */
    put: (ref: string, commit: string | undefined) => server.put(APP, ref, commit),
    tip: (branch: string) => server.tip(APP, `refs/heads/${branch}`),
    forkTip: (branch: string) => server.tip(FORK, `refs/heads/${branch}`),
    /** Requests by which something was sent. */
    pushes: () => server.requests.filter((line) => line.startsWith('POST') && line.includes('receive-pack')),
    async [Symbol.asyncDispose]() {
      for (const cache of caches) remove(cache);
    },
  };
}

export type GitWorld = Awaited<ReturnType<typeof gitWorld>>;

export function dataOf(found: Found | EffectOutcome | undefined): Record<string, unknown> {
  return Object(found !== undefined && 'data' in found ? found.data : {});
}
