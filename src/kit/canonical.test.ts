import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, digestOf, sha256 } from './canonical.ts';

it('writes one text for one value, whatever the order of its keys', () => {
  expect(canonicalJson({ b: [1, { d: 2, c: 'ä' }], a: null })).toBe('{"a":null,"b":[1,{"c":"ä","d":2}]}');
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const shuffled = Object.fromEntries(Object.entries(value).reverse());
      expect(digestOf(shuffled)).toBe(digestOf(value));
    }),
  );
});

it('gives different values different digests', () => {
  const values = [0, '0', null, false, [], {}, [0], { a: 0 }, { a: '0' }, ''];
  expect(new Set(values.map(digestOf)).size).toBe(values.length);
});

it('survives a journey through JSON text', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(digestOf(JSON.parse(JSON.stringify(value)))).toBe(digestOf(value));
    }),
  );
});

it('refuses what has no JSON form', () => {
  expect(() => canonicalJson(undefined)).toThrow('no JSON form');
});

it('hashes as everybody does', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
