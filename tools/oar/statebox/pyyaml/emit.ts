import { writeDoubleQuoted, writeFlowing } from './folded.ts';
import { looksTyped } from './implicit-type.ts';
import { analyse } from './scalar-analysis.ts';

/**
 * YAML as PyYAML's `dump` writes it in block style, 80 wide, with unicode, and with `|` for every
 * text of several lines: the form of all StateBox files. Nothing else writes the same bytes, and
 * another form would show up as a change of lines that nobody touched.
 */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

const STEP = 2;

/** The lines of a map, each ended; `indent` is the column of its keys. */
export function emitMap(map: { readonly [key: string]: Plain | undefined }, indent = 0): string {
  return Object.entries(map)
    .map(([key, value]) =>
      value === undefined ? '' : `${' '.repeat(indent)}${emitPair(key, value, indent)}`,
    )
    .join('');
}

/** A key and its value; the first line begins at the key. */
export function emitPair(key: string, value: Plain, indent: number): string {
  const name = emitKey(key);
  return `${name}:${emitValue(value, indent, indent + [...name].length + 1)}`;
}

/** The items of a sequence; `indent` is the column of the dashes. */
export function emitItems(items: readonly Plain[], indent: number): string {
  const margin = ' '.repeat(indent);
  return items
    .map((item) => {
      if (isMap(item) && Object.keys(item).length > 0) {
        return `${margin}- ${emitMap(item, indent + STEP).slice(indent + STEP)}`;
      }
      return `${margin}-${emitValue(item, indent, indent + 1)}`;
    })
    .join('');
}

function emitValue(value: Plain, indent: number, column: number): string {
  if (typeof value === 'string') return emitText(value, indent + STEP, column);
  if (isList(value)) return value.length === 0 ? ' []\n' : `\n${emitItems(value, indent)}`;
  if (isMap(value)) {
    return Object.keys(value).length === 0 ? ' {}\n' : `\n${emitMap(value, indent + STEP)}`;
  }
  return ` ${String(value)}\n`;
}

function emitText(text: string, indent: number, column: number): string {
  const chars = [...text];
  const can = analyse(chars);
  if (text.includes('\n')) {
    return can.literal ? emitLiteral(text, indent) : `${writeDoubleQuoted(chars, column, indent)}\n`;
  }
  if (can.plain && !looksTyped(text)) return `${writeFlowing(chars, column, indent, false)}\n`;
  if (can.singleQuoted) return `${writeFlowing(chars, column, indent, true)}\n`;
  return `${writeDoubleQuoted(chars, column, indent)}\n`;
}

function emitLiteral(text: string, indent: number): string {
  const first = /^[ \n]/.test(text) ? String(STEP) : '';
  const chomp = !text.endsWith('\n') ? '-' : /^\n$|\n\n$/.test(text) ? '+' : '';
  const margin = ' '.repeat(indent);
  const body = chomp === '-' ? text : text.slice(0, -1);
  const lines = body.split('\n').map((line) => (line === '' ? '' : margin + line));
  return ` |${first}${chomp}\n${lines.join('\n')}\n`;
}

function emitKey(key: string): string {
  const chars = [...key];
  const can = analyse(chars);
  if (can.plain && !can.empty && !looksTyped(key)) return key;
  const never = Number.NEGATIVE_INFINITY;
  if (can.singleQuoted && !can.multiline) return writeFlowing(chars, never, 0, true).slice(1);
  return writeDoubleQuoted(chars, never, 0).slice(1);
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

function isMap(value: Plain): value is { readonly [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
