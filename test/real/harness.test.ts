import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { needs } from './support/needs.ts';
import { startProcess } from './support/server-process.ts';

const registry = needs('docker-registry');

describe('the harness', () => {
  it('a server that ends before it is ready is named, with its last words', async () => {
    const start = startProcess({
      name: 'the thing',
      command: 'sh',
      args: ['-c', 'echo no room left >&2; exit 3'],
      ready: () => false,
      withinMs: 10_000,
    });
    await expect(start).rejects.toThrow(/the thing did not start: it ended with code 3\nno room left/);
  });

  it('a server that does not get ready is ended', async () => {
    const start = startProcess({
      name: 'the thing',
      command: 'sh',
      args: ['-c', 'echo $$; exec sleep 60'],
      ready: () => false,
      withinMs: 1_500,
    });
    const error = await start.then(
      () => undefined,
      (reason: unknown) => String(reason),
    );
    expect(error).toMatch(/was not ready within 1\.5 s/);
    const pid = Number(/\n(\d+)\n/.exec(`${error}`)?.[1]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it.skipIf(registry.absent)(`servers end with the process that started them ${registry.words}`, async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sluice-orphan-'));
    const support = new URL('./support/registry.ts', import.meta.url).href;
    const code = `const { startRegistry } = await import(${JSON.stringify(support)});
      console.log((await startRegistry()).url);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...process.env, TMPDIR: dir },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [url] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
      const asked = () => fetch(`${url.trim()}/v2/`).then(({ status }) => status);
      expect(await asked()).toBe(200);
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      const until = performance.now() + 5_000;
      while (performance.now() < until && (await asked().catch(() => 0)) !== 0) await sleep(25);
      await expect(asked()).rejects.toThrow('fetch failed');
    } finally {
      parent.kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    }
  });
});
