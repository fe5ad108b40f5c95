import type { Sink } from '../http.ts';
import type { Tree } from '../scenario/merge.ts';
import type { Cluster, Watcher } from './cluster.ts';
import { namespaceOf, withMetadata } from './manifest.ts';
import type { ResourceType } from './resources.ts';
import { type ApiError, expired } from './status.ts';
import type { Change } from './store.ts';

export interface WatchTarget {
  type: ResourceType;
  apiVersion: string;
  namespace: string | undefined;
  test(object: Tree): boolean;
}

export interface WatchOptions {
  /** Changes after this version; undefined begins with what is there. */
  from: number | undefined;
  timeoutSeconds: number | undefined;
  bookmarks: boolean;
  /** Whether a bookmark marks the end of what was there at the beginning. */
  marksStart: boolean;
}

/** Without a wish of the caller, in virtual time; the real server takes between half an hour and an hour. */
const LONGEST = 3_600;
const BOOKMARK_EVERY = 60_000;

export const tooOld = (asked: number, current: number) =>
  expired(`too old resource version: ${asked} (${current})`);

export function openWatch(
  cluster: Cluster,
  target: WatchTarget,
  options: WatchOptions,
  sink: Sink,
): () => void {
  const { store } = cluster;
  const seconds = options.timeoutSeconds ?? LONGEST;
  let bookmarked = cluster.now;
  const write = (type: string, object: Tree) => sink.write(`${JSON.stringify({ type, object })}\n`);
  const bookmark = (annotations?: Tree) => {
    bookmarked = cluster.now;
    const metadata = { resourceVersion: String(store.version), creationTimestamp: null };
    write('BOOKMARK', {
      kind: target.type.kind,
      apiVersion: target.apiVersion,
      metadata: annotations === undefined ? metadata : { ...metadata, annotations },
    });
  };
  const tell = (change: Change) => {
    const event = eventOf(change, target);
    if (event !== undefined) write(event.type, { ...event.object, apiVersion: target.apiVersion });
  };
  const forget = store.listen(tell);
  const stop = () => {
    forget();
    clearTimeout(timer);
    cluster.watchers.delete(watcher);
  };
  const end = () => {
    stop();
    sink.end();
  };
  const watcher: Watcher = {
    deadline: cluster.now + seconds * 1000,
    tick: (now) => {
      if (options.bookmarks && now - bookmarked >= BOOKMARK_EVERY) bookmark();
    },
    expire: () => {
      write('ERROR', tooOld(store.dropped, store.version).status);
      end();
    },
    end,
  };
  // Real time too: where nobody moves the clock, a caller still gets the end that it asked for.
  const timer = setTimeout(end, Math.min(seconds * 1000, 2 ** 31 - 1)).unref();
  cluster.watchers.add(watcher);
  if (options.from === undefined) {
    for (const object of store.list(target.type, target.namespace).filter(target.test)) {
      write('ADDED', { ...object, apiVersion: target.apiVersion });
    }
    if (options.marksStart) bookmark({ 'k8s.io/initial-events-end': 'true' });
  } else {
    for (const change of store.since(options.from)) tell(change);
  }
  return stop;
}

/** A watch that fails at once, in the stream. */
export function failedWatch(error: ApiError, sink: Sink): () => void {
  sink.write(`${JSON.stringify({ type: 'ERROR', object: error.status })}\n`);
  sink.end();
  return () => undefined;
}

/** What a change is to somebody who sees only some of the objects. */
function eventOf(change: Change, target: WatchTarget): { type: string; object: Tree } | undefined {
  if (change.type !== target.type) return undefined;
  const sees = (object: Tree) =>
    (target.namespace === undefined || namespaceOf(object) === target.namespace) && target.test(object);
  const saw = change.before !== undefined && sees(change.before);
  const now = change.kind !== 'DELETED' && sees(change.object);
  if (now) return { type: saw ? 'MODIFIED' : 'ADDED', object: change.object };
  if (!saw) return undefined;
  if (change.kind === 'DELETED') return { type: 'DELETED', object: change.object };
  // It has left what is watched: the last that was seen of it, at the version that took it away.
  const object = withMetadata(change.before ?? change.object, { resourceVersion: String(change.version) });
  return { type: 'DELETED', object };
}
