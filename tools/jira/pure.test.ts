import { describe, expect, it } from 'vitest';
import { fieldName, fieldValue, holds, resolveField } from './fields.ts';
import { issueType } from './issue-type.ts';
import { ISSUE_KEY, keysIn } from './keys.ts';
import { labelOf } from './natural-key.ts';
import { isBot, onlyPerson } from './people.ts';
import { parseMarkdown } from './text/markdown.ts';

describe('issue keys', () => {
  it.each([
    ['Working on AAP-12345 today', ['AAP-12345']],
    ['Fix for JIRA-999', ['JIRA-999']],
    ['No issue key here', []],
    ['', []],
  ])('W-P01 are found in %j', (text, keys) => {
    expect(keysIn(text)).toEqual(keys);
  });

  it('W-P02 stand in order, each once', () => {
    expect(keysIn('AAP-111, AAP-222 and AAP-333; AAP-111 again')).toEqual(['AAP-111', 'AAP-222', 'AAP-333']);
  });

  it.each(['AAP-12345', 'JIRA-1', 'AB-999'])('W-P03 %j is one', (key) => {
    expect(ISSUE_KEY.test(key)).toBe(true);
  });

  it.each(['', 'not-a-key', '123-ABC', 'AAP12345'])('W-P03 %j is none', (key) => {
    expect(ISSUE_KEY.test(key)).toBe(false);
  });
});

describe('issue types', () => {
  const types = ['Story', 'Bug', 'Task', 'Epic', 'Sub-task'].map((name) => ({
    name,
    subtask: name === 'Sub-task',
  }));

  it.each([
    ['story', 'Story'],
    ['BUG', 'Bug'],
    ['Task', 'Task'],
    ['epic', 'Epic'],
    ['sub-task', 'Sub-task'],
    ['feature', 'Story'],
  ])('W-P20 %j is %j', (word, name) => {
    expect(issueType(word, types).name).toBe(name);
  });

  it('W-P20 what is none is an error with those that there are', () => {
    expect(() => issueType('bogus', types)).toThrow(
      expect.objectContaining({
        code: 'invalid_input',
        remedy: 'Give one of Story, Bug, Task, Epic, Sub-task.',
      }),
    );
  });

  it("knows the project's own names first", () => {
    expect(issueType('Feature', [...types, { name: 'Feature', subtask: false }]).name).toBe('Feature');
    expect(issueType('Sub-task', [{ name: 'Teilaufgabe', subtask: true }]).name).toBe('Teilaufgabe');
  });
});

describe('fields', () => {
  it.each([
    ['user_story', 'User Story'],
    ['acceptance_criteria', 'Acceptance Criteria'],
    ['dod', 'Definition of Done'],
    ['epic', 'Epic Link'],
    ['points', 'Story Points'],
    ['supporting_docs', 'Supporting Documentation'],
    ['Severity', 'Severity'],
  ])('W-P21 %j is %j', (alias, name) => {
    expect(fieldName(alias)).toBe(name);
  });

  const catalogue = [
    { id: 'customfield_1', name: 'Story Points', custom: true },
    { id: 'customfield_2', name: 'story points', custom: true },
    { id: 'customfield_3', name: 'Epic Link', custom: true },
  ];

  it('are found by the settings, by id and by name; two of a name are not chosen from', () => {
    expect(resolveField('points', catalogue, { points: 'customfield_2' }).id).toBe('customfield_2');
    expect(resolveField('customfield_1', catalogue, {}).id).toBe('customfield_1');
    expect(resolveField('epic', catalogue, {}).id).toBe('customfield_3');
    expect(() => resolveField('points', catalogue, {})).toThrow(/2 fields .* customfield_1, customfield_2/);
    expect(() => resolveField('constructor', catalogue, {})).toThrow(/no field "constructor"/);
  });

  it('take values in the shape of their kind', async () => {
    const shape = { body: (words: string) => ({ words }), person: async (asked: string) => ({ asked }) };
    const value = (schema: Parameters<typeof fieldValue>[1], given: Parameters<typeof fieldValue>[2]) =>
      fieldValue('X', schema, given, shape);
    expect(await value({ type: 'number' }, '5')).toBe(5);
    expect(await value({ type: 'option' }, 'High')).toEqual({ value: 'High' });
    expect(await value({ type: 'array', items: 'version' }, ['1', '2'])).toEqual([
      { name: '1' },
      { name: '2' },
    ]);
    expect(await value({ type: 'user' }, 'dev')).toEqual({ asked: 'dev' });
    expect(await value({ type: 'string', custom: 'x:textarea' }, 'a')).toEqual({ words: 'a' });
    expect(await value({ type: 'array' }, null)).toEqual([]);
    await expect(value({ type: 'number' }, 'many')).rejects.toThrow('takes a number');
    await expect(value({ type: 'string' }, ['a'])).rejects.toThrow('not a list');
  });

  it('hold a value whatever Jira adds to it', () => {
    const document = { ...parseMarkdown('**a** b'), localId: 'x' };
    expect(holds(document, parseMarkdown('a b'))).toBe(true);
    expect(holds(document, parseMarkdown('a c'))).toBe(false);
    expect(holds([{ name: 'b', id: 1 }, { name: 'a' }], [{ name: 'a' }, { name: 'b' }])).toBe(true);
    expect(holds({ id: '3', value: 'High' }, { value: 'High' })).toBe(true);
    expect(holds(null, '')).toBe(true);
    expect(holds(5, 5)).toBe(true);
    expect(holds(5, 8)).toBe(false);
  });
});

describe('people', () => {
  const person = (id: string, displayName: string, active = true) => ({ id, displayName, active });

  it('W-P22 comments of bots are told from those of people', () => {
    expect(isBot(undefined, 'Starting Pipelinerun abc123')).toBe(true);
    expect(isBot(undefined, 'Integration test for component xyz')).toBe(true);
    expect(isBot(undefined, 'I am starting Pipelinerun abc123')).toBe(false);
    expect(isBot({ accountType: 'app' }, 'Done.')).toBe(true);
  });

  it('are exactly one or nobody', () => {
    const users = [person('a', 'Dev'), person('b', 'Devin'), person('c', 'Devin', false)];
    expect(onlyPerson(users, 'devin').id).toBe('b');
    expect(() => onlyPerson(users, 'De')).toThrow(/not exactly one person: Dev \(a\), Devin \(b\)/);
    expect(() => onlyPerson([person('c', 'Devin', false)], 'devin')).toThrow(/nobody active/);
  });
});

it('a natural key becomes a label that JQL can find', () => {
  expect(labelOf('release 1, step 2')).toMatch(/^sluice-[0-9a-f]{16}$/);
  expect(labelOf('a')).not.toBe(labelOf('b'));
});
