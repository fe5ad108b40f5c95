import { describe, expect, it } from 'vitest';
import { jsonPatch, mergePatch, strategicMerge } from './patching.ts';

it('merges: maps by key, null removes, all else replaces', () => {
  const target = { a: { b: 1, c: [1, 2] }, d: 1, e: { f: 1 } };
  expect(mergePatch(target, { a: { c: [3] }, d: null, e: 'x', g: { h: null, i: 1 } })).toEqual({
    a: { b: 1, c: [3] },
    e: 'x',
    g: { i: 1 },
  });
  expect(target).toEqual({ a: { b: 1, c: [1, 2] }, d: 1, e: { f: 1 } });
});

it('merges built-in lists by their key', () => {
  const target = {
    containers: [{ name: 'a', image: '1', env: [{ name: 'X', value: '1' }] }, { name: 'b' }],
    args: ['x'],
  };
  const patch = {
    containers: [
      { name: 'a', image: '2', env: [{ name: 'Y', value: '2' }] },
      { name: 'b', $patch: 'delete' },
      { name: 'c' },
    ],
    args: ['y'],
  };
  expect(strategicMerge(target, patch)).toEqual({
    containers: [
      {
        name: 'a',
        image: '2',
        env: [
          { name: 'X', value: '1' },
          { name: 'Y', value: '2' },
        ],
      },
      { name: 'c' },
    ],
    args: ['y'],
  });
  expect(strategicMerge({ a: { b: 1 } }, { a: { $patch: 'replace', c: 1 } })).toEqual({ a: { c: 1 } });
});

describe('a list of operations', () => {
  const document = () => ({ metadata: { labels: { 'a/b': 'c' } }, list: [1, 2, 3] });
  const done = (...operations: object[]) => jsonPatch(document(), operations);

  it('does them in order', () => {
    expect(
      done(
        { op: 'test', path: '/metadata/labels/a~1b', value: 'c' },
        { op: 'replace', path: '/metadata/labels/a~1b', value: 'd' },
        { op: 'add', path: '/list/-', value: 4 },
        { op: 'add', path: '/list/0', value: 0 },
        { op: 'remove', path: '/list/1' },
        { op: 'copy', from: '/list/0', path: '/first' },
        { op: 'move', from: '/metadata/labels', path: '/labels' },
      ),
    ).toEqual({ metadata: {}, list: [0, 2, 3, 4], first: 0, labels: { 'a/b': 'd' } });
    expect(done({ op: 'replace', path: '', value: { whole: true } })).toEqual({ whole: true });
  });

  it.each([
    [{ op: 'test', path: '/list/0', value: 2 }, /error in our request/],
    [{ op: 'remove', path: '/nowhere' }, /error in our request/],
    [{ op: 'replace', path: '/nowhere', value: 1 }, /error in our request/],
    [{ op: 'add', path: '/no/where', value: 1 }, /error in our request/],
    [{ op: 'add', path: '/list/9', value: 1 }, /error in our request/],
    [{ op: 'grow', path: '/list' }, /error in our request/],
    [{ op: 'add', path: 'list', value: 1 }, /error in our request/],
  ])('refuses %j', (operation, why) => expect(() => done(operation)).toThrow(why));

  it('is a list', () => expect(() => jsonPatch({}, {})).toThrow(/error in our request/));
});
