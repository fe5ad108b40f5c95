const MASK = '[REDACTED]';

/** In this order: a password in a URL must be gone before what follows looks like an address. */
const RULES: readonly [pattern: RegExp, by: string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${MASK}@`],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{4,}|github_pat_\w{4,}|gl[a-z]{2,8}-[\w-]{8,}|xox[a-z]-[\w-]{4,})/g, MASK],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, MASK],
  [
    /(\bauthorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|negotiate|token)\s+|(?!(?:bearer|basic|negotiate|token)\s)))(?!\[REDACTED\])[^\s"',;]+/gi,
    `$1${MASK}`,
  ],
  // After a bearer's name comes a token, but also "token" and other words of prose.
  [/(\bbearer\s+)(?=[\w.~+/=-]*[\d._~+/=-])[\w.~+/=-]{6,}|(\bbearer\s+)\w{16,}/gi, `$1$2${MASK}`],
  [
    /(\b\w*(?:password|passwd|secret|token|api_?key)["']?\s*=\s*)(?!\[REDACTED\])("[^"]*"|'[^']*'|[^\s,;&'"]+)/gi,
    `$1${MASK}`,
  ],
  [/(\b(?:password|passwd)["']?\s*:\s*)(?!\[REDACTED\])("[^"]*"|'[^']*'|[^\s,;&'"]+)/gi, `$1${MASK}`],
  [/\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b/g, '[EMAIL_REDACTED]'],
];

/** A StateBox lies in a public repository: no addresses of people and no credentials go into it. */
export function mask<T extends string | null>(text: T): T | string {
  if (text === null) return text;
  return RULES.reduce<string>((rest, [pattern, by]) => rest.replace(pattern, by), text);
}
