import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { SluiceError } from '../../../src/kit/errors.ts';
import { oneLine } from '../../../src/kit/text.ts';

/** Where something stands in a file: keys and indexes from the root. */
export type At = readonly (string | number)[];

export interface YamlFile {
  /** Path in its repository. */
  path: string;
  text: string;
  document: Document.Parsed;
  lineOf(offset: number): number;
}

export interface SyntaxFault {
  line: number;
  message: string;
}

export function readYaml(path: string, text: string): { file: YamlFile; faults: SyntaxFault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { keepSourceTokens: true, lineCounter: lines, prettyErrors: false });
  const faults = document.errors.map((error) => ({
    line: lines.linePos(error.pos[0]).line,
    message: oneLine(error.message, 200),
  }));
  return { file: { path, text, document, lineOf: (offset) => lines.linePos(offset).line }, faults };
}

/** As `readYaml`, for a file that has to be readable. */
export function openYaml(path: string, text: string): YamlFile {
  const { file, faults } = readYaml(path, text);
  const first = faults[0];
  if (first !== undefined) {
    throw new SluiceError('schema_drift', {
      cause: `${path} is not one YAML document: line ${first.line}: ${first.message}.`,
      remedy: 'Nothing was changed. Have the file corrected at the named line first.',
    });
  }
  return file;
}

export function followed(file: YamlFile, node: unknown): unknown {
  return isAlias(node) ? node.resolve(file.document) : node;
}

export function mapOf(file: YamlFile, node: unknown): YAMLMap | undefined {
  const real = followed(file, node);
  return isMap(real) ? real : undefined;
}

export function itemsOf(file: YamlFile, node: unknown): unknown[] {
  const real = followed(file, node);
  return isSeq(real) ? real.items : [];
}

/** A value as it stands in the source, quotes off: a number of 40 digits keeps all of them. */
export function sourceOf(file: YamlFile, node: unknown): string | undefined {
  const real = followed(file, node);
  if (!isScalar(real)) return undefined;
  return scalarSource(real);
}

export function scalarSource(scalar: Scalar): string {
  return scalar.source ?? (scalar.value === null ? '' : String(scalar.value));
}

/** Text under a key; undefined when it is missing, empty or no scalar. */
export function textAt(file: YamlFile, map: YAMLMap | undefined, key: string): string | undefined {
  const source = map === undefined ? undefined : sourceOf(file, map.get(key, true));
  return source === '' ? undefined : source;
}

const LEAVES_LIMIT = 200_000;

/** Every leaf of a document by its place, in source form; what an alias names counts in each place. */
export function leavesOf(file: YamlFile): Map<string, string> {
  const leaves = new Map<string, string>();
  const walk = (node: unknown, at: At): void => {
    if (leaves.size > LEAVES_LIMIT) {
      throw new SluiceError('schema_drift', {
        cause: `${file.path} holds more than ${LEAVES_LIMIT} values.`,
        remedy: 'Nothing was changed. This file has to be edited by hand.',
      });
    }
    const real = followed(file, node);
    const key = JSON.stringify(at);
    if (isMap(real)) {
      leaves.set(key, '{}');
      for (const pair of real.items) walk(pair.value, [...at, keyText(pair.key)]);
    } else if (isSeq(real)) {
      leaves.set(key, '[]');
      for (const [index, item] of real.items.entries()) walk(item, [...at, index]);
    } else {
      leaves.set(key, isScalar(real) ? `=${scalarSource(real)}` : '');
    }
  };
  walk(file.document.contents, []);
  return leaves;
}

function keyText(key: unknown): string {
  if (isScalar(key)) return scalarSource(key);
  return isCollection(key) ? JSON.stringify(key) : '';
}

export function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function isNode(node: unknown): node is Node {
  return isScalar(node) || isCollection(node) || isAlias(node);
}
