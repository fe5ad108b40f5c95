import { describe, expect, it } from 'vitest';
import {
  evaluateBoolean,
  evaluateText,
  isExpressionText,
  loadExpressions,
  Moment,
  resolveArguments,
} from './expression.ts';

const expressions = await loadExpressions();
const NOW = Date.parse('2026-06-25T12:00:00Z');
const variables = {
  inputs: { item: 'a', count: 3 },
  steps: { 'a-b': { state: 'passed', result: { list: [1, 2, 3], text: '4.20.27', none: null, rate: 0.5 } } },
  now: new Moment(NOW),
};
const evaluate = (text: string) => expressions.compile(text).evaluate(variables);
const references = (text: string) => expressions.compile(text).references.map(({ path }) => path.join('.'));

describe('an expression', () => {
  it.each<[string, unknown]>([
    ['inputs.count + 1', 4],
    ['inputs.count / 2', 1],
    ['inputs.count == 3', true],
    ['size(steps["a-b"].result.list) > 2', true],
    ['steps["a-b"].result.list.map(x, x * 2)', [2, 4, 6]],
    ['steps["a-b"].result.list.exists(x, x == 2)', true],
    ['2 in steps["a-b"].result.list', true],
    ['steps["a-b"].result.rate * 2.0', 1],
    ['steps["a-b"].result.none == null', true],
    ['"v" + inputs.item', 'va'],
    ['has(inputs.item) && !has(inputs.nothing)', true],
    ['has(inputs.nothing) ? inputs.nothing : "else"', 'else'],
    ['steps["a-b"].result.text.split(".")', ['4', '20', '27']],
    ['{"a": [inputs.count]}', { a: [3] }],
    ['now', '2026-06-25T12:00:00Z'],
    ['now + duration("90m")', '2026-06-25T13:30:00Z'],
    ['timestamp("2026-06-26T00:00:00Z") - duration("24h") < now', true],
    ['now > timestamp("2026-06-25T12:00:00Z")', false],
    ['timestamp("2026-06-26T00:00:00Z") - now', '43200s'],
  ])('%s is %j', (text, value) => {
    expect(evaluate(text)).toEqual(value);
  });

  it.each([
    'inputs.nothing',
    'inputs.nothing == "x"',
    'steps.other.result',
    'nobody',
    'steps["a-b"].result.list[7]',
    'inputs.item.deeper',
    '!inputs.nothing',
    '"a" + 1',
    '1 / 0',
  ])('promise 11: %s is an error, never false', (text) => {
    expect(() => evaluate(text)).toThrow(/^The expression .* has no value: /);
  });

  it('promise 17: has one value, however often it is asked', () => {
    const text = 'steps["a-b"].result.list.filter(x, x > 1).map(x, string(x))';
    const first = JSON.stringify(evaluate(text));
    for (let i = 0; i < 1_000; i += 1) expect(JSON.stringify(evaluate(text))).toBe(first);
  });

  it.each(['a +', '1 ==', 'inputs.item matches', '"open', ''])('%j is no CEL and says so', (text) => {
    expect(() => expressions.compile(text)).toThrow(/it is not CEL/);
  });

  it('cannot be made to take for ever by a pattern', () => {
    const text = `"${'a'.repeat(40)}!".matches("^(a+)+$")`;
    // A backtracking engine needs 2^40 steps here; the time limit of the test is the proof.
    expect(evaluate(text)).toBe(false);
  });
});

describe('references', () => {
  it.each([
    ['inputs.item', ['inputs.item']],
    ['steps["a-b"].result.list[0] == inputs.count', ['steps.a-b.result.list.[]', 'inputs.count']],
    ['has(inputs.nothing) ? inputs.nothing : now', ['inputs.nothing', 'inputs.nothing', 'now']],
    ['steps.a.result.list.exists(x, x == inputs.item)', ['steps.a.result.list', 'inputs.item']],
    ['[run.id, {"k": result.a}]', ['run.id', 'result.a']],
    ['result.map[inputs.item]', ['result.map.[]', 'inputs.item']],
    ['"text"', []],
  ])('of %s are found', (text, paths) => {
    expect(references(text).toSorted()).toEqual(paths.toSorted());
  });

  it('tell what they are compared with', () => {
    const compared = (text: string) => expressions.compile(text).references[0]?.comparedWith;
    expect(compared('result.state == "done"')).toEqual(['done']);
    expect(compared('"done" != result.state')).toEqual(['done']);
    expect(compared('result.state in ["a", "b"]')).toEqual(['a', 'b']);
    expect(compared('result.count == 2')).toEqual([2]);
    expect(compared('result.count > 2')).toBeUndefined();
  });
});

describe('arguments', () => {
  const resolve = (value: unknown) => resolveArguments(expressions, value, variables);

  it('that begin with = are expressions, and with == are themselves', () => {
    expect(
      resolve({ a: '=inputs.item', b: '==x', c: 'plain', d: ['=inputs.count', { e: '=1 == 1' }], f: 7 }),
    ).toEqual({
      a: 'a',
      b: '=x',
      c: 'plain',
      d: [3, { e: true }],
      f: 7,
    });
    expect([
      isExpressionText('=x'),
      isExpressionText('==x'),
      isExpressionText('x'),
      isExpressionText(1),
    ]).toEqual([true, false, false, false]);
  });

  it('that are null are left out', () => {
    expect(resolve({ a: '=null', b: '=has(inputs.nothing) ? inputs.nothing : null', c: 1 })).toEqual({
      c: 1,
    });
  });

  it('that come from outside are never read as expressions', () => {
    expect(resolveArguments(expressions, { a: '=inputs.item' }, { inputs: { item: '=1 + 1' } })).toEqual({
      a: '=1 + 1',
    });
  });
});

it('a condition is true or false and a text is text: anything else is an error', () => {
  expect(evaluateBoolean(expressions, 'inputs.count == 3', variables)).toBe(true);
  expect(() => evaluateBoolean(expressions, 'inputs.item', variables)).toThrow(
    'it is "a", not true or false',
  );
  expect(evaluateText(expressions, 'inputs.item', variables)).toBe('a');
  expect(() => evaluateText(expressions, 'inputs.count', variables)).toThrow('it is 3, not text');
});
