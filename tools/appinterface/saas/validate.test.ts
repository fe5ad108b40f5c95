import { describe, expect, it } from 'vitest';
import { needsCorpus, noCorpus, saasNames, saasText } from '../testing/corpus.ts';
import { NEW, NUMERIC, OLD, SHAPES } from '../testing/files.ts';
import { validateSaas } from './validate.ts';

const errors = (text: string) =>
  validateSaas('saas.yml', text)
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, path, message }) => `${rule} ${path}: ${message}`);
const warnings = (text: string) =>
  validateSaas('saas.yml', text).flatMap(({ severity, rule, path }) =>
    severity === 'warning' ? [`${rule} ${path}`] : [],
  );
const lineOf = (text: string, part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1;

describe('a saas file', () => {
  it('is sound, with what is remarkable', () => {
    expect(errors(SHAPES)).toEqual([]);
    expect(warnings(SHAPES)).toEqual([
      'auto_promotion resourceTemplates[0].targets[1].promotion',
      'target resourceTemplates[0].targets[1]',
      'target resourceTemplates[0].targets[1]',
      'target resourceTemplates[0].targets[2]',
      'not_addressable resourceTemplates[0].targets[3]',
    ]);
  });

  it('W-R15 is told to quote what looks like a number; its pattern is judged by the source', () => {
    expect(errors(NUMERIC)).toEqual([]);
    const found = validateSaas('saas.yml', NUMERIC);
    expect(found.map(({ rule, path, line }) => [rule, path, line])).toEqual([
      [
        'quote_it',
        'resourceTemplates[0].targets[0].ref',
        lineOf(NUMERIC, 'ref: 1234567890123456789012345678901234567890'),
      ],
      ['quote_it', 'resourceTemplates[0].targets[1].ref', lineOf(NUMERIC, '# with an exponent')],
    ]);
    expect(found[0]?.message).toContain('quote it');
  });

  it.each([
    [
      'a short commit',
      SHAPES.replace(OLD, OLD.slice(0, 12)),
      'ref_pattern resourceTemplates[0].targets[1].ref: must be 40',
    ],
    [
      'a tag',
      SHAPES.replace('ref: main', 'ref: v1.0'),
      'ref_pattern resourceTemplates[0].targets[0].ref: must be 40',
    ],
    [
      'no ref',
      SHAPES.replace('  - ref: main\n    namespace', '  - namespace'),
      'ref_pattern resourceTemplates[0].targets[0].ref: ',
    ],
    [
      'a long name',
      SHAPES.replace('name: demo\n', `name: ${'x'.repeat(40)}\n`),
      'schema name: must have at most 39',
    ],
    ['another schema', SHAPES.replace('saas-file-2', 'saas-file-3'), 'schema $schema: '],
    ['an unknown key', SHAPES.replace('hash_length: 7', 'hash_len: 7'), 'schema resourceTemplates[0]: '],
    [
      'an unknown key in a target',
      SHAPES.replace('disable: true', 'disabled: true'),
      'schema resourceTemplates[0].targets[2]: ',
    ],
    ['a missing key', SHAPES.replace(/^app:\n.*\n/m, ''), 'schema app: '],
    [
      'a path without slash',
      SHAPES.replace('path: /deploy', 'path: deploy'),
      'schema resourceTemplates[0].path: must start with /',
    ],
    [
      'a wrong provider',
      SHAPES.replace('hash_length: 7', 'provider: kustomize'),
      'schema resourceTemplates[0].provider: ',
    ],
    ['a number for a name', SHAPES.replace('displayName: Demo', 'displayName: 7'), 'schema displayName: '],
    [
      'both places',
      SHAPES.replace('    namespaceSelector:', '    namespace: {$ref: /n/a.yml}\n    namespaceSelector:'),
      'one_place resourceTemplates[0].targets[3]: ',
    ],
    [
      'no place',
      SHAPES.replace(
        '- namespace: {$ref: /services/demo/namespaces/demo-prod-billing.yml}\n    name',
        '- name',
      ),
      'one_place resourceTemplates[0].targets[2]: ',
    ],
    [
      'auto without a channel',
      SHAPES.replace(/ {6}subscribe:\n.*\n/, ''),
      'auto_needs_subscribe resourceTemplates[0].targets[1].promotion: ',
    ],
    [
      'a schedule of four fields',
      SHAPES.replace('* 8-16 * * 1-5', '8-16 *'),
      'schema resourceTemplates[0].targets[1].promotion.schedule: ',
    ],
    [
      'a wrong key beside $ref',
      SHAPES.replace('- ref: main\n', '- $ref: /t/a.yml\n    ref: main\n'),
      'schema resourceTemplates[0].targets[0]: ',
    ],
  ])('is refused with %s', (_, text, expected) => {
    expect(text).not.toBe(SHAPES);
    expect(errors(text)).toEqual([expect.stringContaining(expected)]);
  });

  it('names the line of what is wrong', () => {
    const text = SHAPES.replace(OLD, 'v1');
    expect(validateSaas('saas.yml', text)[0]).toMatchObject({ line: lineOf(text, '"v1"') });
    expect(validateSaas('saas.yml', 'a: 1\nb: [\n')[0]).toMatchObject({ rule: 'yaml', severity: 'error' });
  });

  it('names every fault', () => {
    expect(errors('$schema: /app-sre/saas-file-2.yml\n')).toHaveLength(9);
  });

  it('may have targets in files of their own', () => {
    const text = SHAPES.replace('  targets:\n', '  targets:\n  - $ref: /services/demo/targets/x.yml\n');
    expect(errors(text)).toEqual([]);
  });
});

describe('a target file', () => {
  const file = `$schema: /app-sre/saas-file-target-1.yml\nnamespace: {$ref: /n/a.yml}\nref: ${NEW}\n`;

  it('is sound, or not', () => {
    expect(validateSaas('t.yml', file)).toEqual([]);
    expect(errors(file.replace(NEW, 'v1'))).toEqual([expect.stringContaining('ref_pattern ref: ')]);
    expect(errors(file.replace('namespace:', 'namespaces:'))).toHaveLength(2);
    expect(errors(file.replace(/^\$schema.*\n/, ''))).toEqual([expect.stringContaining('$schema')]);
  });
});

describe.skipIf(noCorpus)(`recorded files ${needsCorpus}`, () => {
  it.each(saasNames('synthetic'))('%s is sound', (name) => {
    expect(validateSaas(name, saasText(`synthetic/${name}`))).toEqual([]);
  });

  it.each(saasNames('renderer'))('%s, a piece of one, is refused for what it lacks', (name) => {
    const found = validateSaas(name, saasText(`renderer/${name}`));
    expect(found.some(({ rule, path }) => rule === 'ref_pattern' && path.endsWith('ref'))).toBe(true);
    const missing = found.filter(({ rule }) => rule === 'schema').map(({ path }) => path);
    expect(missing.includes('labels')).toBe(!name.startsWith('single_target'));
    expect(missing.filter((path) => path.includes('promotion'))).toEqual([]);
  });
});
