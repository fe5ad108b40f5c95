const WIDTH = 80;

/** Text of which the last line has a known length. */
class Line {
  text = '';
  column: number;
  readonly #indent: string;

  constructor(column: number, indent: number) {
    this.column = column;
    this.#indent = ' '.repeat(indent);
  }

  put(part: string, length: number): void {
    this.text += part;
    this.column += length;
  }

  fold(): void {
    this.text += `\n${this.#indent}`;
    this.column = this.#indent.length;
  }
}

/** Without quotes, or between single ones: a single space past the width becomes a line's end. */
export function writeFlowing(
  chars: readonly string[],
  column: number,
  indent: number,
  quote: boolean,
): string {
  const line = new Line(column, indent);
  line.put(quote ? " '" : ' ', quote ? 2 : 1);
  for (const { from, to, kind } of runsOf(chars)) {
    const part = chars.slice(from, to);
    const inside = !quote || (from !== 0 && to !== chars.length);
    if (kind === 'spaces' && part.length === 1 && line.column > WIDTH && inside) {
      line.fold();
      continue;
    }
    const text = quote ? part.map((ch) => (ch === "'" ? "''" : ch)) : part;
    line.put(text.join(''), [...text.join('')].length);
  }
  return quote ? `${line.text}'` : line.text;
}

interface Run {
  from: number;
  to: number;
  kind: 'spaces' | 'text';
}

function runsOf(chars: readonly string[]): Run[] {
  const runs: Run[] = [];
  chars.forEach((ch, i) => {
    const kind = ch === ' ' ? 'spaces' : 'text';
    const last = runs.at(-1);
    if (last?.kind === kind) last.to = i + 1;
    else runs.push({ from: i, to: i + 1, kind });
  });
  return runs;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\u0007': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\u001b': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
  '\u00a0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
};

function escaped(ch: string): string | undefined {
  const code = ch.codePointAt(0) ?? 0;
  const plain =
    (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd);
  if (plain && !'"\\\u2028\u2029\ufeff'.includes(ch)) return undefined;
  const known = ESCAPES[ch];
  if (known !== undefined) return `\\${known}`;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Between double quotes, folded by a backslash at a space or after an escape. */
export function writeDoubleQuoted(chars: readonly string[], column: number, indent: number): string {
  const line = new Line(column, indent);
  line.put(' "', 2);
  let start = 0;
  const flush = (end: number) => {
    if (start < end) line.put(chars.slice(start, end).join(''), end - start);
    start = Math.max(start, end);
  };
  for (let end = 0; end <= chars.length; end += 1) {
    const ch = chars[end];
    const code = ch === undefined ? undefined : escaped(ch);
    if (ch === undefined || code !== undefined) flush(end);
    if (code !== undefined) {
      line.put(code, code.length);
      start = end + 1;
    }
    const canFold = end > 0 && end < chars.length - 1 && (ch === ' ' || start >= end);
    if (!canFold || line.column + (end - start) <= WIDTH) continue;
    flush(end);
    line.put('\\', 1);
    line.fold();
    if (chars[start] === ' ') line.put('\\', 1);
  }
  return `${line.text}"`;
}
