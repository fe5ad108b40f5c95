import { describe, expect, it } from 'vitest';
import { NEW, namespaceFile, OLD, OTHER, SHAPES } from '../testing/files.ts';
import { parseSaas } from './parse.ts';
import { checkOnlyRefs } from './self-check.ts';

const at = parseSaas('saas.yml', SHAPES).targets[1]?.at ?? [];
const meant = [{ at, to: NEW }];
const good = SHAPES.replace(OLD, NEW);

describe('the self-check', () => {
  it('W-R27 lets the ref that was meant pass, and names its line', () => {
    const line = SHAPES.split('\n').findIndex((text) => text.includes(OLD)) + 1;
    expect(checkOnlyRefs('saas.yml', SHAPES, good, meant)).toEqual({ lines: [line] });
  });

  it.each([
    ['another ref', good.replace(OTHER, NEW), '1 values besides'],
    ['a parameter', good.replace('hash_length: 7', 'hash_length: 8'), '1 values besides'],
    ['a key', good.replace('hash_length: 7', 'hash_length: 7\n  timeout: 1h'), '1 values besides'],
    ['an order', good.replace('- ref: main\n    namespace:', '- namespace:'), 'values besides'],
    ['a comment', good.replace('# stage follows', '# stage followed'), 'a line without one of the refs'],
    ['the comment beside it', good.replace('keep the quotes', 'keep them'), 'text around the refs'],
    ['a blank at the end of a line', good.replace('name: prod\n', 'name: prod \n'), 'a line without'],
    ['a line end', good.replaceAll('\n', '\r\n'), 'a line without'],
    ['the final newline', good.trimEnd(), 'the number of lines'],
    ['a line more', `${good}\n`, 'the number of lines'],
    ['nothing', SHAPES, 'does not read as it was meant'],
    ['another value', SHAPES.replace(OLD, OTHER), 'does not read as it was meant'],
    ['a shorter value', SHAPES.replace(OLD, NEW.slice(0, 12)), 'does not read as it was meant'],
    [
      'one more place of the namespace',
      good.replace(namespaceFile('demo-prod'), namespaceFile('x')),
      '1 values besides',
    ],
  ])('W-R27 refuses a text in which %s changes', (_, after, why) => {
    expect(() => checkOnlyRefs('saas.yml', SHAPES, after, meant)).toThrow(why);
  });

  it('refuses a change that an alias carries to another place', () => {
    const text = `resourceTemplates:
- name: one
  targets:
  - namespace: {$ref: /n/a.yml}
    ref: &pin ${OLD}
  - namespace: {$ref: /n/b.yml}
    ref: *pin
`;
    const [first] = parseSaas('a.yml', text).targets;
    const change = [{ at: first?.at ?? [], to: NEW }];
    expect(() => checkOnlyRefs('a.yml', text, text.replace(OLD, NEW), change)).toThrow('besides the refs');
  });

  it('says that nothing was pushed', () => {
    expect(() => checkOnlyRefs('saas.yml', SHAPES, 'a: [', meant)).toThrow('not one YAML document');
  });
});
