import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitHost } from '../../sandbox/git/host.ts';
import { loadScenario } from '../../sandbox/scenario/load.ts';
import { checkScenario } from '../../sandbox/scenario/schema.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { digestOf } from '../../sandbox/systems/registry-blobs.ts';
import { contentOf } from '../../sandbox/systems/registry-content.ts';
import { createApp } from '../../src/app.ts';
import { modules } from '../../tools/modules.ts';
import type { World } from '../mcp/world.ts';
import { oneLined } from './injection-corpus.ts';

type Tree = Record<string, unknown>;

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'sluice');
const CODE = 'demo/demo-backend';
const CONFIG = 'service/app-interface';
export const PLAIN_PROJECT = 'demo/plain';
export const GITHUB_REPOSITORY = 'demo/app';
export const HEAD = '6'.repeat(40);
const BASE = '1'.repeat(40);
const TESTS = 'test.appstudio.openshift.io/status';
const AT = '2026-06-24T09:00:00Z';
const tree = (value: unknown): Tree => (value !== null && typeof value === 'object' ? (value as Tree) : {});

/**
 * The scenario of a release to production in which these texts stand wherever somebody outside can leave
 * some. Two worlds from texts of the same number differ in their words alone.
 */
export function scenarioOf(texts: readonly string[]): Tree {
  const raw = structuredClone(loadScenario('ship-demo'));
  let given = 0;
  const next = () => texts[given++ % texts.length] ?? '';
  const all = texts.join('\n');

  raw.kubernetes = worded(failing(raw.kubernetes), next);
  tree(raw.quay).repositories = worded(tree(raw.quay).repositories, next);

  const jira = tree(raw.jira);
  for (const issue of Object.values(tree(jira.issues)).map(tree)) issue.description = all;
  texts.forEach((text, index) => {
    tree(jira.issues)[`DEMO-${1001 + index}`] = {
      type: 'Task',
      summary: oneLined(text).slice(0, 250) || 'empty',
      description: text,
      status: 'To Do',
      comments: [{ author: 'ada-account', created: AT, text }],
    };
  });

  const slack = tree(raw.slack);
  slack.messages = texts.map((text, index) => ({
    channel: 'demo-releases',
    ts: `${1_782_000_000 + index}.000100`,
    user: 'U0ADA',
    text,
    ...(index === 0 ? {} : { thread_ts: '1782000000.000100' }),
  }));

  const projects = tree(tree(raw.gitlab).projects);
  const request = (text: string, project: number, iid: number, files: object) => ({
    title: oneLined(text).slice(0, 250) || 'empty',
    description: text,
    state: 'opened',
    author: 'ada',
    source_branch: `change-${iid}`,
    source_project_id: project,
    target_branch: 'master',
    web_url: `https://gitlab.example.com/${project}/-/merge_requests/${iid}`,
    created: AT,
    files,
  });
  tree(projects[CONFIG]).merge_requests = Object.fromEntries(
    texts
      .slice(0, 12)
      .map((text, index) => [index + 1, request(text, 7002, index + 1, { 'README.md': text })]),
  );
  const names = texts.map((_text, index) => index);
  projects[PLAIN_PROJECT] = {
    id: 7010,
    web_url: `https://gitlab.example.com/${PLAIN_PROJECT}`,
    default_branch: 'master',
    branches: Object.fromEntries([
      ['master', { 'README.md': 'text' }],
      ...names.map((index) => [`branch-${index}`, { 'README.md': `text ${index}` }]),
    ]),
    tags: Object.fromEntries(names.map((index) => [`t${index}`, HEAD])),
    commits: texts.map((text, index) => ({
      id: (index + 16).toString(16).padStart(40, 'c'),
      title: oneLined(text),
      author: oneLined(text).slice(0, 80) || 'nobody',
      created: AT,
    })),
    merge_requests: Object.fromEntries(
      texts.map((text, index) => [
        index + 1,
        {
          ...request(text, 7010, index + 1, { 'README.md': 'text' }),
          notes: [{ author: 'ada', created: AT, body: text }],
        },
      ]),
    ),
    pipelines: [
      {
        id: 880900,
        created: AT,
        status: 'failed',
        ref: 'master',
        jobs: texts.map((text, index) => ({
          id: 990_000 + index,
          name: oneLined(text).slice(0, 200) || 'empty',
          stage: 'test',
          status: 'failed',
          log: `${text}\n`,
        })),
      },
    ],
  };

  raw.github = {
    repositories: {
      [GITHUB_REPOSITORY]: {
        branches: {
          main: { head: BASE, files: {} },
          ...Object.fromEntries(names.map((index) => [`branch-${index}`, { head: HEAD }])),
        },
        commits: {
          [BASE]: { message: 'First', at: '2026-06-01T08:00:00Z' },
          [HEAD]: { message: all.replaceAll('\0', ''), at: AT, parents: [BASE] },
        },
        tags: { 'v1.0': { commit: BASE } },
        pull_requests: {
          '1': {
            title: oneLined(all).slice(0, 250),
            body: all,
            author: 'ada',
            branch: 'branch-0',
            head: HEAD,
            created: AT,
          },
        },
        releases: {
          '50': { tag: 'v1.0', name: oneLined(texts[0] ?? ''), body: all, created: AT },
        },
      },
    },
  };
  raw.sheets = { documents: { 'zstream-reports-4-20': { title: 'Reports', tabs: { '4.20.26': {} } } } };
  return committed(raw, texts);
}

