import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { systemClock } from '../../../src/kit/clock.ts';
import { createLogger } from '../../../src/kit/log.ts';
import { performDirect } from '../../../src/kit/perform-direct.ts';
import { Redactor } from '../../../src/kit/redact.ts';
import { Registry } from '../../../src/kit/registry.ts';
import { loadSettings } from '../../../src/kit/settings.ts';
import { atFileEnd } from '../../../test/support/file-end.ts';
import { principal } from '../../../test/support/stand-in.ts';
import { github } from '../module.ts';
import { SCENARIO } from './scenario.ts';

interface Request {
  system: string;
  method: string;
  path: string;
  query: Record<string, string>;
  mutating: boolean;
  expected: boolean;
}

/** One sandbox for a test file; each test begins its story anew. */
let running: Promise<Sandbox> | undefined;

async function begin(): Promise<Sandbox> {
  const sandbox = await startSandbox({ scenario: SCENARIO });
  atFileEnd(async () => {
    running = undefined;
    await sandbox.close();
    rmSync(sandbox.dir, { recursive: true, force: true });
  });
  return sandbox;
}

/** The sandbox's GitHub with our tools connected to it. A request that it does not know fails the test. */
export async function world(settings: Record<string, unknown> = {}) {
  running ??= begin();
  const sandbox = await running;
  const loaded = loadSettings(sandbox.config).settings.modules.github;
  const services = {
    clock: { ...systemClock, sleep: async () => undefined },
    redactor: new Redactor(),
    log: createLogger('silent'),
    callLimitMs: 1_500,
  };
  const registry = new Registry([github], { github: { ...Object(loaded), ...settings } }, services);
  const options = { principal, now: 0 };
  const control = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${sandbox.control}${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  await control('/scenario', { scenario: SCENARIO });
  const requests = async () => (await control('/requests')).requests as Request[];
  onTestFinished(async () => {
    const strange = (await requests()).filter(({ expected }) => !expected);
    if (strange.length > 0) throw new Error(`nobody expected ${strange.map(({ path }) => path).join(', ')}`);
  });
  return {
    read: async (tool: string, input: unknown) =>
      (await registry.read(tool, input, options)) as Record<string, unknown>,
    effects: async (tool: string, input: unknown) => await registry.effects(tool, input, options),
    write: async (tool: string, input: unknown) =>
      (await registry.write(tool, input, options, (effects) => performDirect(effects, services))) as Record<
        string,
        unknown
      >,
    /** What was really changed. */
    changes: async () =>
      ((await control('/effects')).effects as { kind: string; key: string }[]).map(
        ({ kind, key }) => `${kind} ${key}`,
      ),
    sent: async () =>
      (await requests()).filter(({ mutating }) => mutating).map(({ method, path }) => `${method} ${path}`),
    requests,
    to: (at: string) => control('/clock', { to: at }),
    fault: (fault: unknown) => control('/faults', fault),
    patch: (github: unknown) => control('/scenario', { patch: { github } }),
  };
}
