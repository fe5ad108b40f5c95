import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { startSandbox } from '../../sandbox/server.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { Http } from '../../src/kit/http.ts';
import { createLogger } from '../../src/kit/log.ts';
import { Redactor } from '../../src/kit/redact.ts';
import { GitHubClient } from '../../tools/github/client.ts';
import { parseRelease } from '../../tools/oar/release.ts';
import { gitSource } from '../../tools/oar/sources/git.ts';
import { GitCache } from '../../tools/oar/sources/git-cache.ts';
import { githubSource } from '../../tools/oar/sources/github.ts';
import type { Source } from '../../tools/oar/sources/source.ts';
import type { Operation } from '../../tools/oar/statebox/operation.ts';
import { readBox, writeBox } from '../../tools/oar/statebox/write.ts';
import { stateBoxPath } from '../../tools/oar/statebox.ts';
import { AT, fresh } from './statebox-box.ts';

export const RELEASE = parseRelease('4.20.27');
export const PATH = stateBoxPath(RELEASE);
export const permit = () => ({ check: () => undefined, signal: AbortSignal.timeout(20_000) });

/** Two writers with a store each, as two machines have it. */
export type TwoStores = () => Promise<[Source, Source]>;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'statebox-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

export const github: TwoStores = async () => {
  const sandbox = await startSandbox({ scenario: 'z-stream-4.20.27' });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(sandbox.dir, { recursive: true, force: true });
  });
  const secret = readFileSync(join(sandbox.dir, 'secrets', 'github-token'), 'utf8').trim();
  const services = { clock: systemClock, redactor: new Redactor(), log: createLogger(), callLimitMs: 5_000 };
  const store = () => {
    const credentials = async () => ({ authorization: `Bearer ${secret}` });
    const client = new GitHubClient(
      new Http({ system: 'github', baseUrl: `${sandbox.url}/github`, credentials }, services),
    );
    return githubSource(() => client, 'openshift/release-tests', 'z-stream');
  };
  return [store(), store()];
};

export const git: TwoStores = async () => {
  const root = folder();
  const [bare, work] = [join(root, 'origin.git'), join(root, 'work')];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const run = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
      env,
      stdio: 'pipe',
    });
  run('init', '--quiet', '--bare', '--initial-branch=z-stream', bare);
  run('clone', '--quiet', bare, work);
  mkdirSync(dirname(join(work, 'README')), { recursive: true });
  writeFileSync(join(work, 'README'), 'x\n');
  run('-C', work, 'add', '.');
  run('-C', work, 'commit', '--quiet', '-m', 'x');
  run('-C', work, 'push', '--quiet', 'origin', 'HEAD:z-stream');
  // Clones lie in the temporary folder: each machine has its own.
  const store = (url: string) => gitSource(new GitCache(() => Date.now(), 20_000), url, 'z-stream');
  vi.stubEnv('TMPDIR', folder());
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return [store(bare), store(`file://${bare}`)];
};

/** Two commits with the same words in the same second are one commit: whoever races says who they are. */
export async function create(source: Source, message = 'm'): Promise<void> {
  await source.write({ path: PATH, text: fresh, message, yStream: RELEASE.yStream }, permit());
}

export async function write(source: Source, operation: Operation) {
  return await writeBox(source, RELEASE, operation, AT, permit());
}

export async function read(source: Source) {
  return (await readBox(source, RELEASE)).box;
}

/** The source, with something that happens right before its first write leaves. */
export function disturbed(source: Source, disturb: () => Promise<void>): Source {
  let first = true;
  return {
    ...source,
    write: async (change, leave) => {
      if (first) {
        first = false;
        await disturb();
      }
      return await source.write(change, leave);
    },
  };
}
