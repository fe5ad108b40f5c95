import { type ChildProcess, execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { SluiceError } from '../../src/kit/errors.ts';

/** Where it looks for its own settings, and how it reaches app-interface, GitHub and the proxies. */
const KEPT = [
  'PATH',
  'HOME',
  'XDG_CONFIG_HOME',
  'TMPDIR',
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'NO_PROXY',
  'no_proxy',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
];
const KEPT_PREFIXES = ['QONTRACT_', 'APP_INTERFACE_', 'GITHUB_TOKEN', 'GIT_SSL_'];
const OUTPUT_LIMIT = 32 * 1024 * 1024;

export interface Ended {
  /** Null when it was stopped. */
  exit: number | null;
  stdout: string;
  stderr: string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill();
});

function environment(extra: Record<string, string>): Record<string, string> {
  const kept = Object.entries(process.env).flatMap(([name, value]) => {
    const wanted = KEPT.includes(name) || KEPT_PREFIXES.some((prefix) => name.startsWith(prefix));
    return value === undefined || !wanted ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', ...extra };
}

/** Runs a program without a shell; its end, not its success, is the answer. `tool_missing` when it is not there. */
export async function run(
  program: string,
  args: readonly string[],
  options: { limitMs: number; env: Record<string, string> },
): Promise<Ended> {
  return await new Promise((done, failed) => {
    const child = execFile(
      program,
      [...args],
      { env: environment(options.env), cwd: '/', timeout: options.limitMs, maxBuffer: OUTPUT_LIMIT },
      (error, stdout, stderr) => {
        running.delete(child);
        if (error === null) done({ exit: 0, stdout, stderr });
        else if (error.code === 'ENOENT' || error.code === 'EACCES') failed(missing(program));
        else done({ exit: typeof error.code === 'number' ? error.code : null, stdout, stderr });
      },
    );
    running.add(child);
    // Whatever it may ask: nobody is there to answer.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end();
  });
}

/** Looks for a program and runs nothing. */
export async function demandProgram(program: string, path = process.env.PATH ?? ''): Promise<string> {
  const places =
    isAbsolute(program) || program.includes('/')
      ? [resolve(program)]
      : path
          .split(delimiter)
          .filter((folder) => folder !== '')
          .map((folder) => join(folder, program));
  for (const place of places) {
    try {
      await access(place, constants.X_OK);
      return place;
    } catch {
      // The next one.
    }
  }
  throw missing(program);
}

function missing(program: string): SluiceError {
  return new SluiceError('tool_missing', {
    cause: `The program ${program} is not there, or not to be run by this server.`,
    remedy:
      'Install it (pip install crc-bonfire, or uv tool install crc-bonfire; it needs oc too), or set modules.bonfire.program; then `sluice doctor`.',
  });
}
