import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { startSandbox } from '../../../../sandbox/server.ts';
import { boundedFetch } from '../../../../src/kit/http.ts';
import { performDirect } from '../../../../src/kit/perform-direct.ts';
import { Registry } from '../../../../src/kit/registry.ts';
import { principal, services } from '../../../../test/support/stand-in.ts';
import { kubernetes } from '../../../kubernetes/module.ts';
import { konflux } from '../../module.ts';

/** The bundled tenant with its timelines and reactions, and the real tools on it; ended with the test. */
export async function team() {
  const sandbox = await startSandbox({ scenario: 'konflux-team' });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(sandbox.dir, { recursive: true, force: true });
  });
  const at = (system: string) => ({
    base_url: `${sandbox.url}/${system}`,
    token: `file:${sandbox.dir}/secrets/${system}-token`,
  });
  const settings = { ...at('konflux-cluster'), namespace: 'demo-tenant', kubearchive: at('kubearchive') };
  const registry = new Registry([kubernetes, konflux], { konflux: settings }, services);
  const control = (path: string, body?: unknown) => boundedFetch(`${sandbox.control}${path}`, body, 5_000);
  const options = async () => {
    const { now } = (await control('/clock')) as { now: string };
    return { principal, now: Date.parse(now) };
  };
  return {
    read: async (name: string, input: object = {}) => await registry.read(name, input, await options()),
    write: async (name: string, input: object) =>
      await registry.write(name, input, await options(), (effects) => performDirect(effects, services)),
    /** Lets time go by, e.g. `10m`. */
    pass: async (time: string) => await control('/clock', { advance: time }),
  };
}
