import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox } from '../../../sandbox/server.ts';
import { boundedFetch } from '../../../src/kit/http.ts';
import { performDirect } from '../../../src/kit/perform-direct.ts';
import { Registry } from '../../../src/kit/registry.ts';
import { services } from '../../../test/support/stand-in.ts';
import { kubernetes } from '../../kubernetes/module.ts';
import { bonfire } from '../module.ts';

/** The moment of the scenario konflux-team. */
export const NOW = Date.parse('2026-06-25T12:00:00Z');
export const ME = 'lead@example.com';
/** Who holds the reservation that is there from the start. */
export const OTHER = 'somebody-else';
export const TAKEN = { reservation: 'bonfire-reservation-0a1b2c3d', namespace: 'ephemeral-zx81aa' };

export interface WorldGiven {
  forbidden?: object[];
  expired?: boolean;
  settings?: object;
  /** What the command does besides writing down how it was called: JavaScript. None: it is not there. */
  program?: string | undefined;
  /** Changes of the scenario's apps-cluster. */
  cluster?: object;
}

/** How the fake command was called, and what it did to the cluster. */
const PROGRAM = `
import { appendFileSync, readFileSync } from 'node:fs';
const config = JSON.parse(readFileSync(process.env.KUBECONFIG, 'utf8'));
const { server } = config.clusters[0].cluster;
const { token } = config.users[0].user;
const { namespace } = config.contexts[0].context;
appendFileSync(process.env.TMPDIR + '/calls', JSON.stringify({ args: process.argv.slice(2), env: process.env, namespace }) + '\\n');
const parameter = (name) => process.argv.find((one) => one.includes('/' + name + '='))?.split('=')[1];
const apply = async (image = parameter('IMAGE') + ':' + parameter('IMAGE_TAG')) => {
  const containers = [{ name: 'service', image }];
  const labels = { app: 'demo-backend' };
  const body = {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'demo-backend-service', namespace },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
  const answer = await fetch(server + '/apis/apps/v1/namespaces/' + namespace + '/deployments', {
    method: 'POST', body: JSON.stringify(body),
    headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(await answer.text());
};
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
`;

/** The real tools on the sandbox, over HTTP, and a fake of the bonfire command. */
export async function world(given: WorldGiven = {}) {
  const sandbox = await startSandbox({
    scenario: {
      name: 'bonfire',
      extends: 'konflux-team',
      kubernetes: {
        'apps-cluster': {
          users: { 'demo-user': { forbidden: given.forbidden ?? [] } },
          ...(given.expired === true ? { token: 'expired' } : {}),
          ...given.cluster,
        },
      },
    },
  });
  const bin = join(sandbox.dir, 'bin');
  mkdirSync(bin);
  const program = join(bin, 'bonfire');
  if (given.program !== undefined) {
    writeFileSync(join(bin, 'bonfire.mjs'), `${PROGRAM}${given.program}\n`);
    // The last argument would be lost in a shell that splits words.
    const started = `exec '${process.execPath}' '${join(bin, 'bonfire.mjs')}' "$@"`;
    writeFileSync(program, `#!/bin/sh\nexport TMPDIR='${bin}'\n${started}\n`);
    chmodSync(program, 0o755);
  }
  const cluster = {
    base_url: `${sandbox.url}/apps-cluster`,
    token: `file:${sandbox.dir}/secrets/apps-cluster-token`,
    login: 'log in to apps',
  };
  const registry = new Registry(
    [kubernetes, bonfire],
    {
      kubernetes: { clusters: { apps: cluster } },
      bonfire: {
        cluster: 'apps',
        program,
        ref_env: 'demo-production',
        apps: {
          demo: { image_base: 'quay.io/demo-org/demo-backend', components: ['demo-backend'] },
          pair: { image_base: 'quay.io/demo-org/pair', components: ['pair-api', 'pair-worker'] },
        },
        ...given.settings,
      },
    },
    services,
  );
  const control = (path: string, body?: unknown) => boundedFetch(`${sandbox.control}${path}`, body, 5_000);
  const as = (id: string) => ({ principal: { id, face: 'cli' as const }, now: NOW });
  return {
    registry,
    bin,
    control,
    // The tools answer what their schemas allow; a test says what it expects of it.
    read: async (
      name: string,
      input: object,
      more: { progress?: (message: string) => void; me?: string } = {},
    ) => Object(await registry.read(`bonfire_${name}`, input, { ...as(more.me ?? ME), ...more })),
    write: async (name: string, input: object, me = ME) =>
      Object(
        await registry.write(`bonfire_${name}`, input, as(me), (effects) => performDirect(effects, services)),
      ),
    effects: (name: string, input: object, me = ME) => registry.effects(`bonfire_${name}`, input, as(me)),
    /** What was created, changed or removed in the world. */
    happened: async () => {
      const { effects } = (await control('/effects')) as { effects: { kind: string; data: object }[] };
      return effects;
    },
    requests: async () =>
      ((await control('/requests')) as { requests: { method: string; body: unknown }[] }).requests,
    /** How the command was called. */
    calls: (): { args: string[]; env: Record<string, string>; namespace: string }[] => {
      try {
        const lines = readFileSync(join(bin, 'calls'), 'utf8').trim().split('\n');
        return lines.map((line) => JSON.parse(line));
      } catch {
        return [];
      }
    },
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      rmSync(sandbox.dir, { recursive: true, force: true });
    },
  };
}

/** Reserves one for four hours, and lets the operator give it its namespace. */
export async function reserved(
  there: Pick<Awaited<ReturnType<typeof world>>, 'write' | 'read' | 'control'>,
  key: string,
) {
  const { reservation } = await there.write('namespace_reserve', { key });
  await there.control('/clock', { advance: '10s' });
  return await there.read('namespace_status', { reservation });
}
