import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performDirect } from '../../../src/kit/perform-direct.ts';
import { Registry } from '../../../src/kit/registry.ts';
import { atFileEnd } from '../../../test/support/file-end.ts';
import { folderOf, gitServer } from '../../../test/support/git-server.ts';
import { principal, services } from '../../../test/support/stand-in.ts';
import { git } from '../../git/module.ts';
import { appinterface } from '../module.ts';
import { HEAD, namespaceFile } from './files.ts';

export const FILE = 'data/services/demo/cicd/deploy.yml';
export const UPSTREAM = 'app-interface.git';
export const FORK = 'fork.git';
const CODE = 'code.git';

/** Commits of the code: four in a row on main, one beside them. */
export interface Code {
  c1: string;
  c2: string;
  c3: string;
  c4: string;
  side: string;
}

export function saasFile(refs: { stage?: string; production: string; billing: string }): string {
  return `---
${HEAD}resourceTemplates:
- name: demo
  url: https://git.example.com/demo/demo
  path: /deploy/template.yml
  hash_length: 7
  targets:
  - namespace:
      $ref: ${namespaceFile('demo-stage')}
    ref: ${refs.stage ?? 'main'}
  # pinned
  - namespace:
      $ref: ${namespaceFile('demo-prod')}
    ref: ${refs.production}
    parameters:
      REPLICAS: 3
  - namespace:
      $ref: ${namespaceFile('demo-prod-billing')}
    ref: ${refs.billing}
`;
}

/**
 * What every world of a file begins with: app-interface with a fork, the code, and mirrors of them. It
 * is made once; each world gets copies.
 */
async function makeStock() {
  process.env.APPINTERFACE_TEST_TOKEN = 'bot-password-1';
  const server = await gitServer();
  atFileEnd(async () => {
    stock = undefined;
    await server[Symbol.asyncDispose]();
  });
  const [upstream, code] = [server.create(UPSTREAM), server.create(CODE)];
  const commit = (file: string) => ({ branch: 'main', files: { [file]: file } });
  const [c1 = '', c2 = '', c3 = '', c4 = ''] = server.seed(CODE, ['1', '2', '3', '4'].map(commit));
  const [side = ''] = server.seed(CODE, [{ branch: 'hotfix', from: c2, files: { fix: 'fix' } }]);
  const content = saasFile({ production: c2, billing: c1 });
  server.seed(UPSTREAM, [{ branch: 'main', files: { [FILE]: content, 'README.md': 'demo\n' } }]);
  const fork = server.fork(UPSTREAM, FORK);
  const access = { default_branch: 'main', user: 'bot', token: 'env:APPINTERFACE_TEST_TOKEN' };
  const gitSettings = (cache: string, forked = true) => ({
    cache,
    repositories: {
      'app-interface': { url: upstream, ...(forked ? { fork_url: fork } : {}), ...access },
      demo: { url: code, ...access },
    },
  });
  const mirrors = mkdtempSync(join(tmpdir(), 'sluice-appinterface-'));
  const registry = new Registry([git], { git: gitSettings(mirrors) }, services);
  for (const [repository, remote] of [
    ['app-interface', 'origin'],
    ['app-interface', 'fork'],
    ['demo', 'origin'],
  ])
    await registry.read('git_fetch', { repository, remote }, call);
  const fill = folderOf(mirrors);
  remove(mirrors);
  return { server, code: { c1, c2, c3, c4, side }, gitSettings, fill, restore: server.keep() };
}

const call = { principal, now: 0 };
let stock: ReturnType<typeof makeStock> | undefined;

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * The stock and both modules over it, by HTTP. With `file` upstream has another saas file; the fork is
 * behind then. There is one world at a time: the next begins anew.
 */
export async function appWorld(
  options: { file?: (code: Code) => string; product?: object; fork?: boolean } = {},
) {
  stock ??= makeStock();
  const { server, code, gitSettings, fill, restore } = await stock;
  restore();
  const cache = mkdtempSync(join(tmpdir(), 'sluice-appinterface-'));
  fill(cache);
  const content = options.file?.(code);
  if (content !== undefined) server.seed(UPSTREAM, [{ branch: 'main', files: { [FILE]: content } }]);
  const settings = {
    git: gitSettings(cache, options.fork),
    appinterface: {
      repository: 'app-interface',
      products: {
        demo: {
          file: FILE,
          code_repository: 'demo',
          image: 'quay.io/example/demo',
          targets: {
            stage: { template: 'demo', namespace: 'demo-stage' },
            production: { template: 'demo', namespace: 'demo-prod' },
            billing: { template: 'demo', namespace: namespaceFile('demo-prod-billing') },
          },
          ...options.product,
        },
      },
    },
  };
  const registry = new Registry([git, appinterface], settings, services);
  return {
    server,
    code,
    registry,
    read: async (tool: string, input: object): Promise<unknown> =>
      await registry.read(`appinterface_${tool}`, input, call),
    effects: async (input: object) => await registry.effects('appinterface_update_ref', input, call),
    write: async (input: object): Promise<unknown> =>
      await registry.write('appinterface_update_ref', input, call, (effects) =>
        performDirect(effects, services),
      ),
    /** The saas file of a branch, as the repository itself has it. */
    fileAt: (repo: string, ref: string, path = FILE) => `${server.git(repo, ['show', `${ref}:${path}`])}\n`,
    /** Somebody else changes upstream. */
    merge: (text: string, more: Record<string, string> = {}, message = 'somebody changes it') =>
      server.seed(UPSTREAM, [{ branch: 'main', message, files: { [FILE]: text, ...more } }])[0] ?? '',
    [Symbol.asyncDispose]: async () => remove(cache),
  };
}

export type AppWorld = Awaited<ReturnType<typeof appWorld>>;
