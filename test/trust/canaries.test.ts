import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { errorReport } from '../../src/kit/errors.ts';
import { connectionFor } from '../../src/kit/module.ts';
import { Redactor } from '../../src/kit/redact.ts';
import { openKubeconfig } from '../../tools/kubernetes/kubeconfig.ts';
import { kubernetes } from '../../tools/kubernetes/module.ts';
import { connectModern } from '../mcp/clients.ts';
import { approvalServerWorld, deliver, reportIn } from '../support/approval-server.ts';
import { memberOf, SECRET, signedClick } from '../support/approval-world.ts';
import { services } from '../support/stand-in.ts';
import { play } from '../support/story.ts';
import { startWorld } from '../support/world.ts';
import { echoBefore, leaks, saidBack } from './echo.ts';
import { allTools, startMachines } from './machine.ts';
import { recordPrograms } from './recorder.ts';
import { inputWith } from './samples.ts';

/** The credentials that a sandbox has made up for this time, by what they are for. */
function plantedIn(dir: string): Map<string, string> {
  const folder = join(dir, 'secrets');
  return new Map(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8').trim()] as const),
  );
}

/** Every byte below a folder, whatever the files are: databases, their logs, locks. */
function bytesBelow(folder: string): string {
  if (!existsSync(folder)) return '';
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.map((name) => join(folder, name)).filter((file) => statSync(file).isFile());
  return files.map((file) => readFileSync(file).toString('latin1')).join('\n');
}

