import { json, type Reply } from '../http.ts';
import type { Tree } from '../scenario/merge.ts';
import { type Ask, permit, shown, stored } from './ask.ts';
import { labelsOf, nameOf, namespaceOf } from './manifest.ts';
import { apiVersionOf } from './resources.ts';
import { scaleOf } from './scale.ts';
import { fieldTest, labelTest } from './selectors.ts';
import { badRequest, expired, tooLargeVersion } from './status.ts';
import { failedWatch, openWatch, tooOld } from './watch.ts';

export function get(ask: Ask): Reply {
  permit(ask, 'get');
  return json(200, shown(ask, stored(ask)));
}

export function shownScale(ask: Ask): Reply {
  permit(ask, 'get');
  return json(200, scaleOf(ask, stored(ask)));
}

export function listOrWatch(ask: Ask): Reply {
  const watch = ['true', '1'].includes(ask.call.query.get('watch') ?? '');
  permit(ask, watch ? 'watch' : 'list');
  return watch ? watched(ask) : listed(ask);
}

function testOf({ call, type, version }: Ask): (object: Tree) => boolean {
  const byLabel = labelTest(call.query.get('labelSelector') ?? '');
  const apiVersion = apiVersionOf(type.group, version);
  const byField = fieldTest(call.query.get('fieldSelector') ?? '', type.kind, apiVersion, type.plural);
  return (object) => byLabel(labelsOf(object)) && byField(object);
}

function number(ask: Ask, name: string): number | undefined {
  const text = ask.call.query.get(name) ?? '';
  if (text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw badRequest(`Invalid value: "${text}": ${name}: strconv.ParseUint: parsing "${text}": invalid syntax`);
}

interface Page {
  version: number;
  /** The key after which it goes on. */
  after: string;
}

function listed(ask: Ask): Reply {
  const { store } = ask.cluster;
  const asked = number(ask, 'resourceVersion') ?? 0;
  if (asked > store.version) throw tooLargeVersion(asked, store.version);
  const page = pageOf(ask, asked);
  if (page.version <= store.dropped)
    throw page.after === '' ? tooOld(page.version, store.version) : lost(ask, page);
  const all = store.list(ask.type, ask.namespace, page.version).filter(testOf(ask));
  const rest = all.filter((object) => placeOf(object) > page.after);
  const limit = number(ask, 'limit') ?? 0;
  const items = limit === 0 ? rest : rest.slice(0, limit);
  const left = rest.length - items.length;
  const filtered = ['labelSelector', 'fieldSelector'].some((name) => (ask.call.query.get(name) ?? '') !== '');
  const last = items.at(-1);
  return json(200, {
    kind: `${ask.type.kind}List`,
    apiVersion: apiVersionOf(ask.type.group, ask.version),
    metadata: {
      resourceVersion: String(page.version),
      ...(left > 0 && last !== undefined
        ? { continue: token({ version: page.version, after: placeOf(last) }) }
        : {}),
      // With a selector the server would have to look at all of them to know.
      ...(left > 0 && !filtered ? { remainingItemCount: left } : {}),
    },
    items: items.map((object) => listItem(ask, object)),
  });
}

/** Built-in types leave out in a list what the list says already; custom ones repeat it. */
function listItem(ask: Ask, object: Tree): Tree {
  if (ask.type.custom) return shown(ask, object);
  const { apiVersion: _, kind: __, ...rest } = object;
  return rest;
}

function placeOf(object: Tree): string {
  return `${namespaceOf(object)}/${nameOf(object)}`;
}

function token({ version, after }: Page): string {
  const content = JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: after });
  return Buffer.from(content).toString('base64url');
}

function pageOf({ call, cluster }: Ask, asked: number): Page {
  const given = call.query.get('continue') ?? '';
  const exact = call.query.get('resourceVersionMatch') === 'Exact' && asked > 0;
  if (given === '') return { version: exact ? asked : cluster.store.version, after: '' };
  if (asked > 0) throw badRequest('specifying resource version is not allowed when using continue');
  const [, rv, start] =
    /^\{"v":"meta\.k8s\.io\/v1","rv":(\d+),"start":"(.*)"\}$/.exec(
      Buffer.from(given, 'base64url').toString('utf8'),
    ) ?? [];
  if (rv === undefined || start === undefined) throw badRequest('continue key is not valid');
  return { version: Number(rv), after: start };
}

function lost(ask: Ask, page: Page) {
  const words =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  return expired(words, { continue: token({ version: ask.cluster.store.version, after: page.after }) });
}

const STREAM = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' };

function watched(ask: Ask): Reply {
  const { cluster, call } = ask;
  const { store } = cluster;
  const asked = number(ask, 'resourceVersion') ?? 0;
  if (asked > store.version) throw tooLargeVersion(asked, store.version);
  const test = testOf(ask);
  if (asked > 0 && asked <= store.dropped) {
    const error = tooOld(asked, store.version);
    if (cluster.config.expired_watch === 'http') throw error;
    return { status: 200, headers: STREAM, body: '', stream: (sink) => failedWatch(error, sink) };
  }
  const initial = call.query.get('sendInitialEvents') === 'true';
  const options = {
    from: asked === 0 || initial ? undefined : asked,
    timeoutSeconds: number(ask, 'timeoutSeconds'),
    bookmarks: call.query.get('allowWatchBookmarks') === 'true',
    marksStart: initial,
  };
  const target = {
    type: ask.type,
    apiVersion: apiVersionOf(ask.type.group, ask.version),
    namespace: ask.namespace,
    test,
  };
  return {
    status: 200,
    headers: STREAM,
    body: '',
    stream: (sink) => openWatch(cluster, target, options, sink),
  };
}
