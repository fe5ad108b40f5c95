import { expect } from 'vitest';
import { textFields } from '../../src/kit/hygiene.ts';
import type { AnyTool } from '../../src/kit/tool.ts';
import type { Hostile } from './injection-corpus.ts';
import type { Sent } from './injection-corpus-world.ts';

/** Named one by one, not as a class: this is to tell whether the class was right. */
const SIGNS =
  '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0e\\ufeff\\u{e0000}-\\u{e0fff}';
const UNSEEN = new RegExp(`[${SIGNS}]`, 'u');
const FETCHED = /!\[[^\]]*\]\([^)]*\)|!\[[^\]]*\]\[|<(?:img|script|iframe|svg|style)[\s/>]/i;

/** Every text in an answer or a request, with where it stands. */
export function leavesOf(value: unknown, path = ''): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, `${path}[]`));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, path === '' ? key : `${path}.${key}`));
}

/** What an agent is shown of an answer: nothing that a person would not see, nothing that is fetched. */
export function expectClean(tool: AnyTool, answer: unknown, corpus: readonly Hostile[]): string {
  const kinds = new Map(textFields(tool).map(({ path, kind }) => [path.replaceAll('{}', ''), kind]));
  const leaves = leavesOf(answer);
  for (const { path, text } of leaves) {
    const where = `${tool.name} ${path}: ${JSON.stringify(text.slice(0, 200))}`;
    expect(text, where).not.toMatch(UNSEEN);
    const kind = kinds.get(path);
    if (kind === 'code') continue;
    expect(text, where).not.toMatch(/!\[[^\]]*\]\(/);
    if (kind === 'log') continue;
    expect(text, where).not.toMatch(FETCHED);
    expect(text, where).not.toContain('<!--');
    for (const { hidden } of corpus) if (hidden !== undefined) expect(text, where).not.toContain(hidden);
  }
  return leaves.map(({ text }) => text).join('\n');
}

/** Whether anything in a request would act where it arrives. */
export function expectInert({ method, path, body }: Sent): void {
  const system = path.split('/')[1] ?? '';
  const where = `${method} ${path} ${body.slice(0, 300)}`;
  if (system === 'slack') expectInertSlack(new URLSearchParams(body), where);
  else if (system === 'gitlab' || system === 'github') {
    for (const leaf of leavesOf(body === '' ? {} : JSON.parse(body))) expectInertOnForge(leaf, where);
  } else if (system === 'jira') expectInertInJira(body === '' ? {} : JSON.parse(body), where);
  else if (system === 'sheets') expectInertCells(JSON.parse(body), where);
}

/** What we write ourselves to find our own again. */
const MARK = /\n\n<!-- sluice(?:-note)?: [\w.:/@#-]+ -->$/;

export function expectInertOnForge(
  { path, text: given }: { path: string; text: string },
  where: string,
): void {
  if (path === 'content') return;
  const text = given.replace(MARK, '');
  const said = `${where} ${path}`;
  expect(text, said).not.toMatch(UNSEEN);
  expect(text, said).not.toMatch(FETCHED);
  expect(text, said).not.toContain('<!--');
  expect(text, said).not.toMatch(/(?<![A-Za-z0-9])@[\w.]|&(?:#0*64|#x0*40|commat);/i);
  expect(text, said).not.toMatch(/^[ \t>]*\/[a-z][\w-]*(?:\s|$)/im);
  expect(text, said).not.toMatch(/\[(?:skip|no|ci)[ -](?:ci|skip)\]/i);
  expect(text, said).not.toMatch(
    /\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):?\s+[*_]*(?:[\w./-]*#\d|https?:\/\/\S*\/issues\/|[A-Z]+-\d)/i,
  );
}

function expectInertSlack(body: URLSearchParams, where: string): void {
  const text = body.get('text') ?? '';
  expect(text, where).not.toMatch(UNSEEN);
  expect(text, where).not.toMatch(/<(?!https?:)|@(?:here|channel|everyone|group)\b/i);
  for (const name of ['unfurl_links', 'unfurl_media']) {
    if (body.has(name)) expect(body.get(name), where).toBe('false');
  }
}

const NODES = new Set(
  'doc paragraph heading codeBlock rule blockquote bulletList orderedList listItem text hardBreak'.split(' '),
);

function expectInertInJira(body: unknown, where: string): void {
  if (body === null || typeof body !== 'object') return;
  const node = Object.entries(body);
  const type = node.find(([key]) => key === 'type')?.[1];
  if (node.some(([key]) => key === 'content' || key === 'text') && typeof type === 'string')
    expect(NODES.has(type), `${where}: ${type}`).toBe(true);
  for (const [key, value] of node) {
    if (typeof value === 'string' && key !== 'key') expect(value, where).not.toMatch(UNSEEN);
    else expectInertInJira(value, where);
  }
}

function expectInertCells(body: unknown, where: string): void {
  for (const { path, text } of leavesOf(body)) {
    if (!path.startsWith('data[].values')) continue;
    expect(text, where).not.toMatch(UNSEEN);
    if (!/^=HYPERLINK\("https:\/\/safe\.example\/","(?:[^"]|"")*"\)$/.test(text))
      expect(text, where).not.toMatch(/^\s*[=+\-@\t\r＝＋－＠]/);
  }
}
