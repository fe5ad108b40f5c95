import { execFile } from 'node:child_process';
import { SluiceError } from '../../../src/kit/errors.ts';

export interface GitOptions {
  limitMs: number;
  signal?: AbortSignal | undefined;
  input?: string;
  env?: Record<string, string>;
}

const KEPT = ['PATH', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'SSL_CERT_FILE', 'SSH_AUTH_SOCK'];
const OUTPUT_LIMIT = 32 * 1024 * 1024;

/** No configuration of a user or a machine, no prompts, no helpers: only what is given here. */
function environment(extra: Record<string, string> = {}): Record<string, string> {
  const kept = KEPT.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'false',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
    // Without this a remote helper (ext::) would run any program.
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_AUTHOR_NAME: 'Sluice',
    GIT_AUTHOR_EMAIL: 'sluice@localhost',
    GIT_COMMITTER_NAME: 'Sluice',
    GIT_COMMITTER_EMAIL: 'sluice@localhost',
    ...extra,
  };
}

const ALWAYS = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false', '-c', 'http.followRedirects=false'];

export class GitFailure extends Error {
  readonly said: string;

  constructor(said: string) {
    super(said);
    this.said = said;
  }
}

/** Runs git without a shell. Throws `GitFailure` with what git said, or `timeout`. */
export async function git(args: readonly string[], options: GitOptions): Promise<string> {
  return await new Promise((done, failed) => {
    const child = execFile(
      'git',
      [...ALWAYS, ...args],
      {
        env: environment(options.env),
        timeout: options.limitMs,
        maxBuffer: OUTPUT_LIMIT,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (error, stdout, stderr) => {
        if (error === null) done(stdout);
        else if (error.killed === true || error.name === 'AbortError') failed(timedOut(args[0] ?? ''));
        else failed(new GitFailure(stderr.trim() || error.message));
      },
    );
    // git may end before it has read everything; its exit code tells, not the broken pipe.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

function timedOut(command: string): SluiceError {
  return new SluiceError('timeout', {
    cause: `git ${command} did not end within its time limit.`,
    remedy: 'Look again later; check that the remote can be reached.',
    reached: 'maybe',
  });
}
