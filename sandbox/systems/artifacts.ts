import { type Call, json, type Reply, type System } from '../http.ts';
import type { World } from '../world.ts';

const BUCKET = '/storage/v1/b/:bucket/o';

/** The artifact store of the test jobs: the JSON API of Cloud Storage, reading alone. */
export const artifacts: System = {
  name: 'artifacts',
  routes: [
    { method: 'GET', path: BUCKET, answer: list },
    { method: 'GET', path: `${BUCKET}/:object`, answer: object },
  ],
};

function objectsOf(call: Call, world: World): Record<string, string> | undefined {
  return world.scenario.artifacts.buckets[call.param('bucket')];
}

function missing(what: string): Reply {
  return json(404, { error: { code: 404, message: `${what} does not exist.` } });
}

function list(call: Call, world: World): Reply {
  const objects = objectsOf(call, world);
  if (objects === undefined) return missing('The specified bucket');
  const prefix = call.query.get('prefix') ?? '';
  const delimiter = call.query.get('delimiter') ?? '';
  const items: string[] = [];
  const folders = new Set<string>();
  for (const name of Object.keys(objects).filter((one) => one.startsWith(prefix))) {
    const end = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    if (end < 0) items.push(name);
    else folders.add(name.slice(0, end + delimiter.length));
  }
  // A list without a member leaves the member out, as the real one does.
  return json(200, {
    kind: 'storage#objects',
    ...(folders.size === 0 ? {} : { prefixes: [...folders].sort() }),
    ...(items.length === 0
      ? {}
      : { items: items.sort().map((name) => ({ name, size: String((objects[name] ?? '').length) })) }),
  });
}

function object(call: Call, world: World): Reply {
  const name = call.param('object');
  const content = objectsOf(call, world)?.[name];
  if (content === undefined) return missing(`No such object: ${call.param('bucket')}/${name}`);
  const bytes = Buffer.from(content);
  if (call.query.get('alt') !== 'media') return json(200, { name, size: String(bytes.length) });
  const tail = Number(/^bytes=-(\d+)$/.exec(call.headers.range ?? '')?.[1] ?? Number.NaN);
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  if (!(tail < bytes.length)) return { status: 200, headers, body: bytes };
  const start = bytes.length - tail;
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` },
    body: bytes.subarray(start),
  };
}
