import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bench } from '../../bench.ts';
import { ENVIRONMENT } from '../run.ts';

const run = promisify(execFile);

/** A person with a checkout, who speaks to the sandbox by git alone. */
export class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), 'sluice-checkout-'));
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  url(repository: string): string {
    return `${this.#bench.sandbox.url}/git/${repository}.git`;
  }

  async git(...args: string[]): Promise<string> {
    const who = ['-c', 'user.name=Rel Lead', '-c', 'user.email=rl@example.com'];
    const basic = Buffer.from(`oauth2:${this.#bench.secret('git')}`).toString('base64');
    const { stdout } = await run('git', [...who, ...args], {
      cwd: this.folder,
      env: {
        ...ENVIRONMENT,
        GIT_TERMINAL_PROMPT: '0',
        GIT_CONFIG_COUNT: '3',
        GIT_CONFIG_KEY_0: 'http.extraHeader',
        GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
        // On a connection that is used again the HTTP library would send a lost request once more by itself.
        GIT_CONFIG_KEY_2: 'http.extraHeader',
        GIT_CONFIG_VALUE_2: 'Connection: close',
        GIT_CONFIG_KEY_1: 'http.postBuffer',
        GIT_CONFIG_VALUE_1: '10000000',
      },
    });
    return stdout.trim();
  }

  async clone(repository: string): Promise<void> {
    await this.git('clone', '--quiet', this.url(repository), '.');
  }

  /** One commit with these files on a new branch. */
  async change(branch: string, message: string, files: Record<string, string>): Promise<string> {
    await this.git('checkout', '--quiet', '-b', branch);
    for (const [path, text] of Object.entries(files)) writeFileSync(join(this.folder, path), text);
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What git said when it was refused. */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    return error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  }
  throw new Error('git was not refused');
}
