import { rmSync } from 'node:fs';
import { startSandbox } from '../../../../sandbox/server.ts';
import { boundedFetch } from '../../../../src/kit/http.ts';
import { performDirect } from '../../../../src/kit/perform-direct.ts';
import { Registry } from '../../../../src/kit/registry.ts';
import { principal, services } from '../../../../test/support/stand-in.ts';
import { kubernetes } from '../../../kubernetes/module.ts';
import { konflux } from '../../module.ts';
import { NAMESPACE } from './objects.ts';

export const NOW = '2026-01-15T12:00:00Z';

interface WorldGiven {
  objects: object[];
  /** What KubeArchive has kept; without it none is configured. */
  archived?: object[];
  reactions?: Record<string, object>;
  /** What demo-user may not do. */
  forbidden?: object[];
}

interface RequestSeen {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  mutating: boolean;
}

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };

/** The tools on the sandbox, over HTTP; against the real definitions where SLUICE_CORPUS is set. */
export async function world({ objects, archived, reactions = {}, forbidden = [] }: WorldGiven) {
  const corpus = process.env.SLUICE_CORPUS;
  const sandbox = await startSandbox({
    scenario: {
      name: 'konflux-builds',
      clock: NOW,
      kubernetes: {
        ...(corpus ? { crds: `${corpus}/konflux/crds` } : {}),
        'konflux-cluster': {
          users: { 'demo-user': { forbidden } },
          objects: [namespace, ...objects],
          reactions,
        },
        kubearchive: { objects: archived ?? [] },
      },
    },
  });
  const at = (system: string) => ({
    base_url: `${sandbox.url}/${system}`,
    token: `file:${sandbox.dir}/secrets/${system}-token`,
  });
  const settings = {
    ...at('konflux-cluster'),
    namespace: NAMESPACE,
    ...(archived === undefined ? {} : { kubearchive: at('kubearchive') }),
  };
  const registry = new Registry([kubernetes, konflux], { konflux: settings }, services);
  const control = (path: string, body?: unknown) => boundedFetch(`${sandbox.control}${path}`, body, 5_000);
  const options = async () => {
    const { now } = (await control('/clock')) as { now: string };
    return { principal, now: Date.parse(now) };
  };
  const requests = async () => ((await control('/requests')) as { requests: RequestSeen[] }).requests;
  return {
    read: async (name: string, input: object = {}) => await registry.read(name, input, await options()),
    write: async (name: string, input: object) =>
      await registry.write(name, input, await options(), (effects) => performDirect(effects, services)),
    effects: async (name: string, input: object) => await registry.effects(name, input, await options()),
    /** Lets time go by, e.g. `5m`. */
    pass: async (duration: string) => await control('/clock', { advance: duration }),
    fault: async (fault: object) => await control('/faults', fault),
    /** Changes the world behind everybody's back. */
    patch: async (kubernetes: object) => await control('/scenario', { patch: { kubernetes } }),
    requests,
    /** Requests that change something, as `PATCH path`, with what they sent. */
    sent: async () =>
      (await requests())
        .filter(({ mutating }) => mutating)
        .map(({ method, path, body }) => ({
          request: `${method} ${path.split('/').slice(-2).join('/')}`,
          body,
        })),
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      rmSync(sandbox.dir, { recursive: true, force: true });
    },
  };
}
