import { isTree } from '../scenario/merge.ts';
import { type Schema, schemaOf } from './schema-check.ts';

/** What every object has at its top, whatever its schema says. */
const TOP = ['apiVersion', 'kind', 'metadata'];

export interface Pruned {
  value: unknown;
  /** Where something stood that the schema does not know, e.g. `spec.components[0].colour`. */
  unknown: string[];
}

/** Drops what the schema does not know, as the API server does before it stores an object. */
export function prune(schema: Schema, value: unknown): Pruned {
  const unknown: string[] = [];
  return { value: pruned(schema, value, '', unknown, true), unknown };
}

function pruned(schema: Schema, value: unknown, field: string, unknown: string[], whole: boolean): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!isTree(items)) return value;
    return value.map((item, i) => pruned(items, item, `${field}[${i}]`, unknown, false));
  }
  if (!isTree(value)) return value;
  const keeps =
    schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
  const embedded = whole || schema['x-kubernetes-embedded-resource'] === true;
  const kept = Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
    if (embedded && TOP.includes(name)) return [[name, item]];
    const path = field === '' ? name : `${field}.${name}`;
    const own = schemaOf(schema, name);
    if (own !== undefined) return [[name, pruned(own, item, path, unknown, false)]];
    // A schema that says nothing of its fields, as int-or-string, has none to prune.
    if (keeps || schema.type === undefined) return [[name, item]];
    unknown.push(path);
    return [];
  });
  return Object.fromEntries(kept);
}

/** Fills in what the schema gives where nothing was said. */
export function withDefaults(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return isTree(items) ? value.map((item) => withDefaults(items, item)) : value;
  }
  if (!isTree(value)) return value;
  const filled = { ...value };
  if (isTree(schema.properties)) {
    for (const [name, own] of Object.entries(schema.properties)) {
      if (!isTree(own) || own.default === undefined) continue;
      const missing = filled[name] === undefined || (filled[name] === null && own.nullable !== true);
      if (missing) filled[name] = structuredClone(own.default);
    }
  }
  return Object.fromEntries(
    Object.entries(filled).map(([name, item]) => {
      const own = schemaOf(schema, name);
      return [name, own === undefined ? item : withDefaults(own, item)];
    }),
  );
}
