import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { emitItems, emitMap, emitPair, type Plain } from './pyyaml/emit.ts';

/** One change of the file, named by where it is. */
export type Change =
  | { set: readonly (string | number)[]; to: Plain }
  | { append: 'tasks' | 'issues'; item: { readonly [key: string]: Plain } };

type Fields = { [key: string]: Plain };

/** Puts changes into the text; every byte outside of them stays what it was. */
export function edit(text: string, changes: readonly Change[]): string {
  return changes.reduce(editOnce, text);
}

function editOnce(text: string, change: Change): string {
  const document = parseDocument(text);
  const path = 'set' in change ? change.set : [change.append];
  const wanted = wantedAfter(document.toJS(), change);
  const edited = 'set' in change ? setAt(text, document, path, change.to) : append(text, document, change);
  // Files that were written by hand may be of another style than can be edited in place.
  return edited !== undefined && holds(edited, wanted) ? edited : emitMap(wanted);
}

function wantedAfter(old: Fields, change: Change): Fields {
  const wanted = structuredClone(old);
  if ('append' in change) {
    const list = wanted[change.append];
    wanted[change.append] = [...(Array.isArray(list) ? list : []), change.item];
    return wanted;
  }
  let place: unknown = wanted;
  for (const step of change.set.slice(0, -1)) place = isRecord(place) ? place[step] : undefined;
  const key = change.set.at(-1);
  if (!isRecord(place) || key === undefined) throw new Error(`no ${change.set.join('.')} in this StateBox`);
  place[key] = change.to;
  return wanted;
}

function isRecord(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}

function holds(text: string, wanted: Fields): boolean {
  const document = parseDocument(text);
  return document.errors.length === 0 && JSON.stringify(document.toJS()) === JSON.stringify(wanted);
}

/** Replaces the pair at the path, or adds it behind the last one of its map. */
function setAt(
  text: string,
  document: Document,
  path: readonly (string | number)[],
  to: Plain,
): string | undefined {
  const [key, parents] = [path.at(-1), path.slice(0, -1)];
  const map: unknown = parents.length === 0 ? document.contents : document.getIn(parents, true);
  if (typeof key !== 'string' || !isMap(map)) return undefined;
  if (map.flow === true || map.items.length === 0) {
    // `{}` has no lines of its own: the pair that holds it is written again.
    return parents.length === 0 ? undefined : setAt(text, document, parents, { ...asPlain(map), [key]: to });
  }
  const pair = map.items.find((item) => keyOf(item) === key);
  if (pair !== undefined) return replacePair(text, pair, key, to);
  const last = endOf(map);
  const indent = columnOf(text, map);
  if (last === undefined || indent === undefined) return undefined;
  return insertLines(text, last, ' '.repeat(indent) + emitPair(key, to, indent));
}

function replacePair(text: string, pair: Pair, key: string, to: Plain): string | undefined {
  const [start] = rangeOf(pair.key) ?? [];
  const end = rangeOf(pair.value)?.[1];
  if (start === undefined || end === undefined) return undefined;
  const indent = start - (text.lastIndexOf('\n', start - 1) + 1);
  const written = emitPair(key, to, indent);
  const ended = text.slice(start, end).endsWith('\n');
  return text.slice(0, start) + (ended ? written : written.slice(0, -1)) + text.slice(end);
}

function append(
  text: string,
  document: Document,
  change: Extract<Change, { append: string }>,
): string | undefined {
  const list = document.get(change.append, true);
  if (!isSeq(list) || list.flow === true || list.items.length === 0) {
    if (isSeq(list) && list.items.length > 0) return undefined;
    return setAt(text, document, [change.append], [change.item]);
  }
  const first = rangeOf(list.items[0])?.[0];
  const end = endOf(list);
  if (first === undefined || end === undefined) return undefined;
  const dash = /^( *)- /.exec(text.slice(text.lastIndexOf('\n', first - 1) + 1))?.[1];
  return dash === undefined ? undefined : insertLines(text, end, emitItems([change.item], dash.length));
}

/** Inserts whole lines behind the line in which `at` lies. */
function insertLines(text: string, at: number, lines: string): string {
  if (text[at - 1] === '\n') return text.slice(0, at) + lines + text.slice(at);
  const lineEnd = text.indexOf('\n', at);
  if (lineEnd === -1) return `${text}\n${lines}`;
  return text.slice(0, lineEnd + 1) + lines + text.slice(lineEnd + 1);
}

/** Where the last value inside ends; a collection's own range may reach to the next key. */
function endOf(node: unknown): number | undefined {
  if (isMap(node)) return node.items.length === 0 ? rangeOf(node)?.[1] : endOf(node.items.at(-1)?.value);
  if (isSeq(node)) return node.items.length === 0 ? rangeOf(node)?.[1] : endOf(node.items.at(-1));
  return rangeOf(node)?.[1];
}

function rangeOf(node: unknown): Node['range'] {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined;
}

function keyOf(pair: Pair): unknown {
  return isScalar(pair.key) ? pair.key.value : pair.key;
}

function columnOf(text: string, map: YAMLMap): number | undefined {
  const start = rangeOf(map.items[0]?.key)?.[0];
  return start === undefined ? undefined : start - (text.lastIndexOf('\n', start - 1) + 1);
}

function asPlain(map: YAMLMap): Fields {
  return map.toJSON() as Fields;
}
