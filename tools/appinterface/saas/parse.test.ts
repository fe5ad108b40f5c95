import { describe, expect, it } from 'vitest';
import { needsCorpus, noCorpus, saasNames, saasText } from '../testing/corpus.ts';
import { DIGITS, EXPONENT, HEAD, NUMERIC, namespaceFile, OLD, OTHER, SHAPES } from '../testing/files.ts';
import type { Target } from './model.ts';
import { parseSaas } from './parse.ts';

const summary = ({ template, name, namespace, ref }: Target) => [template, name, namespace, ref?.value];

describe('a saas file', () => {
  it('W-R13 is read whatever the order, quotes and place of a ref', () => {
    const file = parseSaas('saas.yml', SHAPES);
    expect(file).toMatchObject({
      kind: 'saas',
      name: 'demo',
      app: '/services/demo/app.yml',
      deprecated: false,
    });
    expect(file.targets.map(summary)).toEqual([
      ['demo', undefined, namespaceFile('demo-stage'), 'main'],
      ['demo', 'prod', namespaceFile('demo-prod'), OLD],
      ['demo', 'billing', namespaceFile('demo-prod-billing'), OTHER],
      ['demo', 'everywhere', undefined, OTHER],
    ]);
    expect(file.targets.map(({ ref }) => ref?.quote)).toEqual(['plain', 'double', 'single', 'plain']);
    expect(file.templates[0]).toMatchObject({ name: 'demo', hashLength: 7, path: '/deploy/template.yml' });
  });

  it('W-R14 says who is promoted automatically, and when', () => {
    const [stage, prod, billing, everywhere] = parseSaas('saas.yml', SHAPES).targets;
    expect(stage?.promotion).toBeUndefined();
    expect(prod?.promotion).toEqual({
      auto: true,
      subscribe: ['demo-stage-channel'],
      publish: [],
      soakDays: 3,
      schedule: '* 8-16 * * 1-5',
    });
    expect(billing).toMatchObject({ disabled: true, images: ['/dependencies/quay/example.yml:demo'] });
    expect(everywhere?.selector).toEqual({ include: ['namespace[?(@.name=="demo")]'], exclude: [] });
  });

  it('W-R15 keeps all digits of a ref that looks like a number', () => {
    expect(parseSaas('saas.yml', NUMERIC).targets.map(({ ref }) => ref?.value)).toEqual([DIGITS, EXPONENT]);
  });

  it('gives the bytes of a ref, quotes included, also behind letters of several bytes', () => {
    const text = SHAPES.replace('a file for tests', 'ein Prüfling — für Tests 🎈');
    const bytes = Buffer.from(text);
    const { targets } = parseSaas('saas.yml', text);
    const written = targets.map(({ ref }) => bytes.subarray(...(ref?.bytes ?? [0, 0])).toString());
    expect(written).toEqual(['main', `"${OLD}"`, `'${OTHER}'`, OTHER]);
    expect(targets.map(({ ref }) => text.split('\n')[(ref?.line ?? 0) - 1]?.includes('ref: '))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it('keeps parameters as they stand, numbers and lists too', () => {
    const text = `${HEAD}resourceTemplates:
- name: demo
  targets:
  - ref: main
    parameters: {REPLICAS: 3, TAG: ${DIGITS}, "ON": yes, HOSTS: [a, b], EMPTY:, LONG: "x y"}
`;
    expect(parseSaas('saas.yml', text).targets[0]?.parameters).toEqual({
      REPLICAS: '3',
      TAG: DIGITS,
      ON: 'yes',
      HOSTS: '[a, b]',
      EMPTY: '',
      LONG: 'x y',
    });
  });

  it.each([
    ['an alias', `ref: *pin`, 'alias *pin'],
    ['an anchor', `ref: &here ${OLD}`, 'anchor &here'],
    ['a block', `ref: |-\n      ${OLD}`, 'block of text'],
    ['nothing', `ref:`, 'empty'],
  ])('says why %s cannot be replaced by itself', (_, ref, why) => {
    const text = `pin: &pin ${OLD}\nresourceTemplates:\n- name: demo\n  targets:\n  - ${ref}\n`;
    expect(parseSaas('saas.yml', text).targets[0]?.ref?.fixed).toContain(why);
  });

  it('marks a target that is an alias of another', () => {
    const text = `resourceTemplates:
- name: one
  targets:
  - &shared
    ref: ${OLD}
- name: two
  targets:
  - *shared
`;
    const [one, two] = parseSaas('saas.yml', text).targets;
    expect([one?.ref?.value, two?.ref?.value]).toEqual([OLD, OLD]);
    expect(two?.ref?.fixed).toContain('alias of another');
  });

  it.each([
    ['a fault of syntax', 'a: [1', 'line'],
    ['a key twice', 'a: 1\na: 2\n', 'line 2'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'line 2'],
  ])('is refused with the line when it has %s', (_, text, where) => {
    expect(() => parseSaas('saas.yml', text)).toThrow(where);
  });

  it.each([
    '',
    '# only words\n',
    'null\n',
    '- a\n- b\n',
    'resourceTemplates: 3\n',
    'resourceTemplates: [x, {targets: y}]\n',
  ])('without targets has none: %j', (text) => {
    expect(parseSaas('saas.yml', text).targets).toEqual([]);
  });
});

describe.skipIf(noCorpus)(`recorded files ${needsCorpus}`, () => {
  it.each([
    ...saasNames('synthetic').map((name) => `synthetic/${name}`),
    ...saasNames('renderer').map((name) => `renderer/${name}`),
  ])('%s: every ref is read where it stands', (path) => {
    const text = saasText(path);
    const { targets } = parseSaas(path, text);
    expect(targets.length).toBeGreaterThan(0);
    // Counted by lines, without the parser.
    const refs = [...text.matchAll(/^(?: {4})?ref: (\S+)$/gm)].map(([, ref]) => ref);
    expect(targets.map(({ ref }) => ref?.value)).toEqual(refs);
    for (const { ref, namespace } of targets) {
      expect(text.slice(ref?.start, ref?.end)).toBe(ref?.value);
      expect(namespace).toMatch(/^\//);
    }
  });
});
