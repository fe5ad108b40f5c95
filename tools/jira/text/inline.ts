import type { Inline, Mark } from './adf.ts';

/**
 * Markdown inside a line: code, links, bold, italic, strike, line breaks. What fits no rule stays the text that it is.
 * A mention, an image or HTML is such text: nothing written here calls anybody.
 */
export function parseInline(source: string, marks: readonly Mark[] = []): Inline[] {
  const found: Inline[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') found.push(textOf(plain, marks));
    plain = '';
  };
  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at);
    const before = source[at - 1] ?? '';
    const taken = RULES.map((rule) => rule(rest, before, marks)).find((one) => one !== undefined);
    if (taken === undefined) {
      plain += source[at];
      at += 1;
      continue;
    }
    if (typeof taken.made === 'string') plain += taken.made;
    else {
      flush();
      found.push(...taken.made);
    }
    at += taken.length;
  }
  flush();
  return found;
}

type Rule = (
  rest: string,
  before: string,
  marks: readonly Mark[],
) => { length: number; made: Inline[] | string } | undefined;

/** Emphasis ends within a thousand signs: without a bound many openings would take long. */
const RULES: readonly Rule[] = [
  (rest) => matched(/^\\([!-/:-@[-`{-~])/, rest, ([, sign = '']) => sign),
  (rest) => matched(/^(?: {2,}|\\)\n\s*/, rest, () => [{ type: 'hardBreak' }]),
  (rest) => matched(/^\n\s*/, rest, () => ' '),
  (rest, _before, marks) =>
    matched(/^(`+)(?!`)(.*?[^`])\1(?!`)/s, rest, ([, , code = '']) => {
      // Jira allows no mark beside code but a link.
      const links = marks.filter(({ type }) => type === 'link');
      return [textOf(code.replace(/\s+/g, ' ').replace(/^ (.*\S.*) $/, '$1'), [{ type: 'code' }, ...links])];
    }),
  (rest, before, marks) =>
    before === '!'
      ? undefined
      : matched(/^\[((?:[^[\]\\]|\\.)+)\]\(<?([^\s()<>]+(?:\([^\s()]*\)[^\s()<>]*)*)>?\)/, rest, (m) =>
          linkOf(m[1] ?? '', m[2] ?? '', m[0], marks),
        ),
  (rest, _before, marks) =>
    matched(/^<(https?:\/\/[^\s<>]+)>/, rest, ([all, href = '']) => linkOf(href, href, all, marks, true)),
  (rest, before, marks) =>
    /[\p{L}\p{N}/]/u.test(before)
      ? undefined
      : matched(/^https?:\/\/[^\s<>[\]()]*[^\s<>[\]().,;:!?'"*_~]/, rest, ([href]) =>
          linkOf(href, href, href, marks, true),
        ),
  emphasis(/^\*\*(?=\S)(.{1,1000}?\**)(?<=\S)\*\*(?!\*)/s, 'strong'),
  emphasis(/^__(?=\S)(.{1,1000}?)(?<=\S)__(?![\p{L}\p{N}_])/su, 'strong', true),
  emphasis(/^~~(?=\S)(.{1,1000}?)(?<=\S)~~/s, 'strike'),
  emphasis(/^\*(?=[^\s*])(.{1,1000}?)(?<=[^\s*])\*(?!\*)/s, 'em'),
  emphasis(/^_(?=[^\s_])(.{1,1000}?)(?<=[^\s_])_(?![\p{L}\p{N}_])/su, 'em', true),
];

/** `outsideWords`: `snake_case_name` is no emphasis. */
function emphasis(pattern: RegExp, type: 'strong' | 'em' | 'strike', outsideWords = false): Rule {
  return (rest, before, marks) =>
    outsideWords && /[\p{L}\p{N}_]/u.test(before)
      ? undefined
      : matched(pattern, rest, ([, inside = '']) =>
          parseInline(inside, marks.some((mark) => mark.type === type) ? marks : [...marks, { type }]),
        );
}

function matched(
  pattern: RegExp,
  rest: string,
  make: (match: RegExpExecArray) => Inline[] | string,
): ReturnType<Rule> {
  const match = pattern.exec(rest);
  return match === null ? undefined : { length: match[0].length, made: make(match) };
}

/** Only addresses that open a page or a letter; any other is shown as it was written. */
function linkOf(label: string, href: string, source: string, marks: readonly Mark[], bare = false): Inline[] {
  const good = /^(https?:\/\/|mailto:)/i.test(href) && !marks.some(({ type }) => type === 'link');
  if (!good) return [textOf(source, marks)];
  const linked: Mark[] = [...marks, { type: 'link', attrs: { href } }];
  return bare ? [textOf(label, linked)] : parseInline(label, linked);
}

function textOf(text: string, marks: readonly Mark[]): Inline {
  return { type: 'text', text, ...(marks.length === 0 ? {} : { marks: [...marks] }) };
}
