import { rmSync } from 'node:fs';
import { startSandbox } from '../../../../sandbox/server.ts';
import { boundedFetch } from '../../../../src/kit/http.ts';
import { performDirect } from '../../../../src/kit/perform-direct.ts';
import { Registry } from '../../../../src/kit/registry.ts';
import { principal, services } from '../../../../test/support/stand-in.ts';
import { kubernetes } from '../../../kubernetes/module.ts';
import { konflux } from '../../module.ts';
import { snapshotObject } from '../../snapshots/testing/objects.ts';
import { admissionObject, planObject, SNAPSHOT } from './objects.ts';

const NOW = '2026-01-15T12:00:00Z';
const APPSTUDIO = 'appstudio.redhat.com/v1alpha1';

export interface WorldGiven {
  /** Besides the namespaces. */
  objects?: object[];
  archived?: object[];
  reactions?: Record<string, object>;
  /** What demo-user may not do. */
  forbidden?: object[];
  expires?: string[];
  expiredWatch?: 'http' | 'event';
  /** Without it no KubeArchive is configured. */
  archive?: boolean;
}

interface Effect {
  kind: string;
  data: { object?: unknown };
}

export function snapshotNamed(name = SNAPSHOT, given: Parameters<typeof snapshotObject>[0] = {}): object {
  return { apiVersion: APPSTUDIO, kind: 'Snapshot', ...snapshotObject({ ...given, name }) };
}

const POLICY = {
  apiVersion: APPSTUDIO,
  kind: 'EnterpriseContractPolicy',
  metadata: { name: 'registry-standard', namespace: 'managed-demo-tenant' },
  spec: { sources: [] },
};

/** A plan, its admission and a snapshot that passed its tests: nothing stands against a release. */
export const IN_ORDER = [planObject(), admissionObject(), POLICY, snapshotNamed()];

/** Of a component group, and not matched yet. */
export function groupPlan(): object {
  const spec = { componentGroup: 'demo-group', target: 'managed-demo-tenant' };
  const { metadata, ...plan } = planObject({ spec, matched: null });
  return {
    ...plan,
    metadata: { ...metadata, name: 'group-prod', creationTimestamp: '2026-01-14T10:00:00Z' },
  };
}

/** The managed namespace, to a tenant who may not look into it. */
export const CLOSED = [{ resource: 'releaseplanadmissions', namespace: 'managed-demo-tenant' }];

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

/** The real tools on the sandbox, over HTTP. */
export async function world(given: WorldGiven = {}) {
  const crds = process.env.SLUICE_CORPUS;
  const sandbox = await startSandbox({
    scenario: {
      name: 'konflux-releases',
      clock: NOW,
      kubernetes: {
        ...(crds ? { crds: `${crds}/konflux/crds` } : {}),
        'konflux-cluster': {
          users: { 'demo-user': { forbidden: given.forbidden ?? [] } },
          expires: given.expires ?? [],
          expired_watch: given.expiredWatch ?? 'event',
          objects: [
            namespace('demo-tenant'),
            namespace('managed-demo-tenant'),
            ...(given.objects ?? IN_ORDER).map(placed),
          ],
          reactions: given.reactions ?? {},
        },
        kubearchive: { objects: (given.archived ?? []).map(placed) },
      },
    },
  });
  const at = (system: string) => ({
    base_url: `${sandbox.url}/${system}`,
    token: `file:${sandbox.dir}/secrets/${system}-token`,
  });
  const settings = {
    ...at('konflux-cluster'),
    namespace: 'demo-tenant',
    ...(given.archive === false ? {} : { kubearchive: at('kubearchive') }),
  };
  const registry = new Registry([kubernetes, konflux], { konflux: settings }, services);
  const control = (path: string, body?: unknown) => boundedFetch(`${sandbox.control}${path}`, body, 5_000);
  const options = () => ({ principal, now: Date.parse(NOW) });
  return {
    read: (name: string, input: object, more: { progress?: (message: string) => void } = {}) =>
      registry.read(name, input, { ...options(), ...more }),
    write: (name: string, input: object) =>
      registry.write(name, input, options(), (effects) => performDirect(effects, services)),
    effects: (name: string, input: object) => registry.effects(name, input, options()),
    control,
    /** What was created, changed or removed in the world. */
    happened: async () => ((await control('/effects')) as { effects: Effect[] }).effects,
    requests: async () =>
      ((await control('/requests')) as { requests: { method: string; path: string; body: unknown }[] })
        .requests,
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      rmSync(sandbox.dir, { recursive: true, force: true });
    },
  };
}

/** The server gives uid and version itself. */
function placed(object: object): object {
  const { metadata, ...rest } = object as { metadata: Record<string, unknown> };
  const { uid: _, resourceVersion: __, ...kept } = metadata;
  return { ...rest, metadata: kept };
}
