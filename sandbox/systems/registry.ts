import { bearer, type Call, json, type Reply, type System } from '../http.ts';
import type { World } from '../world.ts';
import { type Content, contentOf, digestOf } from './registry-content.ts';

/** Anybody gets it: what it proves is that the caller went through the token service. */
const TOKEN = 'anonymous-pull';

export const registry: System = {
  name: 'registry',
  routes: [
    { method: 'GET', path: '/v2/', answer: () => json(200, {}) },
    { method: 'GET', path: '/token', answer: () => json(200, { token: TOKEN, expires_in: 300 }) },
    { method: 'GET', path: '/cdn/:digest', answer: (call, world) => elsewhere(call, world) },
    {
      method: 'GET',
      path: '/v2/*rest',
      answer: (call, world) => {
        const [, repository = '', kind = '', reference = ''] =
          /^(.+)\/(manifests|blobs)\/([^/]+)$/.exec(call.param('rest')) ?? [];
        const refused = unauthorized(call, world, repository);
        if (refused !== undefined) return refused;
        if (kind === 'manifests') return manifest(world, repository, reference);
        return blob(call, world, reference);
      },
    },
  ],
};

function unauthorized(call: Call, world: World, repository: string): Reply | undefined {
  if (!world.scenario.registry.token || bearer(call) === TOKEN) return undefined;
  const challenge = `Bearer realm="${call.base}/token",service="registry",scope="repository:${repository}:pull"`;
  return json(401, failure('UNAUTHORIZED', 'access to the requested resource is not authorized'), {
    'www-authenticate': challenge,
  });
}

function manifest(world: World, repository: string, reference: string): Reply {
  const { registry } = world.scenario;
  const published = registry.payloads[repository]?.[reference]?.published ?? -Infinity;
  const at = `${repository}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
  const found = published <= world.now ? contentOf(registry).manifests.get(at) : undefined;
  return found === undefined ? json(404, failure('MANIFEST_UNKNOWN', 'manifest unknown')) : served(found);
}

function blob(call: Call, world: World, digest: string): Reply {
  const found = contentOf(world.scenario.registry).blobs.get(digest);
  if (found === undefined) return json(404, failure('BLOB_UNKNOWN', 'blob unknown to registry'));
  if (!world.scenario.registry.redirects) return served(found);
  return { status: 302, headers: { location: `${call.base}/cdn/${digest}` }, body: '' };
}

/** Where blobs lie knows no accounts: its addresses are signed, and a credential has no business there. */
function elsewhere(call: Call, world: World): Reply {
  const found = contentOf(world.scenario.registry).blobs.get(call.param('digest'));
  if (found === undefined) return json(404, {});
  return call.headers.authorization === undefined ? served(found) : json(400, { error: 'InvalidRequest' });
}

function served({ type, bytes }: Content): Reply {
  return {
    status: 200,
    headers: { 'content-type': type, 'docker-content-digest': digestOf(bytes) },
    body: bytes,
  };
}

function failure(code: string, message: string) {
  return { errors: [{ code, message, detail: {} }] };
}
