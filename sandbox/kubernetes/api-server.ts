import { type Call, json, type Reply, type Route, type System, text } from '../http.ts';
import { isTree } from '../scenario/merge.ts';
import type { World } from '../world.ts';
import { type Ask, documentOf, isDryRun } from './ask.ts';
import { callerOf } from './callers.ts';
import { Cluster } from './cluster.ts';
import { coreVersions, group, groupList, resourceList, versionInfo } from './discovery.ts';
import { podLog } from './logs.ts';
import { askOf, SHAPES, VERSIONS } from './paths.ts';
import { get, listOrWatch, shownScale } from './read.ts';
import { remove } from './removal.ts';
import { type Flavour, resourcesOf } from './resources.ts';
import { selfSubjectAccessReview, selfSubjectReview } from './reviews.ts';
import { ANONYMOUS, demandPath } from './rights.ts';
import { ApiError, forbidden, methodNotAllowed, NoPage, trouble, unauthorized } from './status.ts';
import { create, patch, replace } from './write.ts';

type Name = Cluster['system'];

/** The API server of a system, as it stands now, or at a moment before. */
export function clusterOf(world: World, name: Name, flavour: Flavour, now: number = world.now): Cluster {
  const known = world.store.clusters.get(name);
  const { kubernetes, clock } = world.scenario;
  const cluster = known ?? new Cluster(name, resourcesOf(flavour, kubernetes.crds), kubernetes[name], clock);
  world.store.clusters.set(name, cluster);
  cluster.advance(Math.max(now, cluster.now));
  return cluster;
}

const callers = new WeakMap<Call, string>();

type Handler = (cluster: Cluster, call: Call, world: World, user: string) => Reply;

/** A Kubernetes API under a prefix of its own. */
export function apiServer(name: Name, flavour: Flavour): System {
  const answered =
    (handler: Handler) =>
    (call: Call, world: World): Reply => {
      try {
        return handler(clusterOf(world, name, flavour), call, world, callers.get(call) ?? ANONYMOUS);
      } catch (error) {
        if (error instanceof ApiError) return json(error.code, error.status);
        if (error instanceof NoPage) return text(404, `${error.message}\n`);
        throw error;
      }
    };
  const read = (path: string, handler: Handler): Route => ({
    method: 'GET',
    path,
    answer: answered(handler),
  });
  const known =
    (handler: Handler): Handler =>
    (cluster, call, world, user) => {
      demandPath(user, call.path.slice(name.length + 1));
      return handler(cluster, call, world, user);
    };
  const about = (handler: (ask: Ask) => Reply) =>
    answered((cluster, call, world, user) => handler(askOf(call, world, cluster, user)));
  return {
    name,
    refusal: trouble,
    guard: (call, world, secret) => {
      const caller = callerOf(call, world.scenario.kubernetes[name], world.now, secret);
      if (caller === undefined) return json(401, unauthorized().status);
      callers.set(call, caller);
      return undefined;
    },
    routes: [
      read('/version', (cluster) => json(200, versionInfo(cluster.config.version))),
      ...['/healthz', '/livez', '/readyz'].map((path) =>
        read(path, () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' })),
      ),
      read(
        '/api',
        known((_, { base }) => json(200, coreVersions(new URL(base).host))),
      ),
      read(
        '/apis',
        known(({ resources }) => json(200, groupList(resources))),
      ),
      ...VERSIONS.map((path) =>
        read(
          path,
          known(({ resources }, call) =>
            json(200, resourceList(resources, call.param('group'), call.param('version'))),
          ),
        ),
      ),
      read(
        '/apis/:group',
        known(({ resources }, call) => json(200, group(resources, call.param('group')))),
      ),
      { method: 'POST', path: '/apis/authentication.k8s.io/v1/selfsubjectreviews', answer: answered(whoAmI) },
      {
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        answer: answered(mayI),
      },
      ...VERSIONS.flatMap((version) => SHAPES.flatMap((shape) => routesOf(`${version}${shape}`, about))),
    ],
  };
}

const changes = (call: Call) => !isDryRun(call);

function routesOf(path: string, about: (handler: (ask: Ask) => Reply) => Route['answer']): Route[] {
  const reading: Route = { method: 'GET', path, answer: about(readIt) };
  if (!/:name(\/|$)/.test(path)) {
    return [reading, { method: 'POST', path, mutates: changes, answer: about(create) }];
  }
  const writing: Route[] = [
    { method: 'PUT', path, mutates: changes, answer: about(replace) },
    { method: 'PATCH', path, mutates: changes, answer: about(patch) },
  ];
  if (path.endsWith(':sub')) return [reading, ...writing];
  return [reading, ...writing, { method: 'DELETE', path, mutates: changes, answer: about(remove) }];
}

function readIt(ask: Ask): Reply {
  if (ask.name === '') return listOrWatch(ask);
  if (ask.sub === 'log') return podLog(ask);
  return ask.sub === 'scale' ? shownScale(ask) : get(ask);
}

function whoAmI({ config }: Cluster, _: Call, __: World, user: string): Reply {
  if (user !== ANONYMOUS) return selfSubjectReview(config, user);
  throw forbidden(
    { group: 'authentication.k8s.io', kind: 'selfsubjectreviews' },
    `User "${user}" cannot create resource "selfsubjectreviews" in API group "authentication.k8s.io" at the cluster scope`,
  );
}

function mayI({ config }: Cluster, call: Call, _: World, user: string): Reply {
  const review = documentOf(call);
  if (!isTree(review)) throw methodNotAllowed();
  return selfSubjectAccessReview(config, user, review);
}
