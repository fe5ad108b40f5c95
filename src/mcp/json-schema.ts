import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { asRecord } from './record.ts';

type JsonSchema = Record<string, unknown>;

/** Computed once for each schema: over HTTP a server is made for every request. */
const inputs = new WeakMap<z.ZodObject, JsonSchema>();
const outputs = new WeakMap<z.ZodObject, JsonSchema>();

/** What a client may send: unknown arguments are refused, and the schema says so. */
export function inputSchemaOf(schema: z.ZodObject): JsonSchema {
  return remembered(inputs, schema, () =>
    z.toJSONSchema(z.strictObject(schema.shape), { io: 'input', unrepresentable: 'any' }),
  );
}

export function outputSchemaOf(schema: z.ZodObject): JsonSchema {
  return remembered(outputs, schema, () => z.toJSONSchema(schema, { unrepresentable: 'any' }));
}

function remembered(
  store: WeakMap<z.ZodObject, JsonSchema>,
  schema: z.ZodObject,
  make: () => JsonSchema,
): JsonSchema {
  const known = store.get(schema);
  if (known !== undefined) return known;
  const json = asRecord(terse(make()));
  store.set(schema, json);
  return json;
}

/** Without what says nothing: a list of tools is read by a model, and each byte of it is paid for. */
function terse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(terse);
  if (value === null || typeof value !== 'object') return value;
  const { $schema: _dialect, ...schema }: JsonSchema = { ...value };
  if (isEmpty(schema.additionalProperties)) delete schema.additionalProperties;
  if (JSON.stringify(schema.propertyNames) === '{"type":"string"}') delete schema.propertyNames;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  const plain = nullable(schema.anyOf);
  if (plain !== undefined) {
    delete schema.anyOf;
    schema.type = [plain, 'null'];
  }
  return Object.fromEntries(Object.entries(schema).map(([key, item]) => [key, terse(item)]));
}

/** The type of `anyOf: [{ type }, { type: 'null' }]`, which has a shorter spelling. */
function nullable(anyOf: unknown): string | undefined {
  const parts: unknown[] = Array.isArray(anyOf) ? anyOf : [];
  const [, plain] = /^\[\{"type":"([a-z]+)"\},\{"type":"null"\}\]$/.exec(JSON.stringify(parts)) ?? [];
  return plain;
}

function isEmpty(value: unknown): boolean {
  return value !== null && typeof value === 'object' && Object.keys(value).length === 0;
}

/**
 * Shows a schema to clients and lets every value through: refusals must carry our codes and
 * remedies, so the tool checks its own input.
 */
export function shown(json: JsonSchema): StandardSchemaWithJSON {
  return {
    '~standard': {
      version: 1,
      vendor: 'sluice',
      validate: (value) => ({ value }),
      jsonSchema: { input: () => json, output: () => json },
    },
  };
}
