import { isTree, type Tree } from '../scenario/merge.ts';
import { ApiError } from './status.ts';

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isTree(patch)) return structuredClone(patch);
  const merged: Tree = isTree(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** By which field the items of a built-in list are told apart; other lists are replaced. */
const MERGE_KEYS: Record<string, string> = {
  conditions: 'type',
  containers: 'name',
  env: 'name',
  imagePullSecrets: 'name',
  initContainers: 'name',
  ports: 'containerPort',
  volumeMounts: 'mountPath',
  volumes: 'name',
};

export function strategicMerge(target: unknown, patch: unknown): unknown {
  if (!isTree(patch)) return structuredClone(patch);
  if (patch.$patch === 'replace') return without(patch, '$patch');
  const merged: Tree = isTree(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    const by = MERGE_KEYS[key];
    if (value === null) delete merged[key];
    else if (by !== undefined && Array.isArray(value)) merged[key] = mergeList(merged[key], value, by);
    else merged[key] = strategicMerge(merged[key], value);
  }
  return merged;
}

function mergeList(target: unknown, patch: readonly unknown[], by: string): unknown[] {
  const merged: unknown[] = Array.isArray(target) ? [...target] : [];
  for (const item of patch) {
    const at = merged.findIndex((old) => isTree(old) && isTree(item) && old[by] === item[by]);
    if (isTree(item) && item.$patch === 'delete') {
      if (at >= 0) merged.splice(at, 1);
    } else if (at >= 0) merged[at] = strategicMerge(merged[at], item);
    else merged.push(structuredClone(item));
  }
  return merged;
}

function without(tree: Tree, name: string): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([key]) => key !== name));
}

/** RFC 6902. What cannot be applied is refused as a whole. */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw unprocessable('error decoding patch: it is not a list');
  let document: unknown = structuredClone(target);
  for (const operation of operations) document = apply(document, operation);
  return document;
}

function apply(document: unknown, operation: unknown): unknown {
  if (!isTree(operation)) throw unprocessable('error decoding patch: an operation is not an object');
  const path = pointer(operation.path);
  const { op, value } = operation;
  switch (op) {
    case 'add':
      return add(document, path, structuredClone(value));
    case 'remove':
      return remove(document, path);
    case 'replace':
      read(document, path);
      return path.length === 0 ? structuredClone(value) : write(document, path, structuredClone(value));
    case 'test':
      if (JSON.stringify(sorted(read(document, path))) === JSON.stringify(sorted(value))) return document;
      throw unprocessable(`testing value ${String(operation.path)} failed: test failed`);
    case 'copy':
      return add(document, path, structuredClone(read(document, pointer(operation.from))));
    case 'move': {
      const from = pointer(operation.from);
      const moved = read(document, from);
      return add(remove(document, from), path, moved);
    }
    default:
      throw unprocessable(`Unexpected kind: ${String(op)}`);
  }
}

function pointer(path: unknown): string[] {
  if (path === '') return [];
  if (typeof path !== 'string' || !path.startsWith('/')) throw unprocessable('a path must begin with /');
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function missing(path: readonly string[]): ApiError {
  return unprocessable(`path "/${path.join('/')}" does not exist: missing value`);
}

function read(document: unknown, path: readonly string[]): unknown {
  let here = document;
  for (const key of path) {
    if (Array.isArray(here) && /^\d+$/.test(key) && Number(key) < here.length) here = here[Number(key)];
    else if (isTree(here) && Object.hasOwn(here, key)) here = here[key];
    else throw missing(path);
  }
  return here;
}

/** The container that holds the last step of the path. */
function holder(document: unknown, path: readonly string[]): { container: unknown; key: string } {
  return { container: read(document, path.slice(0, -1)), key: path.at(-1) ?? '' };
}

function add(document: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  const { container, key } = holder(document, path);
  if (Array.isArray(container)) {
    const index = key === '-' ? container.length : Number(key);
    if (!(Number.isInteger(index) && index >= 0 && index <= container.length)) throw missing(path);
    container.splice(index, 0, value);
    return document;
  }
  return write(document, path, value);
}

function write(document: unknown, path: readonly string[], value: unknown): unknown {
  const { container, key } = holder(document, path);
  if (Array.isArray(container)) container[Number(key)] = value;
  else if (isTree(container)) container[key] = value;
  else throw missing(path);
  return document;
}

function remove(document: unknown, path: readonly string[]): unknown {
  read(document, path);
  const { container, key } = holder(document, path);
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else if (isTree(container)) delete container[key];
  return document;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

function unprocessable(why: string): ApiError {
  return new ApiError(422, 'Invalid', `the server rejected our request due to an error in our request`, {
    causes: [{ reason: 'FieldValueInvalid', message: why, field: 'patch' }],
  });
}
