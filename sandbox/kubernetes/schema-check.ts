import { isDeepStrictEqual } from 'node:util';
import { isTree, type Tree } from '../scenario/merge.ts';
import type { Cause } from './status.ts';

/** A structural openAPIV3Schema as CRDs carry it; keys that mean nothing here are ignored. */
export type Schema = Tree;

/** Every field that breaks the schema, in the API server's words. */
export function problemsOf(schema: Schema, value: unknown, field = ''): Cause[] {
  if (value === null) {
    if (schema.nullable === true || (schema.type === undefined && !isIntOrString(schema))) return [];
    return [wrongType(schema, value, field)];
  }
  if (!fitsType(schema, value)) return [wrongType(schema, value, field)];
  return [
    ...ofEnum(schema, value, field),
    ...(typeof value === 'string' ? ofString(schema, value, field) : []),
    ...(typeof value === 'number' ? ofNumber(schema, value, field) : []),
    ...(Array.isArray(value) ? ofList(schema, value, field) : []),
    ...(isTree(value) ? ofObject(schema, value, field) : []),
    ...ofCombination(schema, value, field),
    ...ofRules(schema, value, field),
  ];
}

function isIntOrString(schema: Schema): boolean {
  return schema['x-kubernetes-int-or-string'] === true;
}

