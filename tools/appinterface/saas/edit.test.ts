import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsCorpus, noCorpus, saasText } from '../testing/corpus.ts';
import { DIGITS, EXPONENT, HEAD, NEW, NUMERIC, namespaceFile, OLD, OTHER, SHAPES } from '../testing/files.ts';
import { plainSha, randomSaas, textOf } from '../testing/random-saas.ts';
import { type RefChange, setRefs } from './edit.ts';
import { type Addressable, type Locator, locate, matching } from './locate.ts';
import type { Target } from './model.ts';
import { parseSaas } from './parse.ts';
import { checkOnlyRefs } from './self-check.ts';

function setAt(text: string, locator: Locator, to: string): string {
  return setAll(text, locate(parseSaas('saas.yml', text).targets, locator), to);
}

function setAll(text: string, targets: readonly Target[], to: string): string {
  const changes = targets.map((target) => ({ target: addressable(target), to }));
  const after = setRefs(text, changes);
  const meant = changes.map(({ target }) => ({ at: target.at, to }));
  expect(checkOnlyRefs('saas.yml', text, after, meant).lines).toHaveLength(targets.length);
  return after;
}

function addressable(target: Target): Addressable {
  const { ref } = target;
  if (ref === undefined) throw new Error('a target without ref');
  return { ...target, ref };
}

describe('setting a ref', () => {
  it('W-R13 changes the scalar alone: quotes, comment and order stay', () => {
    expect(setAt(SHAPES, { namespace: 'demo-prod' }, NEW)).toBe(
      SHAPES.replace(`"${OLD}"   # pinned`, `"${NEW}"   # pinned`),
    );
    expect(setAt(SHAPES, { namespace: 'demo-prod-billing' }, NEW)).toBe(
      SHAPES.replace(`'${OTHER}'`, `'${NEW}'`),
    );
  });

  it.each([
    ['\r\n', (text: string) => text.replaceAll('\n', '\r\n')],
    ['no final newline', (text: string) => text.trimEnd()],
    ['no leading ---', (text: string) => text.replace(/^---\n/, '')],
    ['tabs in comments', (text: string) => text.replace('# stage', '#\tstage\t')],
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
  ])('W-R25 leaves %j as it is', (_, change) => {
    const text = change(SHAPES);
    const after = setAt(text, { namespace: 'demo-prod' }, NEW);
    expect(after).toBe(text.replace(OLD, NEW));
    expect(after).not.toBe(text);
  });

  it('W-R15 writes quotes around what looks like a number', () => {
    expect(setAt(SHAPES, { target: 'prod' }, DIGITS)).toBe(SHAPES.replace(OLD, DIGITS));
    const plain = setAt(NUMERIC, { namespace: 'demo-prod' }, EXPONENT);
    expect(plain).toBe(NUMERIC.replace(DIGITS, `"${EXPONENT}"`));
    expect(setAt(NUMERIC, { namespace: 'demo-billing' }, NEW)).toBe(NUMERIC.replace(EXPONENT, NEW));
  });

  it('takes two in one text, in any order, and refuses the same one twice', () => {
    const { targets } = parseSaas('saas.yml', SHAPES);
    const [prod, billing] = [
      ...locate(targets, { namespace: 'demo-prod' }),
      ...locate(targets, { namespace: 'demo-prod-billing' }),
    ];
    if (prod === undefined || billing === undefined) throw new Error('no targets');
    const both: RefChange[] = [
      { target: billing, to: NEW },
      { target: prod, to: NEW },
    ];
    const expected = SHAPES.replace(OLD, NEW).replace(`'${OTHER}'`, `'${NEW}'`);
    expect(setRefs(SHAPES, both)).toBe(expected);
    expect(setRefs(SHAPES, both.toReversed())).toBe(expected);
    expect(() => setRefs(SHAPES, [...both, ...both])).toThrow('the same one');
  });

  it.each(['a: b', 'x\ny', '#', '', "'", '"'])('never writes %j', (to) => {
    const [target] = locate(parseSaas('saas.yml', SHAPES).targets, { target: 'prod' });
    expect(() => setRefs(SHAPES, target === undefined ? [] : [{ target, to }])).toThrow('misread');
  });

  it('sets the ref of a target file', () => {
    const text = `$schema: /app-sre/saas-file-target-1.yml\nnamespace:\n  $ref: ${namespaceFile('demo-prod')}\nref: ${OLD}`;
    expect(setAt(text, { namespace: 'demo-prod' }, NEW)).toBe(text.replace(OLD, NEW));
  });

  it('W-R26 leaves promotion data alone, also of a target that selects its namespaces', () => {
    const text = `${HEAD}resourceTemplates:
- name: template
  targets:
  - name: selected
    namespaceSelector:
      jsonPathSelectors:
        include: ['namespace[?@.name=="x"]']
        exclude: ['namespace[?@.name=="y"]']
    ref: ${OLD}
    promotion:
      auto: true
      subscribe: [channel-a]
      promotion_data:
      - channel: channel-a
        data:
        - {parent_saas: parent, target_config_hash: aaaa, type: parent_saas_config}
`;
    expect(setAt(text, { target: 'selected' }, NEW)).toBe(text.replace(OLD, NEW));
  });
});

