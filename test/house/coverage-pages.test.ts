import { describe, expect, it } from 'vitest';
import {
  coverage,
  promisesIn,
  promisesPage,
  scenariosIn,
  scenariosPage,
} from '../../scripts/coverage-pages.ts';
import { PROMISES } from '../../scripts/promise-titles.ts';
import { SCENARIO_GROUPS } from '../../scripts/scenario-titles.ts';
import { testNames, titlesIn } from '../../scripts/test-names.ts';
import { WORKFLOW_GROUPS } from '../../scripts/workflow-scenario-titles.ts';

const test = (title: string) => ({ file: 'a.test.ts', title, needsData: false });

describe('titles of tests', () => {
  it.each([
    ["it('plain', () => {});", 'plain'],
    ["  test.only('one', () => {});", 'one'],
    ["it.each([\n  ['a', 1],\n])('of a table %s', () => {});", 'of a table %s'],
    ["describe.skipIf(!corpus)('a group', () => {});", 'a group'],
    ['it.runIf(x)(`with $' + '{needsCorpus}`, () => {});', 'with $' + '{needsCorpus}'],
    ["it('it\\'s quoted', () => {});", "it's quoted"],
  ])('are found in %s', (text, title) => {
    expect(titlesIn(text)).toEqual([title]);
  });

  it('are not of what is skipped, commented out or no test', () => {
    expect(titlesIn("it.skip('a', f);\nit.todo('b');\n// it('c', f);\nsubmit('d');")).toEqual([]);
  });

  it('are taken from labelled rows too', () => {
    expect(titlesIn("it.each([\n  ['Z-S3 unknown', 1],\n])('%s', f);")).toEqual(['Z-S3 unknown', '%s']);
  });

  it('are found in the tree', () => {
    const names = testNames();
    expect(names.length).toBeGreaterThan(300);
    expect(names.some(({ file }) => file.startsWith('test/house/'))).toBe(false);
    expect(names.filter(({ title }) => title.includes('needsCorpus'))).toEqual([]);
  });
});

describe('numbers in titles', () => {
  it.each([
    ['Z-S1 creates it', ['Z-S1']],
    ['Z-P11 Z-D4 closed', ['Z-P11', 'Z-D4']],
    ['W-K4 and W-K09', ['W-K04', 'W-K09']],
    ['no number', []],
  ])('%s: scenarios', (title, numbers) => {
    expect(scenariosIn(title)).toEqual(numbers);
  });

  it.each([
    ['promise 3: twice', ['3']],
    ['promises 17 and 55: decide', ['17', '55']],
    ['promises 1, 2 and 3: all', ['1', '2', '3']],
    ['compromise 3', []],
  ])('%s: promises', (title, numbers) => {
    expect(promisesIn(title)).toEqual(numbers);
  });
});

describe('pages', () => {
  it('know every number', () => {
    const sizes = SCENARIO_GROUPS.map(({ letter, scenarios }) => `${letter}${scenarios.length}`);
    expect(sizes).toEqual(['S18', 'C9', 'T13', 'P17', 'I8', 'D9']);
    const more = WORKFLOW_GROUPS.map(({ letter, scenarios }) => `${letter}${scenarios.length}`);
    expect(more.join(' ')).toBe('P24 S18 R28 K24 V7 C5 I5 N4 E2 A4 H5 X1');
    expect(PROMISES).toHaveLength(55);
  });

  it('show what has a test, and list what has none', () => {
    const page = scenariosPage([test('Z-S1 a | b'), { ...test('Z-S1 other'), needsData: true }]);
    expect(page).toContain('Z-S1 a \\| b<br>Z-S1 other †');
    expect(page).toContain('1 of 201 scenarios');
    expect(page).toMatch(/^- Z-D9: /m);
    expect(page).not.toMatch(/^- Z-S1: /m);
    expect(promisesPage([test('promise 55: x')])).toMatch(/^- 54: /m);
  });

  it('refuse a number that there is not', () => {
    expect(() => scenariosPage([test('Z-S19 no such')])).toThrow(
      'a.test.ts: "Z-S19 no such" names scenario Z-S19',
    );
    expect(() => promisesPage([test('promise 56: no such')])).toThrow('promise 56');
  });

  it('count a test once for a number', () => {
    expect(coverage([test('Z-S1 and Z-S1')], scenariosIn).get('Z-S1')).toHaveLength(1);
  });
});
