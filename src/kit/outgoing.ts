import { cleanProse } from './text.ts';

/*
 * Texts that leave for GitLab, GitHub or a commit. What acts there is given its full-width twin (＠ ／) or a
 * pair of quotes: it reads the same, acts in no place whether Markdown is rendered there (backquotes would
 * stay inert only where it is, and end a block of code that the text stands in), and our own hygiene leaves
 * it as it is, which it would not with an invisible sign.
 */

const MENTION = /(?<![A-Za-z0-9])@(?=[\w.])/g;
/** Markdown turns them back before it looks for names. */
const ENTITIES: readonly (readonly [RegExp, string])[] = [
  [/&(?:#0*64|#x0*40|commat);/gi, '＠'],
  [/&(?:#0*47|#x0*2f|sol);/gi, '／'],
  [/&(?:#0*35|#x0*23|num);/gi, '＃'],
];
/** `/merge`, `/lgtm`, `/label ~x`; a path such as `/usr/bin` is none. */
const COMMAND = /^([ \t>]*)\/(?=[a-z][\w-]*(?:\s|$))/gim;
/** Signs that keep a pipeline from running when the title becomes a commit. */
const SKIP = /\[((?:skip[ -]|no[ -])(?:ci|actions|pipeline)|ci[ -]skip|actions[ -]skip)\]/gi;
const ISSUE =
  /https?:\/\/[^\s"]+\/(?:-\/)?(?:issues|work_items|merge_requests|pull|browse)\/[\w-]+|(?:[\w.-]+(?:\/[\w.-]+)*)?[#!]\d+|GH-\d+|(?!(?:UTF|SHA|ISO|RFC|CVE|CWE)-)[A-Z][A-Z0-9_]+-\d+(?![\w]|-\d)/
    .source;
/** "Closes #1", "Fixes: GROUP-1", "resolves **group/project#2**": merging it would close what is named. */
const CLOSES = new RegExp(
  `\\b((?i:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)(?:\\s*:\\s*|\\s+)(?i:issues?\\s+)?[*_~\`(\\[]{0,4})(${ISSUE})`,
  'g',
);

/** A description, a note, a message: nobody is called, nothing is commanded, closed, hidden or fetched. */
export function inertText(text: string): string {
  const words = ENTITIES.reduce(
    (known, [entity, twin]) => known.replace(entity, twin),
    cleanProse(text, Number.MAX_SAFE_INTEGER),
  );
  return words
    .replace(MENTION, '＠')
    .replace(COMMAND, '$1／')
    .replace(SKIP, '($1)')
    .replace(CLOSES, '$1"$2"');
}

/** The same on one line; the mark of a draft is the caller's. */
export function inertTitle(text: string, cap = 255): string {
  return inertText(text.replace(/\s+/g, ' ').trim()).slice(0, cap);
}
