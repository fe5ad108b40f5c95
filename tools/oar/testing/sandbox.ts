import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { startSandbox } from '../../../sandbox/server.ts';
import { systemClock } from '../../../src/kit/clock.ts';
import type { Effect } from '../../../src/kit/effect.ts';
import { Http } from '../../../src/kit/http.ts';
import { createLogger } from '../../../src/kit/log.ts';
import { performDirect } from '../../../src/kit/perform-direct.ts';
import { Redactor } from '../../../src/kit/redact.ts';
import { Registry } from '../../../src/kit/registry.ts';
import { loadSettings } from '../../../src/kit/settings.ts';
import { errata } from '../../errata/module.ts';
import { github } from '../../github/module.ts';
import { gitlab } from '../../gitlab/module.ts';
import { jenkins } from '../../jenkins/module.ts';
import { jira } from '../../jira/module.ts';
import { jobs } from '../../jobs/module.ts';
import { prow } from '../../prow/module.ts';
import { releaseController } from '../../release-controller/module.ts';
import { sheets } from '../../sheets/module.ts';
import { oar } from '../module.ts';

const MODULES = [oar, jobs, releaseController, errata, gitlab, jenkins, prow, github, jira, sheets];

export function registryOf(modules: Record<string, unknown>) {
  const services = { clock: systemClock, redactor: new Redactor(), log: createLogger(), callLimitMs: 5_000 };
  const registry = new Registry(MODULES, modules, services);
  return { registry, services };
}

/** A sandbox with the tools connected to it, ended with the test. */
export async function zstream(scenario: string, at?: string) {
  const sandbox = await startSandbox({ scenario });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(sandbox.dir, { recursive: true, force: true });
  });
  const { settings } = loadSettings(sandbox.config);
  const { registry, services } = registryOf(settings.modules);

  const http = new Http({ system: 'sandbox', baseUrl: sandbox.control }, services);
  const control = async (path: string, body?: unknown): Promise<unknown> => {
    const permit = { check: () => undefined, signal: AbortSignal.timeout(5_000) };
    const answer =
      body === undefined ? await http.get(path) : await http.send('POST', path, permit, { json: body });
    return JSON.parse(answer.text);
  };
  const options = async () => {
    const clock = (await control('/clock')) as { now: string };
    return {
      principal: { id: 'release-lead@example.com', face: 'cli' as const },
      now: Date.parse(clock.now),
    };
  };
  if (at !== undefined) await control('/clock', { to: at });

  return {
    to: (moment: string) => control('/clock', { to: moment }),
    fault: (fault: unknown) => control('/faults', fault),
    patch: (patch: unknown) => control('/scenario', { patch }),
    read: async (tool: string, input: unknown) => await registry.read(tool, input, await options()),
    effects: async (tool: string, input: unknown): Promise<Effect[]> =>
      await registry.effects(tool, input, await options()),
    write: async (tool: string, input: unknown) =>
      await registry.write(tool, input, await options(), (effects) => performDirect(effects, services)),
    /** Requests whose caller saw no answer. */
    unanswered: async () => {
      const { requests } = (await control('/requests')) as { requests: { status: number | null }[] };
      return requests.filter(({ status }) => status === null).length;
    },
    /** What was written to a file, one version after the other; the key as `changes` shows it. */
    contents: async (place: string) => {
      const { effects } = (await control('/effects')) as {
        effects: { kind: string; key: string; data: { content: string } }[];
      };
      return effects
        .filter(({ kind, key }) => kind === 'file_put' && key === place)
        .map(({ data }) => data.content);
    },
    /** What was really changed, as `kind key`. */
    changes: async () => {
      const { effects } = (await control('/effects')) as { effects: { kind: string; key: string }[] };
      return effects.map(({ kind, key }) => `${kind} ${key}`);
    },
  };
}