function fitsType(schema: Schema, value: unknown): boolean {
  if (isIntOrString(schema)) return typeof value === 'string' || Number.isInteger(value);
  switch (schema.type) {
    case undefined:
    case '':
      return true;
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'object':
      return isTree(value);
    case 'array':
      return Array.isArray(value);
    default:
      return typeof value === schema.type;
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function wrongType(schema: Schema, value: unknown, field: string): Cause {
  const wanted = isIntOrString(schema) ? 'integer,string' : String(schema.type);
  const have = JSON.stringify(typeName(value));
  return {
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: ${have}: ${field} in body must be of type ${wanted}: ${have}`,
    field,
  };
}

function wrong(field: string, value: unknown, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

function ofEnum(schema: Schema, value: unknown, field: string): Cause[] {
  if (!Array.isArray(schema.enum)) return [];
  if (schema.enum.some((allowed) => isDeepStrictEqual(allowed, value))) return [];
  const supported = schema.enum.map((allowed) => JSON.stringify(allowed)).join(', ');
  return [
    {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`,
      field,
    },
  ];
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

function ofString(schema: Schema, value: string, field: string): Cause[] {
  const found: Cause[] = [];
  const { minLength, maxLength, pattern } = schema;
  const length = [...value].length;
  if (typeof minLength === 'number' && length < minLength) {
    found.push(wrong(field, value, `${field} in body should be at least ${minLength} chars long`));
  }
  if (typeof maxLength === 'number' && length > maxLength) {
    const message = `Too long: may not be more than ${maxLength} bytes`;
    found.push({ reason: 'FieldValueTooLong', message, field });
  }
  if (typeof pattern === 'string' && !new RegExp(pattern).test(value)) {
    found.push(wrong(field, value, `${field} in body should match '${pattern}'`));
  }
  if (schema.format === 'date-time' && (!DATE_TIME.test(value) || Number.isNaN(Date.parse(value)))) {
    found.push(wrong(field, value, `${field} in body must be of type date-time: ${JSON.stringify(value)}`));
  }
  return found;
}

function ofNumber(schema: Schema, value: number, field: string): Cause[] {
  const found: Cause[] = [];
  const { minimum, maximum } = schema;
  const tooSmall = typeof minimum === 'number' && value < minimum;
  const tooLarge = typeof maximum === 'number' && value > maximum;
  if (tooSmall) {
    found.push(wrong(field, value, `${field} in body should be greater than or equal to ${minimum}`));
  }
  if (tooLarge) {
    found.push(wrong(field, value, `${field} in body should be less than or equal to ${maximum}`));
  }
  return found;
}

function ofList(schema: Schema, value: readonly unknown[], field: string): Cause[] {
  const found: Cause[] = [];
  const { minItems, maxItems, items } = schema;
  if (typeof minItems === 'number' && value.length < minItems) {
    found.push(wrong(field, value.length, `${field} in body should have at least ${minItems} items`));
  }
  if (typeof maxItems === 'number' && value.length > maxItems) {
    const message = `Too many: ${value.length}: must have at most ${maxItems} items`;
    found.push({ reason: 'FieldValueTooMany', message, field });
  }
  if (isTree(items)) {
    for (const [i, item] of value.entries()) found.push(...problemsOf(items, item, `${field}[${i}]`));
  }
  return [...found, ...duplicates(schema, value, field)];
}

/** Sets hold a value once, maps a key once. */
function duplicates(schema: Schema, value: readonly unknown[], field: string): Cause[] {
  const kind = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  const seen = new Set<string>();
  return value.flatMap((item, i) => {
    if (kind !== 'set' && !(kind === 'map' && Array.isArray(keys) && isTree(item))) return [];
    const own = kind === 'set' ? item : pick(item, keys);
    const text = JSON.stringify(own);
    const again = seen.has(text);
    seen.add(text);
    if (!again) return [];
    const message = `Duplicate value: ${text}`;
    return [{ reason: 'FieldValueDuplicate', message, field: `${field}[${i}]` }];
  });
}

function pick(item: unknown, keys: unknown): Tree {
  if (!isTree(item) || !Array.isArray(keys)) return {};
  return Object.fromEntries(keys.map((key) => [String(key), item[String(key)]]));
}

function ofObject(schema: Schema, value: Tree, field: string): Cause[] {
  const found: Cause[] = [];
  const below = (name: string) => (field === '' ? name : `${field}.${name}`);
  if (Array.isArray(schema.required)) {
    for (const name of schema.required) {
      if (!Object.hasOwn(value, String(name))) {
        const message = 'Required value';
        found.push({ reason: 'FieldValueRequired', message, field: below(String(name)) });
      }
    }
  }
  for (const [name, item] of Object.entries(value)) {
    const own = schemaOf(schema, name);
    if (own !== undefined) found.push(...problemsOf(own, item, below(name)));
  }
  return found;
}

/** The schema under which a field of an object stands; undefined where there is none. */
export function schemaOf(schema: Schema, name: string): Schema | undefined {
  const { properties, additionalProperties } = schema;
  const own = isTree(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (isTree(own)) return own;
  return isTree(additionalProperties) ? additionalProperties : undefined;
}

function ofCombination(schema: Schema, value: unknown, field: string): Cause[] {
  const found: Cause[] = [];
  const fits = (part: unknown) => isTree(part) && problemsOf(part, value, field).length === 0;
  const { allOf, anyOf, oneOf, not } = schema;
  if (Array.isArray(allOf)) {
    for (const part of allOf) if (isTree(part)) found.push(...problemsOf(part, value, field));
  }
  if (Array.isArray(anyOf) && !anyOf.some(fits)) {
    found.push(wrong(field, value, `"${field}" must validate at least one schema (anyOf)`));
  }
  if (Array.isArray(oneOf)) {
    const valid = oneOf.filter(fits).length;
    const said = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    if (valid !== 1) {
      found.push(wrong(field, value, `"${field}" must validate one and only one schema (oneOf). ${said}`));
    }
  }
  if (isTree(not) && fits(not)) {
    found.push(wrong(field, value, `"${field}" must not validate the schema (not)`));
  }
  return found;
}

const EITHER = /^has\(self\.(\w+)\) != has\(self\.(\w+)\)$/;

/** Of CEL rules only the one form that the CRDs at hand use for "exactly one of"; others are left alone. */
function ofRules(schema: Schema, value: unknown, field: string): Cause[] {
  const rules = schema['x-kubernetes-validations'];
  if (!Array.isArray(rules) || !isTree(value)) return [];
  return rules.flatMap((rule) => {
    const [, one = '', other = ''] = EITHER.exec(isTree(rule) ? String(rule.rule) : '') ?? [];
    if (one === '' || Object.hasOwn(value, one) !== Object.hasOwn(value, other)) return [];
    const why = isTree(rule) ? String(rule.message) : '';
    return [{ reason: 'FieldValueInvalid', message: `Invalid value: "object": ${why}`, field }];
  });
}
