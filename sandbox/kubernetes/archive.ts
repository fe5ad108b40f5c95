import { type Call, json, type Reply, type Route, type System } from '../http.ts';
import type { Tree } from '../scenario/merge.ts';
import type { World } from '../world.ts';
import { clusterOf } from './api-server.ts';
import type { Ask } from './ask.ts';
import { callerOf } from './callers.ts';
import type { Cluster } from './cluster.ts';
import { containerOf, spoken } from './logs.ts';
import { labelsOf, listAt, nameOf, namespaceOf, textAt, uidOf } from './manifest.ts';
import { VERSIONS } from './paths.ts';
import type { ResourceType } from './resources.ts';
import { ANONYMOUS, may } from './rights.ts';
import { labelTest } from './selectors.ts';
import { ApiError } from './status.ts';

/**
 * KubeArchive: what the cluster has pruned, at the same paths and to be read only. Its refusals are no
 * Status, it lists the newest first and a hundred at most, and knows neither versions nor watches.
 */

const NAME = 'kubearchive';
const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 1000;

class Refused extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

interface Wanted {
  cluster: Cluster;
  call: Call;
  world: World;
  type: ResourceType;
}

const said = (code: number, message: string) => json(code, { message });

const callers = new WeakMap<Call, string>();

export const kubearchive: System = {
  name: NAME,
  refusal: (code) => ({ message: code === 500 ? 'database error' : 'not now' }),
  guard: (call, world, secret) => {
    const caller = callerOf(call, world.scenario.kubernetes[NAME], world.now, secret);
    if (caller === ANONYMOUS) return said(400, 'empty authorization bearer token given');
    if (caller === undefined) return said(401, 'authentication failed');
    callers.set(call, caller);
    return undefined;
  },
  routes: [
    { method: 'GET', path: '/livez', answer: () => json(200, { code: 200, message: 'healthy' }) },
    { method: 'GET', path: '/readyz', answer: () => json(200, { message: 'ready' }) },
    ...VERSIONS.flatMap((version): Route[] => [
      route(`${version}/namespaces/:namespace/:resource/uid/:uid`, one),
      route(`${version}/namespaces/:namespace/:resource/:name/log`, log),
      route(`${version}/namespaces/:namespace/:resource/:name`, one),
      route(`${version}/namespaces/:namespace/:resource`, list),
      route(`${version}/:resource`, list),
    ]),
  ],
};

function route(path: string, handler: (wanted: Wanted) => Reply): Route {
  const answer = (call: Call, world: World) => {
    try {
      return handler(wantedOf(call, world));
    } catch (error) {
      if (error instanceof Refused || error instanceof ApiError) return said(error.code, error.message);
      throw error;
    }
  };
  return { method: 'GET', path, answer };
}

function wantedOf(call: Call, world: World): Wanted {
  const cluster = clusterOf(world, NAME, 'konflux');
  const resource = call.param('resource');
  const group = call.param('group');
  const type = cluster.resources.find(group, call.param('version'), resource);
  if (type === undefined) {
    throw new Refused(404, `unable to find the API resource ${resource} in the Kubernetes cluster`);
  }
  const name = call.param('name');
  const verb = name === '' ? 'list' : 'get';
  const namespace = call.param('namespace') || undefined;
  const user = callers.get(call) ?? ANONYMOUS;
  if (!may(cluster.config, user, { verb, group, resource, namespace, name: name || undefined })) {
    throw new Refused(401, 'unauthorized');
  }
  return { cluster, call, world, type };
}

function kept({ cluster, call, type }: Wanted): Tree[] {
  const created = (object: Tree) => textAt(object, 'metadata.creationTimestamp') ?? '';
  return cluster.store
    .list(type, call.param('namespace') || undefined)
    .sort((a, b) =>
      created(a) < created(b) ? 1 : created(a) > created(b) ? -1 : nameOf(a) < nameOf(b) ? 1 : -1,
    );
}

function one(wanted: Wanted): Reply {
  const { call } = wanted;
  if (call.param('name').includes('*')) {
    throw new Refused(
      400,
      'wildcard characters (*) are not allowed in path parameters, use query parameter ?name= instead',
    );
  }
  const found = kept(wanted).find((object) =>
    call.param('uid') === '' ? nameOf(object) === call.param('name') : uidOf(object) === call.param('uid'),
  );
  if (found === undefined) throw new Refused(404, 'resource not found');
  return json(200, found);
}

function list(wanted: Wanted): Reply {
  const { query } = wanted.call;
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_LIMIT)
    throw new Refused(400, 'bad limit parameter');
  const name = query.get('name');
  const fits = labelTest(query.get('labelSelector') ?? '');
  const found = kept(wanted).filter(
    (object) =>
      fits(labelsOf(object)) && (name === null || like(name).test(nameOf(object))) && inTime(object, query),
  );
  const after = query.get('continue') ?? '';
  const start = after === '' ? 0 : found.findIndex((object) => token(object) === after) + 1;
  if (after !== '' && start === 0) throw new Refused(400, 'bad continue token');
  const items = found.slice(start, start + limit);
  const last = items.at(-1);
  const more = start + limit < found.length && last !== undefined;
  return json(200, {
    kind: 'List',
    apiVersion: 'v1',
    items,
    metadata: { continue: more ? token(last) : '' },
  });
}

function like(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 'i');
}

function inTime(object: Tree, query: URLSearchParams): boolean {
  const created = Date.parse(textAt(object, 'metadata.creationTimestamp') ?? '');
  const bound = (which: string) => {
    const text = query.get(`creationTimestamp${which}`);
    if (text === null) return undefined;
    const at = Date.parse(text);
    if (!Number.isNaN(at)) return at;
    throw new Refused(400, `invalid creationTimestamp${which} format: ${text}. Expected RFC3339 format`);
  };
  const [after, before] = [bound('After'), bound('Before')];
  return (after === undefined || created > after) && (before === undefined || created < before);
}

function token(object: Tree): string {
  const created = textAt(object, 'metadata.creationTimestamp') ?? '';
  return Buffer.from(`${namespaceOf(object)}/${nameOf(object)} ${created}`).toString('base64');
}

/** Of a pod, or of a run through its pods. */
function log(wanted: Wanted): Reply {
  const { cluster, call, world, type } = wanted;
  const namespace = call.param('namespace');
  const object = cluster.store.get(type, namespace, call.param('name'));
  const pod = object === undefined ? undefined : podOf(wanted, object);
  if (pod === undefined) throw new Refused(404, 'resource not found');
  const ask: Ask = { ...wanted, user: '', version: '', namespace, name: nameOf(pod), sub: 'log' };
  const container = containerOf(pod, call.query.get('container') ?? '');
  const lines = cluster.logsOf(namespace, nameOf(pod))[container]?.current;
  if (lines === undefined) throw new Refused(404, 'resource not found');
  const body = spoken({ ...ask, world }, pod, lines);
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** The newest pod below an object, by its owners. */
function podOf(wanted: Wanted, object: Tree): Tree | undefined {
  if (wanted.type.kind === 'Pod') return object;
  const { cluster } = wanted;
  const owned = cluster.store
    .everything()
    .filter((other) =>
      listAt(other.object, 'metadata.ownerReferences').some((by) => textAt(by, 'uid') === uidOf(object)),
    );
  for (const { type, object: below } of owned) {
    const pod = podOf({ ...wanted, type }, below);
    if (pod !== undefined) return pod;
  }
  return undefined;
}
