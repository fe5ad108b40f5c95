import type { Tree } from '../scenario/merge.ts';
import { nameOf, namespaceOf, withMetadata } from './manifest.ts';
import type { ResourceType } from './resources.ts';

export interface Stored {
  type: ResourceType;
  object: Tree;
}

export interface Change {
  version: number;
  kind: 'ADDED' | 'MODIFIED' | 'DELETED';
  type: ResourceType;
  key: string;
  /** As it stands after the change; of a deleted one what it last was. */
  object: Tree;
  before: Tree | undefined;
}

export function keyOf(type: ResourceType, namespace: string, name: string): string {
  return `${type.group}/${type.plural}/${namespace}/${name}`;
}

/** Objects with one version for all of them, and what happened to them, for lists and watches of the past. */
export class ObjectStore {
  #objects = new Map<string, Stored>();
  #history: Change[] = [];
  #version = 1000;
  /** A cluster is never as young as its API server's memory. */
  #dropped = this.#version - 1;
  readonly #listeners = new Set<(change: Change) => void>();

  get version(): number {
    return this.#version;
  }

  /** Versions up to this one cannot be asked for any more. */
  get dropped(): number {
    return this.#dropped;
  }

  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get(type: ResourceType, namespace: string, name: string): Tree | undefined {
    return this.#objects.get(keyOf(type, namespace, name))?.object;
  }

  /** In the order of namespace and name, as etcd keeps them; as it was at `version` when given. */
  list(type: ResourceType, namespace?: string, version?: number): Tree[] {
    const objects = version === undefined || version === this.#version ? this.#objects : this.#past(version);
    return [...objects]
      .filter(([, stored]) => stored.type === type)
      .filter(([, { object }]) => namespace === undefined || namespaceOf(object) === namespace)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { object }]) => object);
  }

  everything(): Stored[] {
    return [...this.#objects.values()];
  }

  put(type: ResourceType, object: Tree): Tree {
    const key = keyOf(type, namespaceOf(object), nameOf(object));
    const before = this.#objects.get(key)?.object;
    this.#version += 1;
    const stored = withMetadata(object, { resourceVersion: String(this.#version) });
    this.#objects.set(key, { type, object: stored });
    const kind = before === undefined ? 'ADDED' : 'MODIFIED';
    this.#happened({ version: this.#version, kind, type, key, object: stored, before });
    return stored;
  }

  remove(type: ResourceType, object: Tree): Tree | undefined {
    const key = keyOf(type, namespaceOf(object), nameOf(object));
    const before = this.#objects.get(key)?.object;
    if (before === undefined) return undefined;
    this.#objects.delete(key);
    this.#version += 1;
    const last = withMetadata(before, { resourceVersion: String(this.#version) });
    this.#happened({ version: this.#version, kind: 'DELETED', type, key, object: last, before });
    return last;
  }

  since(version: number): Change[] {
    return this.#history.filter((change) => change.version > version);
  }

  /** Forgets everything older than now. */
  drop(): void {
    this.#version += 1;
    this.#dropped = this.#version - 1;
  }

  #happened(change: Change): void {
    this.#history.push(change);
    for (const listener of [...this.#listeners]) listener(change);
  }

  #past(version: number): Map<string, Stored> {
    const objects = new Map<string, Stored>();
    for (const { version: at, kind, type, key, object } of this.#history) {
      if (at > version) break;
      if (kind === 'DELETED') objects.delete(key);
      else objects.set(key, { type, object });
    }
    return objects;
  }
}
