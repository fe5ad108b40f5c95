import { cleanText } from '../../../src/kit/text.ts';
import type { AdfDocument, Block, ListItem } from './adf.ts';
import { parseInline } from './inline.ts';

const TEXT_LIMIT = 32_000;
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])(\s+|$)/;
const DEPTH = 10;

/**
 * The Markdown that people and agents write in comments and descriptions, as a document. A small parser of our own:
 * headings, paragraphs, lists, quotes, code, rules, and what `parseInline` knows; tables and HTML stay text.
 */
export function parseMarkdown(source: string): AdfDocument {
  const lines = cleanText(source, TEXT_LIMIT).replace(/\r\n?/g, '\n').replace(/\t/g, '    ').split('\n');
  return { version: 1, type: 'doc', content: blocksOf(lines, 0) };
}

function blocksOf(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const [block, next] = blockAt(lines, at, depth);
    if (block !== undefined) blocks.push(block);
    at = next;
  }
  return blocks;
}

/** One block and where the next one begins. */
function blockAt(lines: readonly string[], at: number, depth: number): [Block | undefined, number] {
  const line = lines[at] ?? '';
  if (line.trim() === '') return [undefined, at + 1];
  const fence = FENCE.exec(line);
  if (fence !== null) return codeAt(lines, at, fence[1] ?? '', fence[2] ?? '');
  const heading = HEADING.exec(line);
  if (heading !== null) {
    const [, signs = '', words = ''] = heading;
    return [{ type: 'heading', attrs: { level: signs.length }, content: parseInline(words) }, at + 1];
  }
  if (RULE.test(line)) return [{ type: 'rule' }, at + 1];
  if (QUOTE.test(line) && depth < DEPTH) {
    const end = endOf(lines, at, (one) => QUOTE.test(one));
    const inside = lines.slice(at, end).map((one) => one.replace(QUOTE, ''));
    return [{ type: 'blockquote', content: blocksOf(inside, depth + 1).flatMap(contained) }, end];
  }
  if (ITEM.test(line) && depth < DEPTH) return listAt(lines, at, depth);
  const end = endOf(lines, at + 1, (one) => one.trim() !== '' && !begins(one));
  const words = lines.slice(at, end).map((one) => one.trimStart());
  return [{ type: 'paragraph', content: parseInline(words.join('\n').trimEnd()) }, end];
}

function begins(line: string): boolean {
  return [FENCE, HEADING, RULE, QUOTE, ITEM].some((pattern) => pattern.test(line));
}

function endOf(lines: readonly string[], from: number, goesOn: (line: string) => boolean): number {
  let end = from;
  while (end < lines.length && goesOn(lines[end] ?? '')) end += 1;
  return end;
}

function codeAt(lines: readonly string[], at: number, sign: string, language: string): [Block, number] {
  const closes = new RegExp(`^ {0,3}${sign[0]}{${sign.length},}\\s*$`);
  const end = endOf(lines, at + 1, (line) => !closes.test(line));
  const code = lines.slice(at + 1, end).join('\n');
  const block: Block = {
    type: 'codeBlock',
    ...(language === '' ? {} : { attrs: { language } }),
    content: code === '' ? [] : [{ type: 'text', text: code }],
  };
  return [block, end + 1];
}

function listAt(lines: readonly string[], from: number, depth: number): [Block, number] {
  const [, indent = '', sign = ''] = ITEM.exec(lines[from] ?? '') ?? [];
  const ordered = /\d/.test(sign);
  const items: ListItem[] = [];
  let at = from;
  while (at < lines.length) {
    const own = ITEM.exec(lines[at] ?? '');
    // A sign further in belongs to the item above, one further out to the list around.
    if (own === null || own[1]?.length !== indent.length || /\d/.test(own[2] ?? '') !== ordered) break;
    if (RULE.test(lines[at] ?? '')) break;
    const end = itemEnd(lines, at, indent.length);
    const width = own[0].trimEnd().length + 1;
    const [first = '', ...rest] = lines.slice(at, end);
    const inside = [first.slice(own[0].length), ...rest.map((line) => outdented(line, width))];
    const content = blocksOf(inside, depth + 1).flatMap(contained);
    items.push({ type: 'listItem', content: startsWell(content) });
    at = end;
  }
  const start = Number.parseInt(sign, 10);
  const list: Block = ordered
    ? { type: 'orderedList', ...(start === 1 ? {} : { attrs: { order: start } }), content: items }
    : { type: 'bulletList', content: items };
  return [list, at];
}

function itemEnd(lines: readonly string[], at: number, indent: number): number {
  let end = at + 1;
  while (end < lines.length) {
    const line = lines[end] ?? '';
    const deeper = (text: string) => text.search(/\S/) > indent;
    if (line.trim() === '') {
      // A blank line ends the item unless it goes on further in.
      const next = lines.slice(end).find((one) => one.trim() !== '');
      if (next === undefined || !deeper(next)) break;
    } else if (!deeper(line) && begins(line)) break;
    else if (!deeper(line) && (lines[end - 1] ?? '').trim() === '') break;
    end += 1;
  }
  // Blank lines between two items keep the list together.
  const after = endOf(lines, end, (line) => line.trim() === '');
  const next = ITEM.exec(lines[after] ?? '');
  return next !== null && next[1]?.length === indent ? after : end;
}

function outdented(line: string, width: number): string {
  return line.slice(Math.min(width, Math.max(0, line.search(/\S/))));
}

/** Jira allows fewer kinds of blocks inside a quote or a list item: the others become paragraphs. */
function contained(block: Block): Block[] {
  if (block.type === 'heading') return [{ type: 'paragraph', content: block.content }];
  if (block.type === 'blockquote') return block.content;
  return block.type === 'rule' ? [] : [block];
}

/** A list item begins with a paragraph. */
function startsWell(content: Block[]): Block[] {
  return content[0]?.type === 'paragraph' ? content : [{ type: 'paragraph', content: [] }, ...content];
}
