import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GitFailure, runGit } from './run.ts';

let bin = '';
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'sluice-bin-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(bin, { recursive: true, force: true });
});

/** Puts a program named git before all others. */
function fakeGit(script: string): void {
  writeFileSync(join(bin, 'git'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'git'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
}

const limitMs = 10_000;

describe('git', () => {
  it('W-X01 that is missing is tool_missing, with how to install it', async () => {
    vi.stubEnv('PATH', bin);
    await expect(runGit(['--version'], { limitMs })).rejects.toMatchObject({
      code: 'tool_missing',
      remedy: expect.stringContaining('apt install git'),
    });
  });

  it('sees nothing of our environment but what it needs', async () => {
    fakeGit('env');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'nope');
    vi.stubEnv('GIT_DIR', '/nope');
    vi.stubEnv('GIT_SSL_NO_VERIFY', '1');
    vi.stubEnv('GIT_TRACE_CURL', '1');
    vi.stubEnv('HOME', '/nope');
    vi.stubEnv('GIT_SSL_CAINFO', undefined);
    const { stdout } = await runGit(['x'], { limitMs });
    const names = stdout
      .toString()
      .split('\n')
      .map((line) => line.split('=')[0] ?? '')
      .filter((name) => !/^(GIT_CONFIG_(KEY|VALUE)_\d+|_|PWD|OLDPWD|SHLVL|)$/.test(name));
    expect(stdout.toString()).not.toContain('nope');
    expect(names.filter((name) => !/proxy/i.test(name)).sort()).toMatchInlineSnapshot(`
      [
        "GIT_ALLOW_PROTOCOL",
        "GIT_ASKPASS",
        "GIT_ATTR_NOSYSTEM",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_LITERAL_PATHSPECS",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OPTIONAL_LOCKS",
        "GIT_TERMINAL_PROMPT",
        "HOME",
        "LC_ALL",
        "PATH",
        "SSH_ASKPASS",
      ]
    `);
    expect(stdout.toString()).toContain('GIT_ALLOW_PROTOCOL=none');
  });

  it('is given its arguments as they are: no shell reads them', async () => {
    fakeGit('printf "%s|" "$@"');
    const { stdout } = await runGit(['log', '$(touch x)', '`id`', 'a b', ';'], { limitMs });
    expect(stdout.toString()).toBe('log|$(touch x)|`id`|a b|;|');
  });

  it('that fails tells what it said, and its exit code', async () => {
    fakeGit('echo some; echo why >&2; exit 3');
    const failure = await runGit(['x'], { limitMs }).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(GitFailure);
    expect(failure).toMatchObject({ exit: 3, said: 'why', stdout: 'some\n' });
  });

  it('is stopped with all that it started when it is aborted', async () => {
    fakeGit(`sleep 60 & echo $! > ${bin}/child; wait`);
    const stop = new AbortController();
    const call = runGit(['x'], { limitMs, signal: stop.signal });
    call.catch(() => undefined);
    let child = 0;
    while (child === 0) {
      await delay(20);
      child = Number(await delay(1).then(() => readChild()));
    }
    stop.abort();
    await expect(call).rejects.toMatchObject({ code: 'timeout', reached: 'maybe' });
    await expect.poll(() => isAlive(child)).toBe(false);
  });

  it('that does not listen is killed soon after', async () => {
    fakeGit('trap "" TERM; sleep 60 & wait; sleep 60');
    const began = performance.now();
    await expect(runGit(['x'], { limitMs: 100 })).rejects.toMatchObject({ code: 'timeout' });
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('is not started with a signal that has been given already, nor without its permit', async () => {
    fakeGit(`touch ${bin}/ran`);
    const stopped = { limitMs, signal: AbortSignal.abort() };
    await expect(runGit(['x'], stopped)).rejects.toMatchObject({ code: 'timeout', reached: 'no' });
    const permit = () => {
      throw new Error('lease over');
    };
    await expect(runGit(['x'], { limitMs, permit })).rejects.toThrow('lease over');
    expect(() => readFileSync(join(bin, 'ran'))).toThrow();
  });

  it('that says too much is stopped: cut where that is asked for', async () => {
    fakeGit('while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done');
    const { stdout, cut } = await runGit(['x'], { limitMs, cap: 1_000 });
    expect([stdout.length, cut]).toEqual([1_000, true]);
  });
});

/** What nobody has waited for stays in the list as a zombie. */
function isAlive(process: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(process)]);
  return /^[^Z]/.test(stdout.toString().trim());
}

function readChild(): string {
  try {
    return readFileSync(join(bin, 'child'), 'utf8').trim();
  } catch {
    return '0';
  }
}