/** The tests of c2 have failed, whatever is said about it. */
function failing(kubernetes: unknown): unknown {
  const snapshots = tree(tree(tree(kubernetes)['konflux-cluster']).objects).ship_snapshots;
  const snapshot = (snapshots as Tree[])
    .map(tree)
    .find(({ metadata }) => String(tree(metadata).name).endsWith('-c2'));
  const annotations = tree(tree(snapshot?.metadata).annotations);
  annotations[TESTS] = String(annotations[TESTS]).replaceAll('TestPassed', 'TestFail');
  for (const condition of tree(snapshot?.status).conditions as Tree[]) {
    if (condition.type === 'AppStudioTestSucceeded')
      Object.assign(condition, { status: 'False', reason: 'Failed' });
  }
  return kubernetes;
}

/** Conditions, events, annotations, details of tests: what a cluster says in words. */
function worded(value: unknown, next: () => string): unknown {
  if (Array.isArray(value)) return value.map((item) => worded(item, next));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (typeof item === 'string' && ['message', 'description'].includes(key) && !item.includes('{{'))
        return [key, next()];
      if (key === 'annotations') return [key, { ...annotated(tree(item), next), 'example.com/note': next() }];
      return [key, worded(item, next)];
    }),
  );
}

function annotated(annotations: Tree, next: () => string): Tree {
  const status = annotations[TESTS];
  if (typeof status !== 'string') return annotations;
  const tests = (JSON.parse(status) as Tree[]).map((test) => ({ ...test, details: next() }));
  return { ...annotations, [TESTS]: JSON.stringify(tests) };
}

/** The words of commits are part of their ids, and those stand all over the world, also inside images. */
function committed(raw: Tree, texts: readonly string[]): Tree {
  const repositories = tree(tree(raw.git).repositories);
  const commits = Object.entries(tree(tree(repositories[CODE]).commits)).map(
    ([name, commit]) => [name, tree(commit)] as const,
  );
  const ids = new Map(commits.map(([name, { id }]) => [name, String(id)]));
  const images = digestsOf(raw);
  commits
    .filter(([name]) => name !== 'c1' && name !== 'release')
    .forEach(([, commit], index) => {
      const subject = oneLined(texts[(index * 7) % texts.length] ?? '');
      commit.message = `${subject}\n\n${texts.join('\n')}`.replaceAll('\0', '');
    });
  for (const repository of Object.values(repositories).map(tree)) {
    for (const commit of Object.values(tree(repository.commits)).map(tree)) delete commit.id;
  }
  const changed = replaced(raw, renamed(ids, idsOf(raw)));
  return replaced(changed, renamed(images, digestsOf(changed)));
}

