import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerProcess {
  pid: number;
  /** What it has said so far, both streams. */
  output(): string;
  close(): Promise<void>;
}

interface Wanted {
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** Asked again and again until it answers true. */
  ready(output: string): Promise<boolean> | boolean;
  withinMs: number;
}

/** The kernel ends the server when whoever started it is no more. */
const END_WITH_PARENT = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;
const KEPT = 200_000;
const POLL_MS = 25;
const GRACE_MS = 5_000;
const TRIES = 3;

/** A server that ends with its test: by its pid on `close`, by the kernel when the test process dies. */
export async function startProcess(wanted: Wanted): Promise<ServerProcess> {
  const [guard, ...rest] = END_WITH_PARENT;
  const child = spawn(guard, [...rest, wanted.command, ...wanted.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...wanted.env },
  });
  let output = '';
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT);
    });
  }
  const until = performance.now() + wanted.withinMs;
  while (!(await isReady(wanted, output))) {
    const ended = failure ?? endOf(child);
    if (ended !== undefined || performance.now() > until) {
      await end(child);
      const why = ended ?? `it was not ready within ${wanted.withinMs / 1000} s`;
      throw new Error(`${wanted.name} did not start: ${why}\n${output.slice(-3_000)}`);
    }
    await sleep(POLL_MS);
  }
  return { pid: child.pid ?? -1, output: () => output, close: () => end(child) };
}

async function isReady(wanted: Wanted, output: string): Promise<boolean> {
  try {
    return await wanted.ready(output);
  } catch {
    // Nobody listens yet.
    return false;
  }
}

function endOf(child: ChildProcess): string | undefined {
  if (child.exitCode !== null) return `it ended with code ${child.exitCode}`;
  return child.signalCode === null ? undefined : `it ended on ${child.signalCode}`;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || endOf(child) !== undefined) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(timer);
}

/** For servers that cannot take port 0: somebody else may take the port between our look and their start. */
export async function onFreePort<T>(
  start: (port: number) => Promise<T>,
): Promise<{ port: number; process: T }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, process: await start(port) };
    } catch (error) {
      if (attempt >= TRIES || !String(error).includes('address already in use')) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
