import { describe, expect, it } from 'vitest';
import { needsCorpus, noCorpus, saasText } from '../testing/corpus.ts';
import { HEAD, NEW, namespaceFile, OLD, OTHER, SHAPES } from '../testing/files.ts';
import { locate, matching, whyNotAddressable } from './locate.ts';
import { parseSaas } from './parse.ts';
import { repositoryPath, targetFilesOf, targetsWith } from './target-files.ts';

const { targets } = parseSaas('saas.yml', SHAPES);
const thrown = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('locating a target', () => {
  it.each([
    ['its whole namespace path', { template: 'demo', namespace: namespaceFile('demo-prod') }],
    ['the stem of it', { template: 'demo', namespace: 'demo-prod' }],
    ['the stem and its name', { template: 'demo', namespace: 'demo-prod', target: 'prod' }],
    ['its name alone', { target: 'prod' }],
  ])('finds one by %s', (_, locator) => {
    expect(locate(targets, locator).map(({ ref }) => ref.value)).toEqual([OLD]);
  });

  it.each([
    ['a part of the stem', { namespace: 'demo' }],
    ['a part of the path', { namespace: 'namespaces/demo-prod.yml' }],
    ['a path without its first slash', { namespace: namespaceFile('demo-prod').slice(1) }],
    ['another template', { template: 'other', namespace: 'demo-prod' }],
    ['another name', { namespace: 'demo-prod', target: 'billing' }],
  ])('finds none by %s, and lists what there is', (_, locator) => {
    const error = thrown(() => locate(targets, locator));
    expect(error).toMatchObject({
      code: 'not_found',
      remedy: expect.stringContaining('demo → demo-prod (prod)'),
    });
  });

  it('W-R13 reports a selector target as not addressable by namespace', () => {
    const everywhere = targets[3];
    expect(everywhere && whyNotAddressable(everywhere)).toContain('namespaceSelector');
    expect(locate(targets, { target: 'everywhere' }).map(({ ref }) => ref.value)).toEqual([OTHER]);
  });

  it('refuses another number of targets than expected', () => {
    expect(matching(targets, { template: 'demo' })).toHaveLength(4);
    for (const expected of [1, 3, 5])
      expect(thrown(() => locate(targets, { template: 'demo' }, expected))).toMatchObject({
        code: 'conflict',
      });
  });

  it('refuses a ref that cannot be changed alone', () => {
    const text = `${HEAD}resourceTemplates:\n- name: demo\n  targets:\n  - namespace: {$ref: /n/a.yml}\n    ref: &x ${OLD}\n`;
    expect(thrown(() => locate(parseSaas('a.yml', text).targets, { namespace: 'a' }))).toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('anchor &x'),
    });
  });
});

describe.skipIf(noCorpus)(`two templates with one namespace ${needsCorpus}`, () => {
  const two = () => parseSaas('02.yml', saasText('synthetic/02-two-templates-same-namespace.yml')).targets;

  it('W-R12 are two candidates without the name of the template', () => {
    expect(thrown(() => locate(two(), { namespace: 'demo-analytics-prod' }))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/2 targets .*demo-backend → .*demo-pdf → /),
    });
  });

  it('W-R12 are told apart by it', () => {
    const found = locate(two(), { template: 'demo-backend', namespace: 'demo-analytics-prod' });
    expect(found.map(({ ref }) => ref.value)).toEqual([OLD]);
    expect(locate(two(), { namespace: 'demo-analytics-prod' }, 2)).toHaveLength(2);
  });
});

describe('a target in a file of its own', () => {
  const main = parseSaas(
    'data/services/demo/saas.yml',
    `${HEAD}resourceTemplates:
- name: demo
  targets:
  - $ref: /services/demo/targets/prod.yml
  - namespace: {$ref: ${namespaceFile('demo-stage')}}
    ref: main
`,
  );
  const own = parseSaas(
    'data/services/demo/targets/prod.yml',
    `$schema: /app-sre/saas-file-target-1.yml\nnamespace: {$ref: ${namespaceFile('demo-prod')}}\nref: ${NEW}\n`,
  );

  it('is followed to it, and keeps the template of the one that names it', () => {
    expect(own.kind).toBe('target');
    expect(targetFilesOf(main)).toEqual(['/services/demo/targets/prod.yml']);
    const whole = targetsWith(main, new Map([['/services/demo/targets/prod.yml', own]]));
    expect(locate(whole, { template: 'demo', namespace: 'demo-prod' })).toMatchObject([
      { file: 'data/services/demo/targets/prod.yml', at: [], ref: { value: NEW } },
    ]);
    expect(whole).toHaveLength(2);
  });

  it('is not addressable while its file was not read', () => {
    const [target] = targetsWith(main, new Map());
    expect(target && whyNotAddressable(target)).toContain('not read');
  });

  it('stands below the data folder', () => {
    expect(repositoryPath('data', '/services/demo/targets/prod.yml')).toBe(
      'data/services/demo/targets/prod.yml',
    );
    for (const ref of ['services/x.yml', '/../../etc/passwd', '/a/../../../x'])
      expect(
        thrown(() => repositoryPath('data', ref)),
        ref,
      ).toMatchObject({ code: 'schema_drift' });
  });
});
