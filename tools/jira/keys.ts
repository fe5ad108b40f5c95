/** Names of standards look the same. */
const KEY = /(?<![A-Za-z0-9_-])(?!(?:UTF|SHA|ISO|RFC|CVE|CWE)-)[A-Z][A-Z0-9_]*-[1-9]\d*(?![A-Za-z0-9_]|-\d)/g;

/** Every issue key in a text, in order, each once. */
export function keysIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(KEY), ([key]) => key))];
}

export const ISSUE_KEY = /^[A-Z][A-Z0-9_]*-\d+$/;

export function projectOf(key: string): string {
  return key.replace(/-\d+$/, '');
}
