import { z } from 'zod';
import type { World } from '../world.ts';

/** A cell as it was entered; text that only looks like a formula is none. */
export interface Cell {
  value: string;
  formula: boolean;
}

export interface Tab {
  title: string;
  id: number;
  cells: Map<string, Cell>;
}

const Kept = z.object({ value: z.string(), formula: z.boolean() });
const Made = z.object({ id: z.number(), cells: z.record(z.string(), Kept) });

export function placeOf(document: string): string[] {
  return ['sheets', 'documents', document, 'tabs'];
}

/** Undefined for a document that nobody has. */
export function tabsOf(world: World, document: string): Map<string, Tab> | undefined {
  const scenario = world.scenario.sheets?.documents[document];
  if (scenario === undefined) return undefined;
  const place = placeOf(document);
  const tabs = new Map<string, Tab>();
  for (const [index, [title, { cells }]] of Object.entries(scenario.tabs).entries()) {
    const entered = Object.entries(cells).map(([at, value]) => [at, entry(value, true)] as const);
    tabs.set(title, { title, id: index, cells: new Map(entered) });
  }
  const changed = world.changedUnder(place).map((path) => path.split('\n'));
  for (const [title = '', ...rest] of changed) {
    if (rest.length > 0) continue;
    const made = Made.parse(changedValue(world, [...place, title]));
    tabs.set(title, { title, id: made.id, cells: new Map(Object.entries(made.cells)) });
  }
  for (const [title = '', ...rest] of changed) {
    const at = rest[1];
    if (at === undefined) continue;
    tabs.get(title)?.cells.set(at, Kept.parse(changedValue(world, [...place, title, ...rest])));
  }
  return tabs;
}

function changedValue(world: World, path: readonly string[]): unknown {
  return world.current<unknown>(path, [], (value) => JSON.parse(value));
}

/** RAW stores text; USER_ENTERED takes = for a formula and a quote for text. */
export function entry(value: string, parsed: boolean): Cell {
  if (!parsed) return { value, formula: false };
  if (value.startsWith("'")) return { value: value.slice(1), formula: false };
  return { value, formula: value.startsWith('=') };
}

/** What a formula shows; we know but one. */
export function shownAs({ value, formula }: Cell): string {
  if (!formula) return value;
  const text = /^=HYPERLINK\("(?:[^"]|"")*",\s*"((?:[^"]|"")*)"\)$/i.exec(value)?.[1];
  return text === undefined ? '#ERROR!' : text.replaceAll('""', '"');
}

export interface Range {
  tab: string;
  columns: [number, number];
  rows: [number, number];
}

export function parseRange(range: string): Range | undefined {
  const match = /^(?:'((?:[^']|'')+)'|([^'!]+))!([A-Z]{1,2})([1-9]\d*)(?::([A-Z]{1,2})([1-9]\d*))?$/.exec(
    range,
  );
  if (match === null) return undefined;
  const [, quoted, plain, fromColumn = 'A', fromRow = '1', toColumn = fromColumn, toRow = fromRow] = match;
  return {
    tab: quoted?.replaceAll("''", "'") ?? plain ?? '',
    columns: [columnNumber(fromColumn), columnNumber(toColumn)],
    rows: [Number(fromRow), Number(toRow)],
  };
}

function columnNumber(letters: string): number {
  return [...letters].reduce((total, letter) => total * 26 + letter.charCodeAt(0) - 64, 0);
}

export function cellName(column: number, row: number): string {
  const first = Math.floor((column - 1) / 26);
  const letter = (n: number) => String.fromCharCode(64 + n);
  return `${first > 0 ? letter(first) : ''}${letter(((column - 1) % 26) + 1)}${row}`;
}

/** Empty cells at the end of a row, and empty rows at the end, are left out, as Google does. */
export function valuesIn(
  { cells }: Tab,
  { columns, rows }: Range,
  render: (cell: Cell) => string,
): string[][] {
  const lines: string[][] = [];
  for (let row = rows[0]; row <= rows[1]; row += 1) {
    const line: string[] = [];
    for (let column = columns[0]; column <= columns[1]; column += 1) {
      const cell = cells.get(cellName(column, row));
      line.push(cell === undefined ? '' : render(cell));
    }
    while (line.at(-1) === '') line.pop();
    lines.push(line);
  }
  while (lines.at(-1)?.length === 0) lines.pop();
  return lines;
}
