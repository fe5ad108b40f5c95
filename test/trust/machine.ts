import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../../sandbox/server.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { durationMs } from '../../src/kit/duration.ts';
import type { HttpServices } from '../../src/kit/http.ts';
import { createLogger, type Logger } from '../../src/kit/log.ts';
import { performDirect } from '../../src/kit/perform-direct.ts';
import { Redactor } from '../../src/kit/redact.ts';
import { Registry } from '../../src/kit/registry.ts';
import { loadSettings } from '../../src/kit/settings.ts';
import { modules } from '../../tools/modules.ts';
import { principal } from '../support/stand-in.ts';
import { SHIP } from './scenario.ts';

/** Modules whose world is the z-stream; the others' is the backend that is shipped. */
const Z_STREAM = ['oar', 'release_controller', 'errata', 'prow', 'jenkins', 'jobs', 'sheets'];
const NOW = Date.parse('2026-06-25T12:00:00Z');

export interface MachineOptions {
  /** Changes what the settings say, before modules get them. */
  settings?: (modules: Record<string, Record<string, unknown>>) => void;
  log?: Logger;
  /** Stands in for the program of that name. */
  bonfire?: string;
  callLimitMs?: number;
  /** Something that stands between us and a sandbox: from its address to the one that the settings name. */
  front?: (url: string) => Promise<string>;
}

/** Both worlds of the sandbox, and all modules in this process with the settings that it wrote. */
export async function startMachines(options: MachineOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-trust-'));
  const worlds = await Promise.all(
    (
      [
        ['z-stream', 'z-stream-4.20.27'],
        ['ship', SHIP],
      ] as const
    ).map(([name, scenario]) => startSandbox({ scenario, dir: join(folder, name) })),
  );
  const [zStream, ship] = worlds;
  if (zStream === undefined || ship === undefined) throw new Error('no sandbox');
  const front = options.front ?? (async (url: string) => url);
  const build = async ({ config, url }: (typeof worlds)[number]) => {
    const { settings } = loadSettings(config);
    settings.modules = elsewhere(settings.modules, url, await front(url));
    if (settings.modules.bonfire !== undefined) {
      Object.assign(settings.modules.bonfire, {
        program: options.bonfire ?? 'bonfire',
        requesters: { [principal.id]: 'somebody-else' },
        apps: { demo: { image_base: 'quay.io/demo-org/demo-backend', components: ['demo-backend'] } },
      });
    }
    options.settings?.(settings.modules);
    const redactor = new Redactor();
    const services: HttpServices = {
      clock: { ...systemClock, now: async () => NOW, sleep: async () => undefined },
      redactor,
      log: options.log ?? createLogger('silent'),
      callLimitMs: options.callLimitMs ?? durationMs(settings.engine.call_limit),
    };
    return { redactor, services, registry: new Registry(modules, settings.modules, services) };
  };
  const built = { zStream: await build(zStream), ship: await build(ship) };
  const of = (module: string) => (Z_STREAM.includes(module) ? built.zStream : built.ship);
  return {
    folder,
    worlds,
    registries: Object.values(built).map(({ registry }) => registry),
    redactorOf: (module: string) => of(module).redactor,
    call: async (tool: string, input: unknown): Promise<unknown> => {
      const module = built.ship.registry.moduleOf(tool) ?? '';
      const { registry, services } = of(module);
      const given = { principal, now: NOW, signal: AbortSignal.timeout(8_000) };
      if (registry.demand(tool).effect === 'read') return await registry.read(tool, input, given);
      return await registry.write(tool, input, given, (effects) => performDirect(effects, services));
    },
    async [Symbol.asyncDispose]() {
      for (const world of worlds) await world.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Every tool of every module, with its module's name. */
export const allTools = modules.flatMap((module) =>
  module.tools.map((tool) => ({ module: module.name, tool })),
);

function elsewhere<T>(settings: T, from: string, to: string): T {
  return JSON.parse(JSON.stringify(settings).replaceAll(from, to));
}