function idsOf(raw: Tree): ReadonlyMap<string, string> {
  const { git, clock } = checkScenario(raw, 'corpus');
  const repository = git.repositories[CODE];
  if (repository === undefined) throw new Error(`no ${CODE}`);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-ids-'));
  try {
    return new GitHost(folder, { repositories: { [CODE]: repository } }, clock).ids(CODE);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function digestsOf(raw: Tree): ReadonlyMap<string, string> {
  const { shapes } = contentOf(checkScenario(raw, 'corpus').registry);
  return new Map(
    [...shapes].flatMap(([name, { top, images }]) =>
      [top, ...images].map(({ bytes }, index): [string, string] => [`${name} ${index}`, digestOf(bytes)]),
    ),
  );
}

function renamed(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): [string, string][] {
  return [...before].map(([name, old]) => {
    const now = after.get(name);
    if (now === undefined) throw new Error(`no ${name} any more`);
    return [old, now];
  });
}

/** Also where the first seven digits of a commit stand for it. */
function replaced(raw: Tree, names: readonly [string, string][]): Tree {
  let text = JSON.stringify(raw);
  for (const [old, now] of names) {
    text = text.replaceAll(old, now);
    if (/^[0-9a-f]{40}$/.test(old))
      text = text.replace(new RegExp(`\\b${old.slice(0, 7)}\\b`, 'g'), now.slice(0, 7));
  }
  return tree(JSON.parse(text));
}

/** A world as the tests of the agents' face know it, and more. */
export interface CorpusWorld extends World {
  /** Every request that would change something, as it left. */
  sent(): readonly Sent[];
  /** Commits of the scenario, by name. */
  commits: ReadonlyMap<string, string>;
  call(tool: string, input: object): Promise<unknown>;
  cli(...args: string[]): Promise<Tree>;
}

export interface Sent {
  method: string;
  path: string;
  body: string;
}

/** A sandbox of that scenario behind a server that writes down what passes. */
export async function startCorpusWorld(texts: readonly string[]): Promise<CorpusWorld> {
  const scenario = scenarioOf(texts);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-corpus-'));
  const sandbox = await startSandbox({ scenario, dir: join(folder, 'sandbox') });
  const sent: Sent[] = [];
  const proxy = createServer((incoming, answer) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const parts: Buffer[] = [];
    const onwards = request(`${sandbox.url}${path}`, { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(answer);
    });
    onwards.on('error', () => answer.destroy());
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const reads = method === 'GET' || path.startsWith('/_control') || path.endsWith('/git-upload-pack');
      if (!reads) sent.push({ method, path, body: Buffer.concat(parts).toString('utf8') });
    });
    incoming.pipe(onwards);
  });
  await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const config = join(folder, 'sluice.yaml');
  writeFileSync(config, readFileSync(sandbox.config, 'utf8').replaceAll(sandbox.url, url));
  const home = join(folder, 'home');
  const app = createApp({ config, face: 'cli', modules });
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const env = {
    ...Object.fromEntries(inherited),
    SLUICE_CONFIG: config,
    SLUICE_HOME: home,
    SLUICE_LOG: 'silent',
  };
  return {
    sandbox,
    home,
    env,
    sent: () => sent,
    commits: idsOf(scenario),
    call: async (tool, input) => await app.call(tool, input, { principal: app.principal }),
    cli: async (...args) => {
      const child = spawn(LAUNCHER, [...args, '--json'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
      let out = '';
      child.stdout.on('data', (part: Buffer) => {
        out += part.toString('utf8');
      });
      await new Promise((done) => child.on('close', done));
      return tree(JSON.parse(out));
    },
    [Symbol.asyncDispose]: async () => {
      await app.close();
      proxy.closeAllConnections();
      await new Promise((done) => proxy.close(done));
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
