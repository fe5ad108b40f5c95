import { type ChildProcess, spawn } from 'node:child_process';
import { SluiceError } from '../../src/kit/errors.ts';

export interface GitRun {
  limitMs: number;
  signal?: AbortSignal | undefined;
  input?: string | Buffer;
  env?: Record<string, string>;
  /** Bytes of output after which git is stopped and the rest left away; an error at the hard limit otherwise. */
  cap?: number;
  cwd?: string;
  /** Asked right before git is started: for what changes the outside. */
  permit?: () => void;
}

export interface GitOutput {
  stdout: Buffer;
  /** Something was left away because of `cap`. */
  cut: boolean;
}

const HARD_LIMIT = 64 * 1024 * 1024;
const STDERR_LIMIT = 64 * 1024;
const GRACE_MS = 1_000;

/** Proxies and certificate authorities of this machine; nothing else of its environment reaches git. */
const KEPT = ['PATH', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'GIT_SSL_CAINFO', 'TMPDIR'];

const ALWAYS: Record<string, string> = {
  LC_ALL: 'C',
  // Without a HOME the C library would find the user's own, and in it a .netrc.
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  // Narrowed further by whoever speaks to a remote; nothing else needs a protocol at all.
  GIT_ALLOW_PROTOCOL: 'none',
};

const CONFIG: Record<string, string> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.protectHFS': 'true',
  'core.protectNTFS': 'true',
  'core.quotePath': 'false',
  'credential.helper': '',
  'http.followRedirects': 'false',
  'protocol.file.allow': 'never',
  'protocol.ext.allow': 'never',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'transfer.bundleURI': 'false',
  'advice.detachedHead': 'false',
};

/** Settings for git that stand neither in arguments, which others can see, nor in a file. */
export function configEnvironment(
  config: readonly (readonly [key: string, value: string])[],
): Record<string, string> {
  const entries = [...Object.entries(CONFIG), ...config];
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(entries.length)],
    ...entries.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]);
}

function environment(extra: Record<string, string> = {}): Record<string, string> {
  const kept = KEPT.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...ALWAYS, ...configEnvironment([]), ...extra };
}

/** git ended with an error; `said` is what it wrote. */
export class GitFailure extends Error {
  readonly said: string;
  readonly exit: number | null;
  readonly stdout: string;

  constructor(command: string, exit: number | null, said: string, stdout: string) {
    super(`git ${command} ended with ${exit}: ${said.split('\n')[0] ?? ''}`);
    this.said = said;
    this.exit = exit;
    this.stdout = stdout;
  }
}

const running = new Set<number>();
process.once('exit', () => {
  for (const group of running) killGroup(group, 'SIGKILL');
});

/** Runs git without a shell, in a process group of its own that ends with the time limit or the signal. */
export async function runGit(args: readonly string[], options: GitRun): Promise<GitOutput> {
  const command = args.find((arg) => !arg.startsWith('-')) ?? '';
  if (args.some((arg) => arg.includes('\0'))) throw new Error(`git ${command} was given a NUL`);
  const limit = AbortSignal.timeout(options.limitMs);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  if (signal.aborted) throw timedOut(command, 'no');
  options.permit?.();
  const child = spawn('git', args, {
    env: environment(options.env),
    cwd: options.cwd ?? '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  return await finished(child, command, options, signal);
}

async function finished(
  child: ChildProcess,
  command: string,
  options: GitRun,
  signal: AbortSignal,
): Promise<GitOutput> {
  const out: Buffer[] = [];
  const said: Buffer[] = [];
  let outBytes = 0;
  let saidBytes = 0;
  let cut = false;
  const group = child.pid;
  if (group !== undefined) running.add(group);
  const stop = () => endGroup(group);
  signal.addEventListener('abort', stop, { once: true });
  child.stdout?.on('data', (chunk: Buffer) => {
    if (cut) return;
    outBytes += chunk.length;
    out.push(chunk);
    if (outBytes <= (options.cap ?? HARD_LIMIT)) return;
    cut = true;
    stop();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    saidBytes += chunk.length;
    if (saidBytes <= STDERR_LIMIT) said.push(chunk);
  });
  // git may end before it has read everything; its exit code tells, not the broken pipe.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input ?? '');
  try {
    const exit = await new Promise<number | null>((done, failed) => {
      child.once('error', (error) => failed(notStarted(error)));
      child.once('close', done);
    });
    if (signal.aborted) throw timedOut(command, 'maybe');
    const stdout = Buffer.concat(out);
    if (cut && options.cap === undefined) throw tooMuch(command);
    if (cut) return { stdout: stdout.subarray(0, options.cap), cut };
    if (exit !== 0) {
      throw new GitFailure(
        command,
        exit,
        Buffer.concat(said).toString('utf8').trim(),
        stdout.toString('utf8'),
      );
    }
    return { stdout, cut };
  } finally {
    signal.removeEventListener('abort', stop);
    if (group !== undefined) running.delete(group);
  }
}

/** Asks the whole group to end (git then removes its lock files), and makes it soon after. */
function endGroup(group: number | undefined): void {
  if (group === undefined) return;
  killGroup(group, 'SIGTERM');
  setTimeout(() => {
    if (running.has(group)) killGroup(group, 'SIGKILL');
  }, GRACE_MS).unref();
}

function killGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It has ended by itself.
  }
}

function notStarted(error: Error): SluiceError {
  const missing = 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');
  return new SluiceError(missing ? 'tool_missing' : 'internal', {
    cause: missing
      ? 'The program git is not on the PATH of this server.'
      : `git cannot be started: ${error.message}`,
    remedy:
      'Install git 2.31 or newer (Debian: apt install git; Fedora: dnf install git; macOS: xcode-select --install), then run `sluice doctor`.',
  });
}

function timedOut(command: string, reached: 'no' | 'maybe'): SluiceError {
  return new SluiceError('timeout', {
    cause: `git ${command} did not end within its time limit, or was stopped.`,
    remedy: 'Look again later; a first copy of a large repository may need a longer fetch_limit.',
    reached,
  });
}

function tooMuch(command: string): SluiceError {
  return new SluiceError('precondition', {
    cause: `git ${command} answered with more than ${HARD_LIMIT} bytes.`,
    remedy: 'Ask for less: a narrower path or a smaller range.',
  });
}
