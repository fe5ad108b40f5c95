import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { HOME } from '../../app.ts';
import { boundedFetch } from '../../kit/http.ts';

const LAUNCHER = join(HOME, 'bin', 'sluice');
const LIMIT_MS = 30_000;
const LOOK_MS = 100;

const Ready = z.object({ config: z.string(), control: z.string() });
const Requests = z.object({
  requests: z.array(
    z.object({ system: z.string().nullish(), method: z.string(), path: z.string(), mutating: z.boolean() }),
  ),
});
const Effects = z.object({
  effects: z.array(z.object({ system: z.string(), kind: z.string(), key: z.string() })),
});

export type SeenRequest = z.output<typeof Requests>['requests'][number];
export type SeenEffect = z.output<typeof Effects>['effects'][number];

const Settings = z.looseObject({
  modules: z.looseObject({
    git: z
      .looseObject({ repositories: z.record(z.string(), z.looseObject({ default_branch: z.string() })) })
      .optional(),
  }),
});

export interface Ran {
  /** Null when it was killed. */
  code: number | null;
  out: string;
  err: string;
}

/** A sandbox of its own, with a state folder of its own; what happens in it reaches nothing else. */
export interface RehearsalWorld {
  dir: string;
  /** Name → default branch: where it stands what is declared. */
  repositories: Readonly<Record<string, string>>;
  /** Runs the command line in it; killed once that many requests have changed the world. */
  run(args: readonly string[], killAfter?: number): Promise<Ran>;
  requests(): Promise<SeenRequest[]>;
  effects(): Promise<SeenEffect[]>;
  fault(fault: Record<string, unknown>): Promise<void>;
  /** Nothing goes wrong from here on. */
  heal(): Promise<void>;
  pass(duration: string): Promise<void>;
  close(): Promise<void>;
}

/** `change` is laid over the settings of the sandbox. */
export async function startWorld(
  scenario: string,
  dir: string,
  change: (dir: string) => Record<string, unknown>,
): Promise<RehearsalWorld> {
  const world = spawn(LAUNCHER, ['sandbox', '--scenario', scenario, '--dir', dir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  world.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => world.on('close', () => resolve()));
  const stop = async () => {
    world.kill('SIGTERM');
    await ended;
  };
  const ready = await firstLine(world.stdout);
  if (ready === undefined) throw new Error(`the sandbox did not begin: ${complaint.slice(0, 500)}`);
  const { config, control } = Ready.parse(JSON.parse(ready));
  const settings = Settings.parse(parse(readFileSync(config, 'utf8')));
  const repositories = Object.entries(settings.modules.git?.repositories ?? {});
  writeFileSync(config, stringify({ ...settings, ...change(dir) }, { lineWidth: 0 }));

  const requests = async () =>
    Requests.parse(await boundedFetch(`${control}/requests`, undefined, LIMIT_MS)).requests;
  const run = async (args: readonly string[], killAfter?: number): Promise<Ran> => {
    const child = spawn(LAUNCHER, [...args, '--config', config, '--json'], {
      // The state folder of the caller is not the sandbox's.
      env: { ...process.env, SLUICE_CONFIG: config, SLUICE_HOME: join(dir, 'state') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      text.out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      text.err += chunk.toString();
    });
    let over = false;
    const exit = new Promise<Ran>((resolve) => {
      child.on('close', (code) => {
        over = true;
        resolve({ code, ...text });
      });
    });
    while (killAfter !== undefined && !over) {
      const changed = (await requests()).filter(({ mutating }) => mutating).length;
      if (changed >= killAfter) {
        child.kill('SIGKILL');
        break;
      }
      await Promise.race([exit, delay(LOOK_MS)]);
    }
    return await exit;
  };
  return {
    dir,
    repositories: Object.fromEntries(
      repositories.map(([name, { default_branch }]) => [name, default_branch]),
    ),
    run,
    requests,
    effects: async () => Effects.parse(await boundedFetch(`${control}/effects`, undefined, LIMIT_MS)).effects,
    fault: async (fault) => {
      await boundedFetch(`${control}/faults`, fault, LIMIT_MS);
    },
    heal: async () => {
      await boundedFetch(`${control}/faults`, undefined, LIMIT_MS, 'DELETE');
    },
    pass: async (duration) => {
      await boundedFetch(`${control}/clock`, { advance: duration }, LIMIT_MS);
    },
    close: stop,
  };
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string | undefined> {
  for await (const line of createInterface({ input: stream })) return line;
  return undefined;
}