describe('any file', () => {
  it('W-R25 changes in the bytes of the scalars and nowhere else, and back to what it was', () => {
    fc.assert(
      fc.property(
        randomSaas.chain((saas) =>
          fc.tuple(
            fc.constant(saas),
            fc.array(fc.option(plainSha), { minLength: saas.refs.length, maxLength: saas.refs.length }),
          ),
        ),
        ([saas, wanted]) => {
          const text = textOf(saas);
          const { targets } = parseSaas('saas.yml', text);
          expect(targets.map(({ ref }) => ref?.value)).toEqual(saas.refs.map(({ value }) => value));
          const refs = saas.refs.map(({ value }, index) => wanted[index] ?? value);
          const changed = targets.map(addressable).flatMap((target, index) => {
            const to = wanted[index];
            return to == null || to === target.ref.value ? [] : [{ target, to }];
          });
          const after = setRefs(text, changed);
          expect(after).toBe(textOf(saas, refs));
          const { lines } = checkOnlyRefs(
            'saas.yml',
            text,
            after,
            changed.map(({ target, to }) => ({ at: target.at, to })),
          );
          expect(lines).toEqual(changed.map(({ target }) => target.ref.line));

          const again = parseSaas('saas.yml', after).targets.map(addressable);
          const undo = again.map((target, index) => ({ target, to: saas.refs[index]?.value ?? '' }));
          expect(setRefs(after, undo)).toBe(text);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('W-R15 reads a numeric ref back as it was written', () => {
    const numeric = fc
      .tuple(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 40, maxLength: 40 }),
        fc.integer({ min: 1, max: 38 }),
        fc.boolean(),
      )
      .map(([digits, at, exponent]) => {
        const text = digits.join('');
        return exponent ? `${text.slice(0, at)}e${text.slice(at + 1)}` : text;
      });
    fc.assert(
      fc.property(randomSaas, numeric, (saas, to) => {
        const text = textOf(saas);
        const [first] = parseSaas('saas.yml', text).targets.map(addressable);
        if (first === undefined) return;
        const after = setRefs(text, [{ target: first, to }]);
        checkOnlyRefs('saas.yml', text, after, [{ at: first.at, to }]);
        const [ref] = parseSaas('saas.yml', after).targets.map((target) => target.ref);
        expect(ref).toMatchObject({ value: to, quote: first.ref.quote === 'single' ? 'single' : 'double' });
        expect(after.slice(0, first.ref.start)).toBe(text.slice(0, first.ref.start));
        expect(after.slice(ref?.end)).toBe(text.slice(first.ref.end));
      }),
      { numRuns: 100 },
    );
  });
});

describe.skipIf(noCorpus)(`recorded pairs ${needsCorpus}`, () => {
  it('W-R01 01: production alone, byte for byte', () => {
    expect(
      setAt(saasText('synthetic/01-single-template.yml'), { namespace: 'demo-analytics-prod' }, NEW),
    ).toBe(saasText('synthetic/01-single-template.expected-prod.yml'));
  });

  it('W-R11 01: production and billing, two lines', () => {
    const text = saasText('synthetic/01-single-template.yml');
    const { targets } = parseSaas('01.yml', text);
    const both = [
      ...locate(targets, { namespace: 'demo-analytics-prod' }),
      ...locate(targets, { namespace: 'demo-analytics-prod-billing' }),
    ];
    expect(setAll(text, both, NEW)).toBe(
      saasText('synthetic/01-single-template.expected-prod.yml').replace(OTHER, NEW),
    );
  });

  it('W-R12 02: one of two templates with the same namespace, byte for byte', () => {
    const locator = { template: 'demo-backend', namespace: 'demo-analytics-prod' };
    expect(setAt(saasText('synthetic/02-two-templates-same-namespace.yml'), locator, NEW)).toBe(
      saasText('synthetic/02-two-templates-same-namespace.expected-backend-only.yml'),
    );
  });

  it.each(['single_namespace', 'single_namespace_ignore_hash'])(
    'W-R26 %s: as its renderer, byte for byte',
    (name) => {
      expect(setAt(saasText(`renderer/${name}.yml`), { namespace: '/some/namespace.yml' }, 'new_sha')).toBe(
        saasText(`renderer/${name}.result.yml`),
      );
    },
  );

  it('W-R26 multiple_namespaces: as its renderer, but for the hashes', () => {
    const text = saasText('renderer/multiple_namespaces.yml');
    const found = matching(parseSaas('saas.yml', text).targets, { namespace: '/some/namespace.yml' });
    const followers = found.filter(
      ({ promotion }) => promotion?.auto === true && promotion.subscribe.includes('channel-a'),
    );
    expect(followers).toHaveLength(2);
    const hashes = /^ *target_config_hash: .*\n/gm;
    const after = setAll(text, followers, 'new_sha');
    expect(after.replaceAll(hashes, '')).toBe(
      saasText('renderer/multiple_namespaces.result.yml').replaceAll(hashes, ''),
    );
    expect(after).toContain('target_config_hash: current_hash');
  });

  it('W-R26 single_target: as its renderer, but for --- and the promotion data', () => {
    const after = setAt(
      saasText('renderer/single_target.yml'),
      { namespace: '/some-namespace.yml' },
      'new_sha',
    );
    const data = /^ {2}promotion_data:\n(?: {2,}.*\n)+/m;
    const result = saasText('renderer/single_target.result.yml');
    expect(result).toMatch(data);
    expect(after).toBe(result.replace(/^---\n/, '').replace(data, ''));
  });
});