/** The command lines of a process and of all that it has started, as anybody on this machine sees them. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((line) => line !== '');
}

async function watching<T>(work: Promise<T>): Promise<{ result: T; lines: Set<string> }> {
  const lines = new Set<string>();
  const timer = setInterval(() => {
    for (const line of commandLines()) lines.add(line);
  }, 25);
  try {
    return { result: await work, lines };
  } finally {
    clearInterval(timer);
  }
}

describe('promise 43: canaries', () => {
  it('of a whole release show up in no output, log, journal, message, sheet or argument', async () => {
    const world = await startWorld();
    onTestFinished(() => world.close());
    const echo = await echoBefore(world.sandbox.url);
    onTestFinished(() => echo.close());
    const canaries = plantedIn(world.sandbox.dir);
    const errata = canaries.get('errata-token') ?? '';
    const secrets = join(world.sandbox.dir, 'secrets');
    // By each kind of reference; the clock is no outside system.
    const settings = readFileSync(world.sandbox.config, 'utf8')
      .replaceAll(world.sandbox.url, echo.url)
      .replace(`file:${join(secrets, 'errata-token')}`, 'env:SLUICE_CANARY')
      .replace(`file:${join(secrets, 'jira-token')}`, `cmd:cat ${join(secrets, 'jira-token')}`);
    expect(settings).toContain('env:SLUICE_CANARY');
    expect(settings).toContain('cmd:cat');
    writeFileSync(world.sandbox.config, settings);
    await world.fresh();
    const env = { SLUICE_CANARY: errata, SLUICE_LOG: 'trace' };
    const said: string[] = [];
    const run = world.run;
    world.run = async (args, more) => {
      const exit = await run(args, more);
      said.push(exit.out, exit.err);
      return exit;
    };
    const { lines } = await watching(play(world, env));
    for (const verb of [
      ['status', '4.20.27'],
      ['journal', 'verify'],
    ])
      await world.run(verb, env);
    const sinks = {
      'what was printed and logged': said.join('\n'),
      'the state folder': bytesBelow(world.home),
      'what was sent': echo.heard.join('\n'),
      'command lines': [...lines].join('\n'),
    };
    for (const [name, text] of Object.entries(sinks)) {
      expect(text.length, name).toBeGreaterThan(100);
      expect(leaks(text, canaries), name).toEqual([]);
    }
    // All of that was worth looking at.
    expect(sinks['what was printed and logged']).toContain('"level":20');
    expect(sinks['what was sent']).toContain('chat.postMessage');
  }, 600_000);

  it('of Slack’s signatures shows up in no answer, log, journal or message, nor in an argument', async () => {
    const world = await approvalServerWorld();
    world.env.SLUICE_LOG = 'trace';
    const server = await world.serve();
    await using agent = await connectModern({ url: server.url });
    const heard: unknown[] = [];
    const call = async (tool: string, input: Record<string, unknown>) => {
      const answer = await agent.call(tool, input);
      heard.push(answer);
      return reportIn(answer.data);
    };
    const asked = await call('release_drive', { flow: 'ship-it', inputs: { item: 'a' } });
    const value = { release_id: asked.release_id, step: 'agree', plan_hash: asked.plan_hash ?? '' };
    const press = async (secret: string) => {
      const click = signedClick({ who: memberOf('ann'), value }, await world.outside.now(), secret);
      heard.push(await deliver(server.url, click));
    };
    const state = async () => {
      const { steps } = await call('release_status', { release_id: asked.release_id });
      return steps.find(({ id }) => id === 'agree')?.state;
    };
    const { lines } = await watching(
      (async () => {
        await press('a'.repeat(SECRET.length));
        await press(SECRET);
        await expect.poll(state, { timeout: 60_000 }).toBe('done');
      })(),
    );
    const sinks = {
      'what was answered': JSON.stringify(heard),
      'what was logged': server.said(),
      'the state folder': bytesBelow(world.home),
      'what was sent': JSON.stringify(await world.outside.effects('slack')),
      'command lines': [...lines].join('\n'),
    };
    for (const [name, text] of Object.entries(sinks)) {
      expect(text.length, name).toBeGreaterThan(100);
      expect(leaks(text, new Map([['signing secret', SECRET]])), name).toEqual([]);
    }
  }, 240_000);

  it('of every module show up in no answer and no error of any tool, nor in the arguments of git', async () => {
    using programs = recordPrograms();
    const echoes: Awaited<ReturnType<typeof echoBefore>>[] = [];
    const front = async (url: string) => {
      const echo = await echoBefore(url);
      echoes.push(echo);
      return echo.url;
    };
    await using world = await startMachines({ front, bonfire: programs.bonfire });
    onTestFinished(async () => {
      for (const echo of echoes) await echo.close();
    });
    const canaries = new Map(
      world.worlds.flatMap(({ dir }, index) =>
        [...plantedIn(dir)].map(([name, canary]) => [`${index} ${name}`, canary] as const),
      ),
    );
    const faults: string[] = [];
    let hidden = 0;
    const calls = async () => {
      for (const { module, tool } of allTools) {
        const input = inputWith(module, tool, undefined, '');
        const told = await world.call(tool.name, input).then(
          (answer) => JSON.stringify(answer),
          (error: unknown) => JSON.stringify(errorReport(error)) + String(error),
        );
        if (told.includes('[REDACTED]')) hidden += 1;
        for (const leak of leaks(told, canaries)) faults.push(`${tool.name}: ${leak}`);
      }
    };
    const { lines } = await watching(calls());
    expect(faults).toEqual([]);
    expect(hidden).toBeGreaterThan(20);
    expect(leaks(echoes.flatMap(({ heard }) => heard).join('\n'), canaries)).toEqual([]);
    const started = programs.started();
    expect(started.length).toBeGreaterThan(20);
    expect(leaks(started.flat().join('\n'), canaries)).toEqual([]);
    expect(leaks([...lines].join('\n'), canaries)).toEqual([]);
    // git's own files hold what it fetched, and not how it was let in.
    expect(leaks(bytesBelow(join(world.folder, 'ship', 'cache')), canaries)).toEqual([]);
  }, 300_000);

  it.each([
    ['a token', { token: 'kube-canary-token-0123456789' }, 'kube-canary-token-0123456789'],
    [
      'a password',
      { username: 'me', password: 'kube-canary-word-0123456789' },
      'kube-canary-word-0123456789',
    ],
    [
      'a key',
      { 'client-key-data': 'a3ViZS1jYW5hcnkta2V5LTAxMjM0NTY3ODk=' },
      'a3ViZS1jYW5hcnkta2V5LTAxMjM0NTY3ODk=',
    ],
  ])('in a kubeconfig are hidden as soon as it is read: %s', async (_name, user, canary) => {
    const redactor = new Redactor();
    const world = await import('node:fs/promises');
    const folder = await world.mkdtemp('/tmp/sluice-kubeconfig-');
    onTestFinished(() => world.rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'config');
    writeFileSync(
      file,
      stringify({
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'u', user }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    const connection = connectionFor(kubernetes, { ...services, redactor }, () => undefined);
    await openKubeconfig(file, undefined, connection);
    expect(leaks(redactor.text(saidBack(canary)), new Map([['canary', canary]]))).toEqual([]);
  });

  it('are found by this test, were they there', () => {
    const canary = 'Zm-canary_0123456789abcdefghij';
    const canaries = new Map([['it', canary]]);
    for (const line of saidBack(canary).split(' or\n'))
      expect(leaks(`x ${line} y`, canaries), line).not.toEqual([]);
    expect(leaks('nothing of the kind', canaries)).toEqual([]);
  });
});
