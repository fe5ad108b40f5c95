export type Tree = { [key: string]: unknown };

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Maps merge key by key; anything else, lists included, replaces; null removes the key. */
export function deepMerge(base: Tree, patch: Tree): Tree {
  const merged: Tree = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    const old = merged[key];
    if (value === null) delete merged[key];
    else if (isTree(value) && isTree(old)) merged[key] = deepMerge(old, value);
    else merged[key] = structuredClone(value);
  }
  return merged;
}

/** The places a patch speaks about, so that what requests had changed there can be forgotten. */
export function leafPaths(patch: Tree, prefix: readonly string[] = []): string[][] {
  return Object.entries(patch).flatMap(([key, value]) => {
    const path = [...prefix, key];
    return isTree(value) ? leafPaths(value, path) : [path];
  });
}
