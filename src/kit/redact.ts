import { cleanText } from './text.ts';

const TOKEN_SHAPES: RegExp[] = [
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bglpat-[A-Za-z0-9_-]{16,}/g,
  /\bxox[abprse]-[A-Za-z0-9-]{10,}/g,
  /\b(?:Bearer|Basic|Negotiate)\s+[A-Za-z0-9._~+/=-]{12,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
];
const URL_USERINFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const MASK = '[REDACTED]';

/** Knows every secret that was resolved in this process and removes it, in its usual disguises. */
export class Redactor {
  readonly #secrets = new Set<string>();

  add(secret: string): void {
    // Shorter strings would blank ordinary words.
    if (secret.length < 6) return;
    this.#secrets.add(secret);
    this.#secrets.add(encodeURIComponent(secret));
    this.#secrets.add(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
    this.#secrets.add(Buffer.from(secret).toString('base64url'));
  }

  text(text: string): string {
    let out = text;
    // Longest first: one secret may begin like another.
    const secrets = [...this.#secrets].sort((a, b) => b.length - a.length);
    for (const secret of secrets) out = out.replaceAll(secret, MASK);
    for (const shape of TOKEN_SHAPES) out = out.replace(shape, MASK);
    return out.replace(URL_USERINFO, `$1${MASK}@`);
  }

  deep(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.deep(item));
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.deep(item)]));
    }
    return value;
  }

  /** What an error may show of an outside body. */
  excerpt(text: string, cap = 200): string {
    return cleanText(this.text(text).replace(/\s+/g, ' '), cap);
  }
}
