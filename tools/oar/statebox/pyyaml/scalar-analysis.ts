/** What a text allows: the rules by which PyYAML chooses how to write a string. */
export interface ScalarAnalysis {
  empty: boolean;
  multiline: boolean;
  plain: boolean;
  singleQuoted: boolean;
  literal: boolean;
}

const SPACES = new Set(['\0', ' ', '\t', '\r', '\n', '\u0085', '\u2028', '\u2029']);

const isBreak = (ch: string | undefined): boolean => ch === '\n';
const isSpaceOrEnd = (ch: string | undefined): boolean => ch === undefined || SPACES.has(ch);

/** Counts code points, not UTF-16 units: lengths decide where lines are folded. */
export function analyse(chars: readonly string[]): ScalarAnalysis {
  if (chars.length === 0) {
    return { empty: true, multiline: false, plain: true, singleQuoted: true, literal: false };
  }
  const [first, last] = [chars[0] ?? '', chars.at(-1) ?? ''];
  const edges = [first, last].some((ch) => ch === ' ' || isBreak(ch));
  const multiline = chars.some(isBreak);
  const breakThenSpace = pairs(chars, (ch, next) => isBreak(ch) && next === ' ');
  const spaceThenBreak = pairs(chars, (ch, next) => ch === ' ' && isBreak(next));
  const special = chars.some((ch) => !isWritable(ch));
  return {
    empty: false,
    multiline,
    plain:
      !edges && !multiline && !breakThenSpace && !spaceThenBreak && !special && !hasIndicator(chars, first),
    singleQuoted: !breakThenSpace && !spaceThenBreak && !special,
    literal: last !== ' ' && !spaceThenBreak && !special,
  };
}

function pairs(chars: readonly string[], test: (ch: string, next: string) => boolean): boolean {
  return chars.some((ch, i) => {
    const next = chars[i + 1];
    return next !== undefined && test(ch, next);
  });
}

function isWritable(ch: string): boolean {
  const code = ch.codePointAt(0) ?? 0;
  if (ch === '\n' || (code >= 0x20 && code <= 0x7e)) return true;
  // U+0085, U+2028 and U+2029 end a line in YAML 1.1 and not in 1.2: escaped, they mean one thing.
  if (code === 0xfeff || code === 0x2028 || code === 0x2029) return false;
  return (
    (code >= 0xa0 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code < 0x10ffff)
  );
}

/** Something in the text would be read as YAML if it stood there without quotes. */
function hasIndicator(chars: readonly string[], first: string): boolean {
  const begin = chars.slice(0, 3).join('');
  if (begin === '---' || begin === '...') return true;
  if ('#,[]{}&*!|>\'"%@`'.includes(first)) return true;
  if ('?:-'.includes(first) && isSpaceOrEnd(chars[1])) return true;
  return chars.some((ch, i) => {
    if (i === 0) return false;
    if (ch === ':') return isSpaceOrEnd(chars[i + 1]);
    return ch === '#' && isSpaceOrEnd(chars[i - 1]);
  });
}
