import { behind, formsOf, joined, undone, type View } from './disguise.ts';
import { SluiceError } from './errors.ts';
import { cleanText } from './text.ts';

const TOKEN_SHAPES: RegExp[] = [
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bglpat-[A-Za-z0-9_-]{16,}/g,
  /\bxox[abprse]-[A-Za-z0-9-]{10,}/g,
  /\bsha256~[A-Za-z0-9_-]{40,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  /\b(?:Bearer|Basic|Negotiate)\s+[A-Za-z0-9._~+/=-]{12,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
];
const URL_USERINFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const MASK = '[REDACTED]';
/** Shorter ones would blank ordinary words. */
const SHORTEST = 6;
/** So much of a secret, right before the end of a text or behind its beginning, is what a cut has left of it. */
const SHORTEST_CUT = 8;
/** Stands where something was left away. */
const CUT = '…';
const AS_IT_IS: Omit<View, 'text'> = { from: (index) => index, to: (index) => index };

type Range = readonly [from: number, to: number];

/** Knows every secret that was resolved in this process and removes it, in its usual disguises. */
export class Redactor {
  readonly #secrets = new Set<string>();
  readonly #forms = new Set<string>();

  add(secret: string): void {
    if (secret.length < SHORTEST || this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    for (const form of formsOf(secret)) {
      this.#forms.add(form);
      const close = joined(form).text;
      if (close.length >= SHORTEST) this.#forms.add(close);
    }
  }

  text(text: string): string {
    return shapeless(masked(text, this.#ranges(text), 0, text.length));
  }

  deep(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) {
      const lines = value.every((item): item is string => typeof item === 'string');
      return lines && value.length > 1 ? this.#lines(value) : value.map((item) => this.deep(item));
    }
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          // Names of fields are short, and ours.
          key.length > 20 ? this.text(key) : key,
          this.deep(item),
        ]),
      );
    }
    return value;
  }

  /** What an error may show of an outside body. */
  excerpt(text: string, cap = 200): string {
    // Invisible characters may stand inside of a secret, and a cut may go through it.
    const seen = cleanText(text, Number.POSITIVE_INFINITY);
    return cleanText(this.text(seen).replace(/\s+/g, ' '), cap);
  }

  /** Lines of one text: a secret may go from one to the next. */
  #lines(lines: readonly string[]): string[] {
    const whole = lines.join('\n');
    const ranges = this.#ranges(whole);
    let start = 0;
    return lines.map((line) => {
      const from = start;
      start += line.length + 1;
      return shapeless(masked(whole, ranges, from, from + line.length));
    });
  }

  #ranges(text: string): Range[] {
    if (this.#forms.size === 0 || text.length < SHORTEST) return [];
    const ranges = this.#found({ text, ...AS_IT_IS });
    const close = /[\s\\]/.test(text) ? joined(text) : { text, ...AS_IT_IS };
    if (close.text !== text) ranges.push(...this.#found(close));
    if (/[%\\&]/.test(close.text)) ranges.push(...this.#found(behind(close, undone(close.text))));
    ranges.push(...this.#cut(close));
    return merged(ranges);
  }

  #found(view: View): Range[] {
    const ranges: Range[] = [];
    for (const form of this.#forms) {
      for (let at = view.text.indexOf(form); at >= 0; at = view.text.indexOf(form, at + form.length))
        ranges.push([view.from(at), view.to(at + form.length)]);
    }
    return ranges;
  }

  /** What a cut has left of a secret: its beginning before the cut, its end behind one. */
  #cut(view: View): Range[] {
    const { text } = view;
    const ranges: Range[] = [];
    for (const form of this.#forms) {
      if (form.length <= SHORTEST_CUT) continue;
      const [head, tail] = [form.slice(0, SHORTEST_CUT), form.slice(-SHORTEST_CUT)];
      for (let at = text.indexOf(head); at >= 0; at = text.indexOf(head, at + 1)) {
        const end = at + sameFrom(text, at, form);
        if (end === text.length || text[end] === CUT) ranges.push([view.from(at), view.to(end)]);
      }
      for (let at = text.indexOf(tail); at >= 0; at = text.indexOf(tail, at + 1)) {
        const end = at + SHORTEST_CUT;
        const start = end - sameUpTo(text, end, form);
        if (start === 0 || text[start - 1] === CUT) ranges.push([view.from(start), view.to(end)]);
      }
    }
    return ranges;
  }
}

/** How many characters of a form stand in a text from there on. */
function sameFrom(text: string, at: number, form: string): number {
  let length = 0;
  while (length < form.length && text[at + length] === form[length]) length += 1;
  return length;
}

/** The same for its end, up to there. */
function sameUpTo(text: string, end: number, form: string): number {
  let length = 0;
  while (length < form.length && end > length && text[end - length - 1] === form[form.length - length - 1])
    length += 1;
  return length;
}

/** The same error, as anybody may read it. */
export function withoutSecrets(error: unknown, redactor: Redactor): unknown {
  if (!(error instanceof Error)) return error;
  error.message = redactor.text(error.message);
  if (error.stack !== undefined) error.stack = redactor.text(error.stack);
  if (error instanceof SluiceError) Object.assign(error, { remedy: redactor.text(error.remedy) });
  return error;
}

/** What has the shape of a secret, whoever it belongs to. */
function shapeless(text: string): string {
  let out = text;
  for (const shape of TOKEN_SHAPES) out = out.replace(shape, MASK);
  return out.replace(URL_USERINFO, `$1${MASK}@`);
}

function merged(ranges: Range[]): Range[] {
  const out: [number, number][] = [];
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** The part of a text between two places, with a mask for each range that reaches into it. */
function masked(text: string, ranges: readonly Range[], start: number, end: number): string {
  let out = '';
  let done = start;
  for (const [from, to] of ranges) {
    if (to <= start || from >= end) continue;
    out += text.slice(done, Math.max(done, from)) + MASK;
    done = Math.min(to, end);
  }
  return out + text.slice(done, end);
}
