import { describe, expect, it } from 'vitest';
import { problemsOf } from './schema-check.ts';
import { prune, withDefaults } from './schema-shape.ts';
import { either, fields, flag, list, moment, oneOf, text, whole, words } from './schema-words.ts';

const said = (schema: object, value: unknown) =>
  problemsOf({ ...schema }, value).map(({ reason, field, message }) => `${reason} ${field}: ${message}`);

describe('types', () => {
  it.each([
    [text(), 'a'],
    [whole(), 3],
    [{ type: 'number' }, 3.5],
    [flag(), false],
    [list(text()), []],
    [fields({}), {}],
    [{ type: 'string', nullable: true }, null],
    [{ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }, '25%'],
    [{ 'x-kubernetes-int-or-string': true }, 25],
    [{}, null],
  ])('%j takes %j', (schema, value) => expect(said(schema, value)).toEqual([]));

  it.each([
    [text(), 3, '"integer"', 'string'],
    [text(), null, '"null"', 'string'],
    [whole(), 3.5, '"number"', 'integer'],
    [whole(), '3', '"string"', 'integer'],
    [flag(), 'true', '"string"', 'boolean'],
    [list(text()), {}, '"object"', 'array'],
    [fields({}), [], '"array"', 'object'],
    [{ 'x-kubernetes-int-or-string': true }, true, '"boolean"', 'integer,string'],
  ])('%j refuses %j', (schema, value, have, wanted) => {
    expect(said(fields({ x: schema }), { x: value })).toEqual([
      `FieldValueTypeInvalid x: Invalid value: ${have}: x in body must be of type ${wanted}: ${have}`,
    ]);
  });

  it('stops at a wrong type: its inside says nothing', () => {
    expect(said(fields({ spec: fields({ 'a*': text() }) }), { spec: 'a' })).toHaveLength(1);
  });
});

describe('values', () => {
  it.each([
    [oneOf('a', 'b'), 'c', 'FieldValueNotSupported : Unsupported value: "c": supported values: "a", "b"'],
    [text({ minLength: 1 }), '', /FieldValueInvalid .* should be at least 1 chars long/],
    [text({ maxLength: 2 }), 'abc', 'FieldValueTooLong : Too long: may not be more than 2 bytes'],
    [text({ pattern: '^[a-z]+$' }), 'A', /should match '\^\[a-z\]\+\$'/],
    [whole({ minimum: 0 }), -1, /should be greater than or equal to 0/],
    [whole({ maximum: 9 }), 10, /should be less than or equal to 9/],
    [moment(), 'yesterday', /must be of type date-time: "yesterday"/],
    [moment(), '2026-13-01T00:00:00Z', /must be of type date-time/],
    [list(text(), { minItems: 1 }), [], /should have at least 1 items/],
    [list(text(), { maxItems: 1 }), ['a', 'b'], 'FieldValueTooMany : Too many: 2: must have at most 1 items'],
    [
      list(text(), { 'x-kubernetes-list-type': 'set' }),
      ['a', 'a'],
      'FieldValueDuplicate [1]: Duplicate value: "a"',
    ],
  ])('%j refuses %j', (schema, value, why) => {
    expect(said(schema, value)).toEqual([why instanceof RegExp ? expect.stringMatching(why) : why]);
  });

  it('keeps a map by its keys', () => {
    const map = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
    const schema = list(fields({ name: text(), value: text() }), map);
    expect(said(schema, [{ name: 'a' }, { name: 'b' }])).toEqual([]);
    expect(
      said(schema, [
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
      ]),
    ).toEqual(['FieldValueDuplicate [1]: Duplicate value: {"name":"a"}']);
  });

  it('takes fractions and zones in a moment', () => {
    expect(said(moment(), '2026-06-25T12:00:00.123+02:00')).toEqual([]);
  });
});

describe('places', () => {
  const schema = fields({
    'spec*': fields({
      'name*': text(),
      images: list(fields({ 'url*': text() })),
      roles: words(),
    }),
  });

  it('names every field by its path', () => {
    expect(said(schema, { spec: { images: [{ url: 'a' }, {}, { url: 1 }], roles: { a: 1 } } })).toEqual([
      'FieldValueRequired spec.name: Required value',
      'FieldValueRequired spec.images[1].url: Required value',
      'FieldValueTypeInvalid spec.images[2].url: Invalid value: "integer": spec.images[2].url in body must be of type string: "integer"',
      'FieldValueTypeInvalid spec.roles.a: Invalid value: "integer": spec.roles.a in body must be of type string: "integer"',
    ]);
    expect(said(schema, {})).toEqual(['FieldValueRequired spec: Required value']);
  });
});

describe('combinations', () => {
  const a = { required: ['a'] };
  const b = { required: ['b'] };

  it.each([
    [{ oneOf: [a, b] }, { a: 1 }, true],
    [{ oneOf: [a, b] }, { a: 1, b: 1 }, false],
    [{ oneOf: [a, b] }, {}, false],
    [{ anyOf: [a, b] }, { a: 1, b: 1 }, true],
    [{ anyOf: [a, b] }, {}, false],
    [{ allOf: [a, b] }, { a: 1, b: 1 }, true],
    [{ allOf: [a, b] }, { a: 1 }, false],
    [{ not: a }, { b: 1 }, true],
    [{ not: a }, { a: 1 }, false],
    [either('a', 'b'), { a: 1 }, true],
    [either('a', 'b'), { a: 1, b: 1 }, false],
    [either('a', 'b'), {}, false],
  ])('%j of %j: %s', (schema, value, fits) => expect(said(schema, value).length === 0).toBe(fits));

  it('leaves rules alone that it cannot read', () => {
    const rules = { 'x-kubernetes-validations': [{ rule: 'self.a > self.b', message: 'no' }] };
    expect(said(rules, { a: 1, b: 2 })).toEqual([]);
  });
});

describe('shape', () => {
  const schema = fields({
    spec: fields({
      known: text(),
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      map: words(),
      items: list(fields({ a: text() })),
      amount: { 'x-kubernetes-int-or-string': true },
      pool: text({ default: 'default' }),
      nested: fields({ deep: whole({ default: 7 }) }),
    }),
  });

  it('drops what is not known, and says where it stood', () => {
    const value = {
      apiVersion: 'v1',
      kind: 'X',
      metadata: { name: 'x' },
      extra: 1,
      spec: {
        known: 'a',
        other: 1,
        free: { any: { thing: 1 } },
        map: { k: 'v' },
        items: [{ a: 'x', b: 1 }],
        amount: '5',
      },
    };
    expect(prune(schema, value)).toEqual({
      value: {
        apiVersion: 'v1',
        kind: 'X',
        metadata: { name: 'x' },
        spec: { known: 'a', free: { any: { thing: 1 } }, map: { k: 'v' }, items: [{ a: 'x' }], amount: '5' },
      },
      unknown: ['extra', 'spec.other', 'spec.items[0].b'],
    });
  });

  it('fills in what was not said, but makes no objects for it', () => {
    expect(withDefaults(schema, { spec: {} })).toEqual({ spec: { pool: 'default' } });
    expect(withDefaults(schema, { spec: { pool: 'own', nested: {} } })).toEqual({
      spec: { pool: 'own', nested: { deep: 7 } },
    });
    expect(withDefaults(schema, { spec: { pool: null } })).toEqual({ spec: { pool: 'default' } });
    expect(withDefaults(schema, {})).toEqual({});
  });
});
