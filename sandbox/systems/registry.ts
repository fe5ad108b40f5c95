import { bearer, type Call, json, type Reply, type System } from '../http.ts';
import type { World } from '../world.ts';
import { type Content, digestOf } from './registry-blobs.ts';
import { contentOf } from './registry-content.ts';
import { contentAt, isRepository, referrersAt, tagsAt } from './registry-tags.ts';

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
          /^(.+)\/(manifests|blobs|tags|referrers)\/([^/]+)$/.exec(call.param('rest')) ?? [];
        const refused = unauthorized(call, world, repository);
        if (refused !== undefined) return refused;
        if (kind === 'manifests') return manifest(world, repository, reference);
        if (kind === 'blobs') return blob(call, world, reference);
        if (kind === 'tags' && reference === 'list') return tags(call, world, repository);
        if (kind === 'referrers' && world.scenario.registry.referrers) {
          return served(referrersAt(world, repository, reference));
        }
        return { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' };
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
  const found = contentAt(world, repository, reference);
  return found === undefined ? json(404, failure('MANIFEST_UNKNOWN', 'manifest unknown')) : served(found);
}

/** By name, page by page; the link of the next page is a path of this host. */
function tags(call: Call, world: World, repository: string): Reply {
  if (!isRepository(world, repository)) {
    return json(404, failure('NAME_UNKNOWN', 'repository name not known to registry'));
  }
  const after = call.query.get('last') ?? '';
  const names = tagsAt(world, repository)
    .map(({ name }) => name)
    .filter((name) => name > after);
  const shown = names.slice(0, Math.max(1, Number(call.query.get('n') ?? 100) || 100));
  const next = new URLSearchParams({ n: String(shown.length), last: shown.at(-1) ?? '' });
  const link = { link: `<${call.path}?${next}>; rel="next"` };
  return json(200, { name: repository, tags: shown }, shown.length < names.length ? link : {});
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
