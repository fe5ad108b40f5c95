import { bearer, type Call, json, type Reply, type System } from '../http.ts';
import type { Scan } from '../scenario/schema-quay.ts';
import { stepAt } from '../scenario/timeline.ts';
import type { World } from '../world.ts';
import { registry } from './registry.ts';
import { digestOf, INDEX } from './registry-blobs.ts';
import { contentOf } from './registry-content.ts';
import { isRepository, type Tag, tagsAt } from './registry-tags.ts';

const API = '/api/v1/repository/';
const UNAUTHORIZED = { message: 'Requires authentication', error_type: 'invalid_token', status: 401 };
const NOT_FOUND = { detail: 'Not Found', error_message: 'Not Found', error_type: 'not_found', status: 404 };

/** The registry once more, with the REST API that a Quay has besides. */
export const quay: System = {
  name: 'quay',
  guard: (call, world, secret) => {
    if (!call.path.includes(API)) return undefined;
    const [, repository = ''] = parts(call);
    const given = bearer(call);
    if (given !== undefined && given !== secret) return json(401, UNAUTHORIZED);
    // Whoever is nobody is not told which repositories there are.
    const seen = isRepository(world, repository) && isPublic(world, repository);
    return given === undefined && !seen ? json(401, UNAUTHORIZED) : undefined;
  },
  routes: [
    ...registry.routes,
    {
      method: 'GET',
      path: `${API}*rest`,
      answer: (call, world) => {
        const [, repository = '', kind = '', digest = ''] = parts(call);
        if (!isRepository(world, repository)) return json(404, NOT_FOUND);
        if (kind === '/tag/') return tags(call, world, repository);
        return kind === '' ? about(world, repository) : security(call, world, repository, digest);
      },
    },
  ],
};

function parts(call: Call): string[] {
  const rest = call.path.slice(call.path.indexOf(API) + API.length);
  return /^(.+?)(\/tag\/|\/manifest\/(sha256:[0-9a-f]{64})\/security)?$/.exec(decodeURIComponent(rest)) ?? [];
}

function isPublic(world: World, repository: string): boolean {
  return world.scenario.quay.repositories[repository]?.public !== false;
}

function about(world: World, repository: string): Reply {
  const { description = '', state = 'NORMAL' } = world.scenario.quay.repositories[repository] ?? {};
  const [namespace, ...name] = repository.split('/');
  return json(200, {
    namespace,
    name: name.join('/'),
    kind: 'image',
    description,
    is_public: isPublic(world, repository),
    is_organization: true,
    is_starred: false,
    status_token: '',
    trust_enabled: false,
    tag_expiration_s: 1_209_600,
    is_free_account: false,
    state,
    can_write: false,
    can_admin: false,
  });
}

function tags(call: Call, world: World, repository: string): Reply {
  const limit = Math.min(100, Math.max(1, Number(call.query.get('limit') ?? 50) || 50));
  const page = Math.max(1, Number(call.query.get('page') ?? 1) || 1);
  const specific = call.query.get('specificTag') ?? '';
  const [, like = ''] = /^like:(.*)$/.exec(call.query.get('filter_tag_name') ?? '') ?? [];
  const fitting = tagsAt(world, repository)
    .filter(({ name }) => (specific === '' || name === specific) && name.includes(like))
    .sort((a, b) => (b.since ?? 0) - (a.since ?? 0));
  const start = (page - 1) * limit;
  return json(200, {
    tags: fitting.slice(start, start + limit).map(tagOf),
    page,
    has_additional: start + limit < fitting.length,
  });
}

function tagOf({ name, content, since }: Tag) {
  const isIndex = content.type === INDEX;
  return {
    name,
    reversion: false,
    ...(since === undefined
      ? {}
      : { start_ts: Math.floor(since / 1000), last_modified: new Date(since).toUTCString() }),
    manifest_digest: digestOf(content.bytes),
    is_manifest_list: isIndex,
    size: isIndex ? null : content.bytes.length,
  };
}

/** An index is never scanned; an image of which the scenario says nothing waits for its scan. */
function security(call: Call, world: World, repository: string, digest: string): Reply {
  const { manifests, names } = contentOf(world.scenario.registry);
  if (!manifests.has(`${repository}@${digest}`)) return json(404, NOT_FOUND);
  const name = names.get(digest);
  if (name?.architecture === undefined) return json(200, { status: 'unsupported', data: null });
  const { scans } = world.scenario.quay;
  const steps = scans[`${name.image}/${name.architecture}`] ?? scans[name.image] ?? [];
  const scan = stepAt(steps, world.now)?.value;
  if (scan?.status !== 'scanned') return json(200, { status: scan?.status ?? 'queued', data: null });
  const isFull = ['true', '1'].includes(call.query.get('vulnerabilities') ?? '');
  return json(200, { status: 'scanned', data: dataOf(scan, digest, isFull) });
}

function dataOf({ features }: Scan, digest: string, isFull: boolean) {
  if (features === null) return null;
  const listed = features.map(({ name, version, vulnerabilities }) => ({
    Name: name,
    VersionFormat: '',
    NamespaceName: '',
    AddedBy: digest,
    Version: version,
    BaseScores: [],
    CVEIds: [],
    Vulnerabilities: vulnerabilities.map((one) => ({
      Severity: one.severity,
      NamespaceName: 'rhel-vex',
      Link: one.link,
      FixedBy: one.fixed_by,
      Description: '',
      Name: one.name,
      Metadata: null,
    })),
  }));
  const Features = isFull ? listed : listed.map((one) => ({ ...one, Vulnerabilities: [] }));
  return { Layer: { Name: digest, ParentName: '', NamespaceName: '', IndexedByVersion: 4, Features } };
}
