/** Names of standards look the same. */
const KEY = /(?<![A-Za-z0-9_-])(?!(?:UTF|SHA|ISO|RFC|CVE|CWE)-)[A-Z][A-Z0-9_]*-[1-9]\d*(?![A-Za-z0-9_]|-\d)/g;

/** Every issue key in the text, in order, each once. */
export function jiraKeys(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(KEY), ([key]) => key))];
}

export function isJiraKey(text: string): boolean {
  return jiraKeys(text)[0] === text && text !== '';
}
