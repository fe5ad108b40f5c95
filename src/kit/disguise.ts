/**
 * How a secret may look in a text: the forms that it can have, and the text as somebody reads it who puts
 * broken lines together and undoes escapes.
 */

/** A text with something left out or undone, and where each part of it stands in the original. */
export interface View {
  text: string;
  from(index: number): number;
  to(index: number): number;
}

interface Piece {
  /** Where it begins in the view. */
  at: number;
  start: number;
  end: number;
  /** The same here and there, character by character. */
  same: boolean;
}

/** Fewer characters than this are met by chance. */
const SHORTEST_PART = 10;

/** Every form but those that escapes make: of the secret alone, and of something that holds it. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const alone = bytes.toString('base64').replace(/=+$/, '');
  const inside = [0, 1, 2].map((before) => insideBase64(bytes, before));
  const base64 = [alone, ...inside.filter(({ length }) => length >= SHORTEST_PART)];
  const urls = base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  const hex = bytes.toString('hex');
  const escaped = [encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  return [...new Set([secret, ...escaped, ...base64, ...urls, hex, hex.toUpperCase()])];
}

/** What every base64 text of bytes that hold the secret has in common, by its place in a group of three. */
function insideBase64(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const complete = Math.floor(((before + bytes.length) * 8) / 6);
  return text.slice(Math.ceil((before * 8) / 6), complete);
}

/** Without blanks and line ends, also those that are written as escapes. */
export function joined(text: string): View {
  return viewOf(text, /(?:\\+[nrt]|=\r?\n|\\?\s)+/g, () => '');
}

const ESCAPES =
  /((?:%[0-9a-f]{2})+)|\\+u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\+(["'\\/])|&#(\d{1,6});|&#x([0-9a-f]{1,5});|&(amp|lt|gt|quot|apos);/gi;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** With escapes of addresses, of JSON and of HTML undone. */
export function undone(text: string): View {
  return viewOf(text, ESCAPES, ([, bytes, unicode, hex, plain, decimal, hexadecimal, entity]) => {
    if (bytes !== undefined) return Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8');
    if (plain !== undefined) return plain;
    if (entity !== undefined) return ENTITIES[entity.toLowerCase()] ?? '';
    const code = unicode ?? hex ?? hexadecimal;
    const point = code === undefined ? Number(decimal) : Number.parseInt(code, 16);
    return point > 0x10ffff ? '' : String.fromCodePoint(point);
  });
}

/** The second view is one of the first one's text. */
export function behind(first: View, second: View): View {
  return {
    text: second.text,
    from: (index) => first.from(second.from(index)),
    to: (index) => first.to(second.to(index)),
  };
}

function viewOf(text: string, what: RegExp, meant: (found: RegExpExecArray) => string): View {
  const pieces: Piece[] = [];
  const out: string[] = [];
  let at = 0;
  const add = (part: string, start: number, end: number, same: boolean) => {
    if (part === '') return;
    pieces.push({ at, start, end, same });
    out.push(part);
    at += part.length;
  };
  let done = 0;
  for (const found of text.matchAll(what)) {
    add(text.slice(done, found.index), done, found.index, true);
    done = found.index + found[0].length;
    add(meant(found), found.index, done, false);
  }
  add(text.slice(done), done, text.length, true);
  const holding = (index: number) => pieceAt(pieces, index);
  return {
    text: out.join(''),
    from: (index) => {
      const piece = holding(index);
      if (piece === undefined) return text.length;
      return piece.same ? piece.start + index - piece.at : piece.start;
    },
    to: (index) => {
      const piece = holding(index - 1);
      if (piece === undefined) return text.length;
      return piece.same ? piece.start + index - piece.at : piece.end;
    },
  };
}

function pieceAt(pieces: readonly Piece[], index: number): Piece | undefined {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((pieces[middle]?.at ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return pieces[low];
}
