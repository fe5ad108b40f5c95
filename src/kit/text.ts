import { visible } from './characters.ts';
import { type Kind, kindOfName } from './field-kinds.ts';
import { withoutImages, withoutMarkup } from './markup.ts';

/*
 * Hygiene for text from outside (commit subjects, titles, logs): it is data. It carries nothing that a
 * person does not see, that turns the reading order, or that a page would hide or fetch.
 */

export const TEXT_CAP = 4_000;
/** Of a text that is given line by line. */
const LINES_CAP = 50_000;

/** Characters only: for logs, files and what is no prose. */
export function cleanText(text: string, cap = TEXT_CAP): string {
  return capped(visible(text), cap);
}

/** Words of somebody else: what is Markdown or HTML in them becomes words too. */
export function cleanProse(text: string, cap = TEXT_CAP): string {
  return proseOf(text, cap, (words) => words);
}

/** Short, one line, for a cause or a table. */
export function oneLine(text: string, cap = 300): string {
  return proseOf(text, cap, (words) => words.replace(/\s+/g, ' ').trim());
}

function proseOf(text: string, cap: number, shape: (words: string) => string): string {
  const seen = visible(text);
  // Markup costs time: what is far behind the cap is not looked at.
  const near = seen.slice(0, Math.max(cap, TEXT_CAP) * 4).toWellFormed();
  return capped(shape(withoutMarkup(near)), cap, seen.length - near.length);
}

/** A text as what its field holds. */
export function cleanAs(kind: Kind, text: string, cap = TEXT_CAP): string {
  if (kind === 'code') return cleanText(text, cap);
  if (kind === 'log') return cleanText(withoutImages(visible(text)), cap);
  return kind === 'machine' && !MARKUP.test(text) ? cleanText(text, cap) : cleanProse(text, cap);
}

/** No id, address or state holds this: whoever put it there meant it to be rendered. */
const MARKUP =
  /!\[|<!--|<(?:img|script|style|iframe|svg|math|object|embed|video|audio|link|meta|base|form|input)\b|<\|/i;

/** What the fields of an answer hold, where its schema tells. */
export interface Fields {
  kind?: Kind | undefined;
  named: ReadonlyMap<string, Fields>;
  /** Of keys that the schema does not name. */
  others?: Fields | undefined;
}

/** The same structure with every text cleaned as what its field holds; keys that a schema names stay. */
export function cleanDeep(value: unknown, fields?: Fields, name = '', cap = TEXT_CAP): unknown {
  const kind = fields?.kind ?? kindOfName(name) ?? 'prose';
  if (typeof value === 'string') return cleanAs(kind, value, cap);
  if (Array.isArray(value)) {
    const texts = value.every((item) => typeof item === 'string');
    // A comment that begins in one line and ends in another hides what is between.
    if (texts && kind === 'lines' && value.length > 0) {
      return cleanProse(value.join('\n'), LINES_CAP)
        .split('\n')
        .map((line) => capped(line, cap));
    }
    return value.map((item) => cleanDeep(item, fields, name, cap));
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const known = fields?.named.get(key);
    if (known !== undefined) return [key, cleanDeep(item, known, key, cap)];
    // Where any key may stand it is somebody's word too, and its value is what the whole field holds.
    const others = fields?.others;
    const held =
      others === undefined ? cleanDeep(item, undefined, key, cap) : cleanDeep(item, others, name, cap);
    return [cleanText(key, cap), held];
  });
  return Object.fromEntries(entries);
}

function capped(text: string, cap: number, unseen = 0): string {
  const rest = Math.max(0, text.length - cap) + unseen;
  return rest === 0 ? text : `${text.slice(0, cap)}… [${rest} more characters]`;
}
