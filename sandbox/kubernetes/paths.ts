import type { Call } from '../http.ts';
import type { World } from '../world.ts';
import type { Ask } from './ask.ts';
import type { Cluster } from './cluster.ts';
import { about } from './resources.ts';
import { methodNotAllowed, notFound, unknownPath } from './status.ts';

/** The shapes that a path below a version has, the longest first. */
export const SHAPES = [
  '/namespaces/:namespace/:resource/:name/:sub',
  '/namespaces/:namespace/:resource/:name',
  '/namespaces/:namespace/:resource',
  '/:resource/:name/:sub',
  '/:resource/:name',
  '/:resource',
] as const;

export const VERSIONS = ['/apis/:group/:version', '/api/:version'] as const;

/** What a request is about; 404 for what is not served. */
export function askOf(call: Call, world: World, cluster: Cluster, user: string): Ask {
  const { namespace, resource, name, sub } = place(call);
  const group = call.param('group');
  const version = call.param('version');
  const type = cluster.resources.find(group, version, resource);
  if (type === undefined) throw unknownPath(cluster.resources.isBuiltIn(group));
  if (namespace !== undefined && !type.namespaced) throw unknownPath(!type.custom);
  // Of what lives in namespaces the whole cluster can only be listed.
  if (namespace === undefined && type.namespaced && name !== '') throw unknownPath(!type.custom);
  if (namespace === undefined && type.namespaced && call.method === 'POST') {
    throw type.custom ? unknownPath(false) : methodNotAllowed();
  }
  const known = { status: type.status, scale: type.scale, log: type.kind === 'Pod' };
  if (sub !== '' && !Object.entries(known).some(([one, there]) => one === sub && there)) {
    throw type.custom ? notFound(about(type, name)) : unknownPath(true);
  }
  return { cluster, world, call, user, type, version, namespace, name, sub };
}

function place(call: Call) {
  const namespace = call.param('namespace');
  const resource = call.param('resource');
  // A namespace's own status looks like a resource inside of it.
  if (namespace !== '' && resource === 'status' && call.param('name') === '') {
    return { namespace: undefined, resource: 'namespaces', name: namespace, sub: 'status' };
  }
  return {
    namespace: namespace === '' ? undefined : namespace,
    resource,
    name: call.param('name'),
    sub: call.param('sub'),
  };
}
