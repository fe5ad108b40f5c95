import { describe, expect, it } from 'vitest';
import { fieldTest, labelTest } from './selectors.ts';

const LABELS = { app: 'demo', tier: 'web', 'a.example.com/b': 'c', n: '5' };

describe('labels', () => {
  it.each([
    ['', true],
    ['app=demo', true],
    ['app==demo', true],
    ['app = demo , tier=web', true],
    ['app=demo,tier=db', false],
    ['app!=demo', false],
    ['absent!=x', true],
    ['tier in (web, db)', true],
    ['tier in (db)', false],
    ['absent in (db)', false],
    ['tier notin (db)', true],
    ['absent notin (db)', true],
    ['tier', true],
    ['absent', false],
    ['!absent', true],
    ['!tier', false],
    ['a.example.com/b=c', true],
    ['a.example.com/b in (c),app', true],
    ['n>4', true],
    ['n<4', false],
    ['absent=', false],
  ])('%j: %s', (selector, fits) => expect(labelTest(selector)(LABELS)).toBe(fits));

  it.each(['a b', 'a in x', 'app=not a value', '=x', 'app in (x y)'])('refuses %j', (selector) => {
    expect(() => labelTest(selector)).toThrow(/unable to parse requirement/);
  });
});

describe('fields', () => {
  const pod = { metadata: { name: 'p', namespace: 'n' }, status: { phase: 'Running' } };
  const test = (selector: string, kind = 'Pod') => fieldTest(selector, kind, 'v1', 'pods')(pod);

  it.each([
    ['metadata.name=p', true],
    ['metadata.name!=p', false],
    ['metadata.namespace==n,status.phase=Running', true],
    ['status.phase=Failed', false],
    ['spec.nodeName=', true],
  ])('%j: %s', (selector, fits) => expect(test(selector)).toBe(fits));

  it('knows of custom resources their metadata alone', () => {
    expect(test('metadata.name=p', 'Release')).toBe(true);
    expect(() => test('status.phase=Running', 'Release')).toThrow(/field label not supported: status.phase/);
    expect(() => test('nonsense')).toThrow(/invalid selector/);
  });
});
