import { isTree, type Tree } from '../scenario/merge.ts';

/** `metadata.labels[a.b/c]` and `components[0].name` as steps; brackets keep dots together. */
export function steps(path: string): string[] {
  return [...path.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([whole, inside]) => inside ?? whole);
}

/** What stands at a path; undefined where it leads nowhere. */
export function valueAt(value: unknown, path: string): unknown {
  let here = value;
  for (const step of steps(path)) {
    if (Array.isArray(here)) here = here[Number(step)];
    else if (isTree(here)) here = Object.hasOwn(here, step) ? here[step] : undefined;
    else return undefined;
  }
  return here;
}

export function treeAt(value: unknown, path: string): Tree {
  const found = valueAt(value, path);
  return isTree(found) ? found : {};
}

export function textAt(value: unknown, path: string): string | undefined {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : undefined;
}

export function listAt(value: unknown, path: string): unknown[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found : [];
}

/** Only the strings of a map: labels and annotations are nothing else. */
export function wordsAt(value: unknown, path: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(treeAt(value, path)).filter((entry): entry is [string, string] => {
      return typeof entry[1] === 'string';
    }),
  );
}

export const nameOf = (object: Tree): string => textAt(object, 'metadata.name') ?? '';
export const namespaceOf = (object: Tree): string => textAt(object, 'metadata.namespace') ?? '';
export const uidOf = (object: Tree): string => textAt(object, 'metadata.uid') ?? '';
export const labelsOf = (object: Tree): Record<string, string> => wordsAt(object, 'metadata.labels');
export const versionOf = (object: Tree): string => textAt(object, 'metadata.resourceVersion') ?? '';

export function withMetadata(object: Tree, changes: Tree): Tree {
  const metadata = { ...treeAt(object, 'metadata'), ...changes };
  return {
    ...object,
    metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined)),
  };
}

export function withLabels(object: Tree, labels: Record<string, string>): Tree {
  return withMetadata(object, { labels: { ...labelsOf(object), ...labels } });
}
