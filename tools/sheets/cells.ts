import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { cleanText } from '../../src/kit/text.ts';

/** `B4`, `B1:B19`; rows and columns alone would be the whole sheet. */
const CELL = '[A-Z]{1,2}[1-9]\\d{0,4}';
export const CELL_PATTERN = new RegExp(`^${CELL}$`);
export const RANGE_PATTERN = new RegExp(`^${CELL}(:${CELL})?$`);
/** What a tab may be called here: a release, `template`, and the like; no quotes, no marks of A1 notation. */
export const TAB_PATTERN = /^[A-Za-z0-9][\w .-]{0,98}$/;

export const CellValue = z.union([
  z.string().max(20_000),
  z.strictObject({
    formula: z.literal('hyperlink'),
    url: z.url({ protocol: /^https?$/ }).max(2000),
    text: z.string().min(1).max(1000),
  }),
]);
export type CellValue = z.output<typeof CellValue>;

export interface CellWrite {
  /** One cell, without its tab. */
  cell: string;
  value: CellValue;
}

/**
 * Text that a sheet, or whoever opens an export of it, might run. The quote in front stays to be
 * seen: we store values unparsed, and a CSV file knows no unparsed values.
 */
export function neutralise(text: string): string {
  const flat = cleanText(text.replaceAll('\r\n', '\n').replace(/[\t\r]/g, ' '), text.length);
  // The full-width twins count as the signs in some languages.
  return /^\s*[=+\-@＝＋－＠]/.test(flat) ? `'${flat}` : flat;
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** What is stored; a formula is made of quoted parts alone. */
export function stored(value: CellValue): string {
  if (typeof value === 'string') return neutralise(value);
  return `=HYPERLINK(${quoted(value.url)},${quoted(cleanText(value.text, 1000).replace(/[\t\r\n]/g, ' '))})`;
}

export function isFormula(value: CellValue): boolean {
  return typeof value !== 'string';
}

/** `'4.20.27'!B4`. */
export function at(tab: string, range: string): string {
  if (!TAB_PATTERN.test(tab) || !RANGE_PATTERN.test(range)) {
    throw new SluiceError('invalid_input', {
      cause: `${JSON.stringify(`${tab}!${range}`)} is not a range.`,
      remedy: 'Give it as tab!B4 or tab!B1:B19.',
    });
  }
  return `'${tab}'!${range}`;
}

/** `4.20.27!B4` or `'4.20.27'!B4` → its tab and the rest. */
export function splitRange(range: string): { tab: string; range: string } {
  const [, quotedTab, plainTab, rest = ''] = /^(?:'([^']*)'|([^'!]*))!([^!]*)$/.exec(range) ?? [];
  const tab = quotedTab ?? plainTab ?? '';
  at(tab, rest);
  return { tab, range: rest };
}

/** `Payload` behind a formula of ours, or the value as it stands. */
export function shown(value: string): string {
  const text = /^=HYPERLINK\("(?:[^"]|"")*",\s*"((?:[^"]|"")*)"\)$/i.exec(value)?.[1];
  return text === undefined ? value : text.replaceAll('""', '"');
}

export function linkOf(value: string): string | null {
  return /^=HYPERLINK\("((?:[^"]|"")*)"/i.exec(value)?.[1]?.replaceAll('""', '"') ?? null;
}
