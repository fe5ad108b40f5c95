import { rmSync } from 'node:fs';
import { startSandbox } from '../../../sandbox/server.ts';
import { boundedFetch } from '../../../src/kit/http.ts';
import { performDirect } from '../../../src/kit/perform-direct.ts';
import { Registry } from '../../../src/kit/registry.ts';
import { principal, services } from '../../../test/support/stand-in.ts';
import { kubernetes } from '../module.ts';
import { NOW } from './objects.ts';

export interface WorldGiven {
  /** What is on the cluster; the scenario konflux-team when absent. */
  objects?: object[];
  reactions?: Record<string, object>;
  forbidden?: object[];
  /** The login has run out. */
  expired?: boolean;
  settings?: (cluster: object) => object;
}

interface Sent {
  kind: string;
  data: { patch?: unknown; subresource?: string; object?: unknown };
}

/** The real tools on the sandbox, over HTTP. */
export async function world(given: WorldGiven = {}) {
  const sandbox = await startSandbox({ scenario: scenarioOf(given) });
  const cluster = {
    base_url: `${sandbox.url}/apps-cluster`,
    token: `file:${sandbox.dir}/secrets/apps-cluster-token`,
    login: 'log in to apps',
  };
  const settings = given.settings?.(cluster) ?? {
    clusters: { apps: cluster },
    environments: {
      stage: { cluster: 'apps', namespace: 'demo-stage' },
      production: { cluster: 'apps', namespace: 'demo-prod' },
    },
  };
  const registry = new Registry([kubernetes], { kubernetes: settings }, services);
  const control = (path: string, body?: unknown) => boundedFetch(`${sandbox.control}${path}`, body, 5_000);
  const options = () => ({ principal, now: Date.parse(NOW) });
  return {
    registry,
    control,
    // The tools answer what their schemas allow; a test says what it expects of it.
    read: async (name: string, input: object, more: { progress?: (message: string) => void } = {}) =>
      Object(await registry.read(`kubernetes_${name}`, input, { ...options(), ...more })),
    write: async (name: string, input: object) =>
      Object(
        await registry.write(`kubernetes_${name}`, input, options(), (effects) =>
          performDirect(effects, services),
        ),
      ),
    effects: (name: string, input: object) => registry.effects(`kubernetes_${name}`, input, options()),
    /** What was created, changed or removed in the world. */
    happened: async () => ((await control('/effects')) as { effects: Sent[] }).effects,
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      rmSync(sandbox.dir, { recursive: true, force: true });
    },
  };
}

function scenarioOf({ objects, reactions, forbidden = [], expired }: WorldGiven): object {
  const common = {
    users: { 'demo-user': { forbidden } },
    ...(expired === true ? { token: 'expired' } : {}),
    ...(reactions === undefined ? {} : { reactions }),
  };
  if (objects === undefined) {
    return { name: 'kubernetes', extends: 'konflux-team', kubernetes: { 'apps-cluster': common } };
  }
  return { name: 'kubernetes', clock: NOW, kubernetes: { 'apps-cluster': { ...common, objects } } };
}
