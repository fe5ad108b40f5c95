/** The command line, ready to be used again: a process of its own that runs one command after another. */
import { type ChildProcess, fork } from 'node:child_process';
import { QUICK } from './quick.ts';
import type { Exit } from './world.ts';

const WORKER = new URL('warm-cli-worker.ts', import.meta.url);

export class WarmCli {
  #child: ChildProcess | undefined;
  #busy = false;

  /** Whether it could begin at once: a second command at the same time wants a process of its own. */
  get isFree(): boolean {
    return !this.#busy;
  }

  async run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Exit> {
    this.#busy = true;
    this.#child ??= fork(WORKER, {
      execArgv: ['--import', QUICK],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const child = this.#child;
    try {
      return await new Promise((resolve) => {
        const ended = (code: number | null, signal: NodeJS.Signals | null) => {
          this.#child = undefined;
          resolve({ code, signal, out: '', err: 'the process of the command line has ended' });
        };
        child.once('exit', ended);
        child.once('message', (said) => {
          child.off('exit', ended);
          resolve(said as Exit);
        });
        child.send({ args, env });
      });
    } finally {
      this.#busy = false;
    }
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    await ended;
  }
}
