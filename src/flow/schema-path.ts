import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/** What a path finds in a JSON Schema: its schemas (several behind anyOf), or where it goes astray. */
export type PathResult = { found: JsonSchema[] } | { missing: string; known: string[] };

const Schema = z.record(z.string(), z.unknown());

function asSchema(value: unknown): JsonSchema | undefined {
  const parsed = Schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

export function findPath(root: JsonSchema, path: readonly string[]): PathResult {
  let at = expand(root, root);
  for (const part of path) {
    const next: JsonSchema[] = [];
    const known = new Set<string>();
    for (const schema of at) next.push(...step(schema, part, root, known));
    // A schema that says nothing allows everything.
    if (next.length === 0 && at.some((schema) => isOpen(schema))) return { found: [{}] };
    if (next.length === 0) return { missing: part, known: [...known] };
    at = next.flatMap((schema) => expand(schema, root));
  }
  return { found: at };
}

function step(schema: JsonSchema, part: string, root: JsonSchema, known: Set<string>): JsonSchema[] {
  if (part === '[]') {
    const items = asSchema(schema.items) ?? asSchema(schema.additionalProperties);
    return items === undefined ? [] : expand(items, root);
  }
  const properties = asSchema(schema.properties) ?? {};
  for (const name of Object.keys(properties)) known.add(name);
  const property = asSchema(properties[part]);
  if (property !== undefined) return [property];
  const rest = asSchema(schema.additionalProperties);
  return rest === undefined ? [] : [rest];
}

function isOpen(schema: JsonSchema): boolean {
  return Object.keys(schema).filter((key) => key !== 'description' && key !== '$schema').length === 0;
}

function expand(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
  const { $ref: reference } = schema;
  if (typeof reference === 'string' && reference.startsWith('#/')) {
    const target = reference
      .slice(2)
      .split('/')
      .reduce<unknown>((value, key) => asSchema(value)?.[key], root);
    const resolved = asSchema(target);
    return resolved === undefined ? [{}] : expand(resolved, root);
  }
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (!Array.isArray(alternatives)) return [schema];
  return alternatives.flatMap((alternative) => {
    const one = asSchema(alternative);
    return one === undefined ? [] : expand(one, root);
  });
}

/** Whether a literal may be the value of one of these schemas: catches a mistyped state or a text for a number. */
export function allowsLiteral(schemas: readonly JsonSchema[], literal: unknown): boolean {
  return schemas.some((schema) => {
    if (isOpen(schema)) return true;
    if ('const' in schema) return schema.const === literal;
    if (Array.isArray(schema.enum)) return schema.enum.includes(literal);
    const { type } = schema;
    if (typeof type !== 'string') return true;
    if (literal === null) return type === 'null';
    if (typeof literal === 'number') return type === 'number' || type === 'integer';
    if (typeof literal === 'string') {
      if (type !== 'string') return false;
      return typeof schema.pattern !== 'string' || new RegExp(schema.pattern, 'u').test(literal);
    }
    return typeof literal !== 'boolean' || type === 'boolean';
  });
}
