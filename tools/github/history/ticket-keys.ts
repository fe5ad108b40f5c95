/** Names of standards look the same. */
const KEY = /(?<![A-Za-z0-9_-])(?!(?:UTF|SHA|ISO|RFC|CVE|CWE)-)[A-Z][A-Z0-9_]*-[1-9]\d*(?![A-Za-z0-9_]|-\d)/g;

/** Every issue key in the texts, in order, each once. */
export function ticketKeys(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => Array.from(text.matchAll(KEY), ([key]) => key)))];
}
