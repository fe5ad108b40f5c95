import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';

const SLUICE = fileURLToPath(new URL('../../bin/sluice', import.meta.url));
const Requests = z.object({
  requests: z.array(z.object({ system: z.string().nullish(), path: z.string(), mutating: z.boolean() })),
});
const Failure = z.object({
  error: z.object({ code: z.string(), cause: z.string(), remedy: z.string(), rule: z.string().optional() }),
});

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the real command line. */
export async function sluice(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const clean = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...env };
  return await new Promise((done) => {
    execFile(SLUICE, [...args], { env: clean, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

/** The one JSON document on stdout. */
export function answerOf<S extends z.ZodType>(ran: Ran, schema: S): z.output<S> {
  return schema.parse(JSON.parse(ran.stdout));
}

export function errorOf(ran: Ran) {
  return answerOf(ran, Failure).error;
}

/** A sandbox for the tests of a file, and the command line with its settings. */
export function cliWorld(scenario = 'z-stream-4.20.27') {
  let sandbox: Sandbox | undefined;
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
    sandbox = await startSandbox({ scenario, dir: join(folder, 'sandbox') });
  });
  afterAll(async () => {
    await sandbox?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const here = () => {
    if (sandbox === undefined) throw new Error('the sandbox has not begun');
    return sandbox;
  };
  const requests = async () => {
    const answer: unknown = await (await fetch(`${here().control}/requests`)).json();
    return Requests.parse(answer).requests;
  };
  const run = async (...args: string[]) =>
    await sluice(args.includes('--config') ? args : [...args, '--config', here().config]);
  return {
    sandbox: here,
    folder: () => folder,
    home: () => join(here().dir, 'state'),
    run,
    json: async (...args: string[]) => await run(...args, '--json'),
    requests,
    /** Settings like the sandbox's with a change, in a file of their own. */
    settings: (name: string, change: Record<string, unknown>): string => {
      const file = join(folder, `${name}.yaml`);
      const base: unknown = parse(readFileSync(here().config, 'utf8'));
      writeFileSync(file, stringify({ ...Object(base), ...change }));
      return file;
    },
    /** Runs something that must be refused: nothing is sent, and the state folder stays as it was. */
    refused: async (
      args: readonly string[],
      expected: { exit: number; code: string },
      home = join(here().dir, 'state'),
    ) => {
      const before = { requests: (await requests()).length, state: imprint(home) };
      const ran = await sluice(
        args.includes('--config') ? [...args, '--json'] : [...args, '--json', '--config', here().config],
      );
      expect(ran.stderr).toBe('');
      const error = errorOf(ran);
      expect({ exit: ran.code, code: error.code }).toEqual(expected);
      expect(error.remedy.length).toBeGreaterThan(10);
      const after = { requests: (await requests()).length, state: imprint(home) };
      expect(after).toEqual(before);
      return error;
    },
  };
}

/** What a state folder holds, without what a reader of a database leaves beside it. */
export function imprint(home: string): Record<string, string> {
  if (!existsSync(home)) return {};
  const files = readdirSync(home).filter(
    (name) => !/-(wal|shm)$/.test(name) && statSync(join(home, name)).isFile(),
  );
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(home, name)))
        .digest('hex'),
    ]),
  );
}
