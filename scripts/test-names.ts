import { readText, sourceFiles } from './modules.ts';

export interface TestName {
  file: string;
  title: string;
  /** Runs only where recorded data is at hand. */
  needsData: boolean;
}

/** `it('…'`, `describe('…'`; `it.each(rows)('…'` and `it.skipIf(x)('…'`; a row `['…', …]` whose label is the title. */
const CALL = /\b(?:it|test|describe)(?:\.(?:only|concurrent|sequential|fails))*\(\s*(['"`])/g;
const CURRIED = /\)\(\s*(['"`])/g;
const ROW = /\[\s*(['"`])(?=[ZW]-[A-Z]\d|promises? \d)/g;
const FOLDERS = ['src', 'tools', 'sandbox', 'test'];
/** Its rules are tried with planted names. */
const OWN = 'test/house/';

export function testNames(): TestName[] {
  return sourceFiles(FOLDERS)
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith(OWN))
    .flatMap((file) => titlesIn(readText(file)).map((title) => nameOf(file, title)));
}

/** The titles of tests and groups, in their order, each once. */
export function titlesIn(text: string): string[] {
  const code = text.replaceAll(/(^|\n)\s*(?:\/\/|\*)[^\n]*/g, '$1');
  const found: { at: number; title: string }[] = [];
  for (const pattern of [CALL, CURRIED, ROW]) {
    for (const match of code.matchAll(pattern)) {
      const start = match.index + match[0].length;
      const title = literal(code, start, match[1] ?? "'");
      if (title !== undefined) found.push({ at: start, title });
    }
  }
  return [...new Set(found.sort((a, b) => a.at - b.at).map(({ title }) => title))];
}

/** Up to the closing quote; undefined when there is none. */
function literal(code: string, start: number, quote: string): string | undefined {
  for (let at = start; at < code.length; at += 1) {
    if (code[at] === '\\') at += 1;
    else if (code[at] === quote) return code.slice(start, at).replaceAll(/\\(.)/gs, '$1');
  }
  return undefined;
}

function nameOf(file: string, title: string): TestName {
  const words = title
    .replaceAll(/\s*\$\{needsCorpus\}/g, '')
    .replaceAll(/%(?:[sdifjoc#$]|(?=$|\s))|\$\{[^}]*\}|\$[a-z]\w*/gi, '…')
    .trim();
  return { file, title: words, needsData: title.includes('needsCorpus') };
}
