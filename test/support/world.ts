import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { QUICK } from './quick.ts';
import { WarmCli } from './warm-cli.ts';

const HOME = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const LAUNCHER = join(HOME, 'bin', 'sluice');
const PRELOAD = join(HOME, 'test', 'crash', 'preload.ts');

export const RELEASE = '4.20.27';
const JOB = 'periodic-ci-openshift-release-tests-main-image-consistency-check';

/** The same release with short waits: every step and every effect of the demo, fewer looks. */
export const SHORT = {
  extends: 'z-stream-4.20.27',
  name: 'z-stream-short',
  clock: '2026-06-26T12:00:00Z',
  errata: {
    advisories: {
      '169025': { push_outcomes: [[{ status: 'RUNNING' }, { after: '10m', status: 'COMPLETE' }]] },
      '169026': { push_outcomes: [[{ status: 'RUNNING' }, { after: '10m', status: 'COMPLETE' }]] },
    },
  },
  jenkins: {
    jobs: {
      'zstreams/Stage-Pipeline': {
        next: [{ number: 1668, queue: '1m', duration: '10m', result: 'SUCCESS' }],
      },
    },
  },
  prow: {
    jobs: {
      [JOB]: {
        next: [
          {
            id: '15c6a6b7-a0a0-461f-b3f4-4b5597625afc',
            build_id: '2070417476381839360',
            url: 'https://prow.ci.openshift.org/view/gs/test-platform-results/logs/x/2070417476381839360',
            outcome: [
              { state: 'scheduling' },
              { after: '1m', state: 'pending' },
              { after: '10m', state: 'success' },
            ],
          },
        ],
      },
    },
  },
  portal: { pages: { 'RHBA-2026:16165': { live: '2026-06-29T00:40:00Z' } } },
  gitlab: {
    projects: {
      'hybrid-platforms/art/ocp-shipment-data': {
        merge_requests: {
          '609': { state: [{ value: 'opened' }, { at: '2026-06-29T08:10:00Z', value: 'merged' }] },
        },
      },
    },
  },
};

export interface WorldOptions {
  scenario?: object | string;
  lease?: string;
  callLimit?: string;
  /** Other settings than those of the sandbox. */
  settings?: (given: Record<string, unknown>) => void;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

export interface World {
  sandbox: Sandbox;
  home: string;
  /** Begins a fresh story: a new state folder, the world as at its beginning. */
  fresh(): Promise<void>;
  /** By a process that has run others before; by one of its own where it may die or logs, or while that one is busy. */
  run(args: readonly string[], env?: Record<string, string>): Promise<Exit>;
  /** By a process of its own. */
  begin(args: readonly string[], env?: Record<string, string>): { pid: number; exit: Promise<Exit> };
  effects(): Promise<EffectRecord[]>;
  requests(): Promise<RequestRecord[]>;
  patch(patch: object): Promise<void>;
  /** Moves the world's clock on, by a duration such as `1h`. */
  pass(duration: string): Promise<void>;
  fault(fault: object): Promise<void>;
  close(): Promise<void>;
}

export interface RequestRecord {
  method: string;
  system: string;
  path: string;
  query: unknown;
  status: number | null;
  expected: boolean;
  mutating: boolean;
}

export interface EffectRecord {
  system: string;
  kind: string;
  key: string;
  data: Record<string, unknown>;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-world-'));
  const scenario = options.scenario ?? SHORT;
  const sandbox = await startSandbox({ scenario, dir });
  const settings = parse(readFileSync(sandbox.config, 'utf8'));
  settings.engine = { lease: options.lease ?? '60s', call_limit: options.callLimit ?? '10s' };
  options.settings?.(settings);
  writeFileSync(sandbox.config, stringify(settings, { lineWidth: 0 }));
  let home = '';
  let stories = 0;
  const control = async (path: string, body?: unknown): Promise<unknown> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${sandbox.control}${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  };
  const environment = (env: Record<string, string>) => ({
    ...process.env,
    SLUICE_CONFIG: sandbox.config,
    SLUICE_HOME: home,
    SLUICE_LOG: 'silent',
    ...env,
  });
  const begin = (args: readonly string[], env: Record<string, string> = {}) => {
    const child = spawn(LAUNCHER, [...args], {
      env: { ...environment(env), NODE_OPTIONS: `--import ${QUICK} --import ${PRELOAD}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    const exit = new Promise<Exit>((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal, out, err }));
    });
    return { pid: child.pid ?? 0, exit };
  };
  const warm = new WarmCli();
  return {
    sandbox,
    get home() {
      return home;
    },
    fresh: async () => {
      stories += 1;
      if (home !== '') rmSync(home, { recursive: true, force: true });
      home = join(dir, `state-${stories}`);
      mkdirSync(home);
      await fetch(`${sandbox.control}/faults`, { method: 'DELETE' });
      await control('/scenario', { scenario });
    },
    begin,
    run: async (args, env = {}) => {
      // Logs go straight to the file descriptor: only a process of its own has them apart.
      const isAlone = Object.keys(env).some((name) => /^CRASH_|^SLUICE_LOG$/.test(name));
      if (isAlone || !warm.isFree) return await begin(args, env).exit;
      return await warm.run(args, environment(env));
    },
    effects: async () => {
      const { effects } = (await control('/effects')) as { effects: EffectRecord[] };
      return effects;
    },
    requests: async () => {
      const { requests } = (await control('/requests')) as { requests: RequestRecord[] };
      return requests;
    },
    pass: async (duration) => {
      await control('/clock', { advance: duration });
    },
    patch: async (patch) => {
      await control('/scenario', { patch });
    },
    fault: async (fault) => {
      await control('/faults', fault);
    },
    close: async () => {
      await warm.close();
      await sandbox.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** What happened to the world, in words that do not depend on when it happened or on ids given out. */
export function summarize(effects: readonly EffectRecord[]): string[] {
  const lines = effects
    .map(({ system, kind, key, data }) => {
      const change =
        data.to ?? data.parameters ?? data.envs ?? data.target ?? String(data.body ?? '').slice(0, 20);
      const detail =
        system === 'slack'
          ? String(data.text)
              .replace(/[\d.]+/g, '')
              .slice(0, 32)
          : JSON.stringify(change);
      if (system === 'github') return `${system} ${kind} ${key} ${String(data.message)}`;
      return `${system} ${kind} ${key} ${detail}`;
    })
    .sort();
  // A mirror is eventual: how often it was written depends on when; that it was is what counts.
  return lines.filter((line, index) => !line.includes('Update task') || lines.indexOf(line) === index);
}
