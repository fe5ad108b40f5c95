import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { ScenarioError } from '../scenario/schema.ts';

/** Nobody's own settings of git may change what comes out here. */
export const ENVIRONMENT = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  LC_ALL: 'C',
  TZ: 'UTC',
};

const LARGEST = 256 * 1024 * 1024;

export interface Run {
  input?: string | Buffer;
  env?: Record<string, string>;
}

/** git ended with an error. */
export class GitError extends Error {
  override name = 'GitError';
  readonly status: number;

  constructor(args: readonly string[], status: number, said: string) {
    super(`git ${args.join(' ')} ended with ${status}: ${said.trim()}`);
    this.status = status;
  }
}

/**
 * Runs git and waits: while it runs nothing else happens in this world, so that a change is there as a whole
 * or not at all.
 */
export function runGit(args: readonly string[], { input = '', env = {} }: Run = {}): Buffer {
  const options: ExecFileSyncOptions = {
    env: { ...ENVIRONMENT, ...env },
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: LARGEST,
  };
  try {
    return Buffer.from(execFileSync('git', args, options));
  } catch (error) {
    throw problem(args, error);
  }
}

function problem(args: readonly string[], error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ('code' in error && error.code === 'ENOENT') {
    return new ScenarioError('this scenario has git repositories, and there is no git on this machine');
  }
  if (!('status' in error) || typeof error.status !== 'number') return error;
  return new GitError(args, error.status, 'stderr' in error ? String(error.stderr) : '');
}
