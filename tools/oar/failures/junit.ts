import { cleanText, oneLine } from '../../../src/kit/text.ts';
import { drift } from '../drift.ts';
import type { StoredObject } from './artifact-store.ts';

/** What the test steps write; the combined file first, because it holds what the single ones do. */
const PATTERNS = [
  /cucushift-e2e\/artifacts\/junit_cucushift-e2e-combined.*\.xml$/,
  /junit.*import-.*\.xml$/,
  /junit.*TEST-features-.*\.xml$/,
  /gui_test.*console-cypress\.xml$/,
];
const FILES = 60;
export const JUNIT_BYTES = 8 * 1024 * 1024;
const ALL_BYTES = 3 * JUNIT_BYTES;
/** Tags and attributes: a parser takes seconds for more, and everybody else waits. */
const MARKS = 250_000;
const MESSAGE = 600;
const NESTED = 50;

/** Failing scenarios with what their failure says; null when it says nothing. */
export type JunitFailures = ReadonlyMap<string, string | null>;

export interface JunitChoice {
  chosen: StoredObject[];
  /** Larger than what is read. */
  large: StoredObject[];
  /** How many are left out because there are too many, or they are too much together. */
  left: number;
}

export function junitFiles(objects: readonly StoredObject[]): JunitChoice {
  const rank = ({ name }: StoredObject) => PATTERNS.findIndex((pattern) => pattern.test(name));
  const found = objects.filter((one) => rank(one) >= 0).toSorted((a, b) => rank(a) - rank(b));
  const large = found.filter(({ bytes }) => bytes > JUNIT_BYTES);
  const rest = found.filter(({ bytes }) => bytes <= JUNIT_BYTES);
  let sum = 0;
  const chosen = rest.slice(0, FILES).filter(({ bytes }) => {
    sum += bytes;
    return sum <= ALL_BYTES;
  });
  return { chosen, large, left: rest.length - chosen.length };
}

/**
 * The failing cases of a junit file, which comes from outside: nothing that it declares is expanded,
 * nothing that it names is fetched. Throws `schema_drift`.
 */
export async function junitFailures(where: string, text: string): Promise<JunitFailures> {
  if (text.length > JUNIT_BYTES) throw drift(where, `it is larger than ${JUNIT_BYTES} bytes`);
  const root = text.search(/<testsuites?[\s/>]/);
  if (root < 0) throw drift(where, 'it has no testsuite');
  // Test steps write no document type; whoever does wants entities.
  if (/<!DOCTYPE/i.test(text.slice(0, root))) throw drift(where, 'it declares a document type');
  if (hasManyMarks(text)) throw drift(where, `it has more than ${MARKS} tags and attributes`);
  const found = new Map<string, string | null>();
  collect(await parse(where, text), found);
  return found;
}

function hasManyMarks(text: string): boolean {
  let marks = 0;
  for (const _ of text.matchAll(/<|=["']/g)) {
    marks += 1;
    if (marks > MARKS) return true;
  }
  return false;
}

const LISTS = new Set(['testsuites', 'testsuite', 'testcase', 'failure', 'error']);

async function parse(where: string, text: string): Promise<unknown> {
  const { XMLParser, XMLValidator } = await import('fast-xml-parser');
  const verdict = XMLValidator.validate(text);
  if (verdict !== true)
    throw drift(where, `it is not XML (${oneLine(verdict.err.msg)}, line ${verdict.err.line})`);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    cdataPropName: '#cdata',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: NESTED,
    isArray: (name, _path, _isLeaf, isAttribute) => !isAttribute && LISTS.has(name),
  });
  try {
    return parser.parse(text);
  } catch (error) {
    throw drift(where, `it is not XML (${oneLine(error instanceof Error ? error.message : String(error))})`);
  }
}

/** The parser ends at `NESTED` tags, so suites within suites do too. */
function collect(node: unknown, found: Map<string, string | null>): void {
  for (const suites of ['testsuites', 'testsuite']) {
    for (const suite of members(node, suites)) collect(suite, found);
  }
  for (const one of members(node, 'testcase')) {
    const failures = [...members(one, 'failure'), ...members(one, 'error')];
    if (failures.length === 0) continue;
    const scenario = oneLine(attribute(one, 'name')) || oneLine(attribute(one, 'classname'));
    if (scenario === '') continue;
    const message = failures.map(messageOf).find((said) => said !== null) ?? null;
    found.set(scenario, found.get(scenario) ?? message);
  }
}

/** What the attribute says, then the text below it, unless they say the same. */
function messageOf(failure: unknown): string | null {
  const said = attribute(failure, 'message').trim();
  const text = textOf(failure).trim();
  const both = said === '' || text.startsWith(said) ? text : `${said}\n${text}`.trim();
  const clean = cleanText(both, MESSAGE).trim();
  return clean === '' ? null : clean;
}

function textOf(node: unknown): string {
  if (typeof node === 'string') return decoded(node);
  const plain = members(node, '#text').map((part) => (typeof part === 'string' ? decoded(part) : ''));
  const cdata = members(node, '#cdata').map((part) => (typeof part === 'string' ? part : ''));
  return [...plain, ...cdata].join('\n');
}

function attribute(node: unknown, name: string): string {
  const [value] = members(node, `@${name}`);
  return typeof value === 'string' ? decoded(value) : '';
}

/** A member of a parsed tag as a list: the parser gives what stands there once by itself. */
function members(node: unknown, name: string): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  const value = new Map<string, unknown>(Object.entries(node)).get(name);
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

const PREDEFINED = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['amp', '&'],
]);

/** The five characters that XML itself names and those by number, in one pass; any other name stays as it is. */
function decoded(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|quot|apos|amp));/gi,
    (whole, ten, hex, name) => {
      if (typeof name === 'string') return PREDEFINED.get(name) ?? whole;
      const code = typeof ten === 'string' ? Number(ten) : Number.parseInt(String(hex), 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
