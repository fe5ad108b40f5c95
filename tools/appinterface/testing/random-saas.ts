import fc from 'fast-check';

/** A saas file as pieces of text with the refs between them, so that a test knows every byte by itself. */
export interface RandomSaas {
  /** One more than there are refs. */
  pieces: readonly string[];
  refs: readonly { value: string; quote: '' | '"' | "'" }[];
}

export const hex40 = fc.string({
  unit: fc.constantFrom(...'0123456789abcdef'),
  minLength: 40,
  maxLength: 40,
});
/** No loader takes it for a number. */
export const plainSha = hex40.map((ref) => `${ref.slice(0, 39)}a`).filter((ref) => /[a-df]/.test(ref));

export function textOf(
  saas: RandomSaas,
  refs: readonly string[] = saas.refs.map(({ value }) => value),
): string {
  return saas.pieces
    .map((piece, index) => {
      const ref = saas.refs[index];
      return ref === undefined ? piece : `${piece}${ref.quote}${refs[index]}${ref.quote}`;
    })
    .join('');
}

const comment = fc.constantFrom(
  '',
  '',
  ' # why',
  '\t# behind a tab\tand another',
  ' # ref: main',
  ' # “Prüfling” 🎈',
);
const line = fc.constantFrom(
  '',
  '# a line of its own',
  '#\ttabs\tin it',
  '    # ref: 0123456789',
  '# - name: x',
);
const blanks = fc.constantFrom(' ', ' ', '  ', '\t');

const part = fc.record({
  before: line,
  behind: comment,
  gap: blanks,
  kind: fc.constantFrom('name', 'parameters', 'promotion', 'images'),
});
const target = fc.record({
  quote: fc.constantFrom<'' | '"' | "'">('', '', '"', "'"),
  ref: plainSha,
  refBefore: fc.boolean(),
  behind: comment,
  gap: blanks,
  parts: fc.uniqueArray(part, { selector: ({ kind }) => kind, maxLength: 3 }),
  flow: fc.boolean(),
});
const shape = fc.record({
  eol: fc.constantFrom('\n', '\r\n'),
  start: fc.constantFrom('', '---', '# first', '%YAML 1.2\n---'),
  mark: fc.boolean(),
  step: fc.constantFrom(2, 3, 4),
  listStep: fc.constantFrom(0, 2, 4),
  finalNewline: fc.boolean(),
  templates: fc.array(fc.array(target, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
});

const REF = '\u0001';

/** Files as people write them: comments, quotes, line ends, indentation, order of keys. */
export const randomSaas: fc.Arbitrary<RandomSaas> = shape.map((options) => {
  const refs: { value: string; quote: '' | '"' | "'" }[] = [];
  const lines: string[] = options.start === '' ? [] : options.start.split('\n');
  lines.push('$schema: /app-sre/saas-file-2.yml', 'name: demo', '', 'resourceTemplates:');
  const pad = (count: number) => ' '.repeat(count);
  for (const [index, targets] of options.templates.entries()) {
    const outer = options.listStep;
    lines.push(`${pad(outer)}- name: template-${index}`, `${pad(outer + 2)}targets:`);
    for (const [at, one] of targets.entries()) {
      refs.push({ value: one.ref, quote: one.quote });
      const own = outer + 2 + options.listStep;
      const namespace = `/services/demo/namespaces/n-${index}-${at}.yml`;
      if (one.flow) {
        const pair = [`namespace: {$ref: ${namespace}}`, `ref: ${REF}`];
        lines.push(`${pad(own)}- {${(one.refBefore ? pair.reverse() : pair).join(', ')}}${one.behind}`);
        continue;
      }
      const refLine = [`ref:${one.gap}${REF}${one.behind}`];
      const placeLines = ['namespace:', `${pad(options.step)}$ref: ${namespace}`];
      const rest = one.parts.flatMap(({ before, behind, gap, kind }) => [
        ...(before === '' ? [] : [before]),
        ...partLines(kind, pad(options.step), gap, behind),
      ]);
      const body = one.refBefore
        ? [...refLine, ...rest, ...placeLines]
        : [...placeLines, ...rest, ...refLine];
      for (const [number, text] of body.entries())
        lines.push(`${pad(own)}${number === 0 ? '- ' : '  '}${text}`);
    }
  }
  const text = lines.join('\n') + (options.finalNewline ? '\n' : '');
  const ended = (options.mark ? '\uFEFF' : '') + text.replaceAll('\n', options.eol);
  return { pieces: ended.split(REF), refs };
});

function partLines(kind: string, pad: string, gap: string, behind: string): string[] {
  if (kind === 'name') return [`name:${gap}some${behind}`];
  if (kind === 'parameters') return ['parameters:', `${pad}ref:${gap}not-this${behind}`, `${pad}N: 1`];
  if (kind === 'promotion') return ['promotion:', `${pad}publish:`, `${pad}- channel${behind}`];
  return [`images: [{org: {$ref: /o.yml}, name: x}]${behind}`];
}
