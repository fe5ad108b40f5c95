/**
 * Hygiene for text from outside (commit subjects, titles, logs): it is data, and it must not carry
 * characters that a person cannot see or that turn the reading order.
 */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be removed
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each one stands for itself
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0E\uFEFF\uFFA0\uFFF9-\uFFFB]|[\u{E0000}-\u{E0FFF}]/gu;

export const TEXT_CAP = 4_000;

export function cleanText(text: string, cap = TEXT_CAP): string {
  // Well formed first: a half of a pair must not find its other half when what is between goes.
  const clean = text.toWellFormed().replace(INVISIBLE, '');
  return clean.length <= cap ? clean : `${clean.slice(0, cap)}… [${clean.length - cap} more characters]`;
}

/** Short, one line, for a cause or a table. */
export function oneLine(text: string, cap = 300): string {
  return cleanText(text.replace(/\s+/g, ' ').trim(), cap);
}

/** The same structure with every string cleaned; keys are kept as they are. */
export function cleanDeep(value: unknown, cap = TEXT_CAP): unknown {
  if (typeof value === 'string') return cleanText(value, cap);
  if (Array.isArray(value)) return value.map((item) => cleanDeep(item, cap));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleanDeep(item, cap)]));
  }
  return value;
}
