import { oneLine } from '../kit/text.ts';

type Row = Record<string, unknown>;
const CELL = 56;
const DIGEST = /^(sha256:)?[0-9a-f]{40,64}$/;
const DEPTH = 3;

/**
 * A structured answer as a person reads it, in Markdown: the summary, then its values, each list of
 * objects as a table, and at the end what comes next.
 */
export function readable(result: unknown): string {
  if (!isRow(result)) return cell(result);
  const { summary, next, ...rest } = result;
  const parts = [summary === undefined ? '' : String(summary), ...sections(rest, 2)];
  if (next !== undefined && next !== null && next !== '') parts.push(`Next: ${cell(next, 1_000)}`);
  return parts.filter((part) => part !== '').join('\n\n');
}

function sections(row: Row, level: number): string[] {
  const plain: string[] = [];
  const blocks: string[] = [];
  for (const [name, value] of Object.entries(row)) {
    if (value === null || value === undefined || value === '') continue;
    if (Array.isArray(value) && value.some(isRow)) {
      blocks.push(`${heading(name, level)}\n\n${table(value.filter(isRow))}`);
    } else if (isRow(value) && level < 2 + DEPTH) {
      const inner = sections(value, level + 1);
      if (inner.length > 0) blocks.push([heading(name, level), ...inner].join('\n\n'));
    } else if (!Array.isArray(value) || value.length > 0) {
      plain.push(`- ${words(name)}: ${cell(value, 400)}`);
    }
  }
  return plain.length > 0 ? [plain.join('\n'), ...blocks] : blocks;
}

function table(rows: readonly Row[]): string {
  const all = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const filled = all.filter((column) => rows.some((row) => cell(row[column]) !== ''));
  // Seconds stand beside the same time in words, for programs.
  const wanted = filled.filter((column) => !(column.endsWith('_s') && filled.includes(column.slice(0, -2))));
  const same = wanted.filter(
    (column) => rows.length > 1 && new Set(rows.map((row) => cell(row[column]))).size === 1,
  );
  const columns = same.length === wanted.length ? wanted : wanted.filter((column) => !same.includes(column));
  const cells = rows.map((row) => columns.map((column) => cell(row[column])));
  const widths = columns.map((column, i) =>
    Math.max(3, words(column).length, ...cells.map((line) => line[i]?.length ?? 0)),
  );
  const line = (values: readonly string[]) =>
    `| ${values.map((value, i) => value.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const common = same.length === wanted.length ? [] : same;
  const each = common.map((column) => `${words(column)} ${cell(rows[0]?.[column])}`).join(', ');
  return [
    ...(each === '' ? [] : [`Each: ${each}`, '']),
    line(columns.map(words)),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...cells.map(line),
  ].join('\n');
}

function cell(value: unknown, cap = CELL): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) {
    return short(value.some(isRow) ? `${value.length}` : value.map((item) => cell(item)).join(', '), cap);
  }
  if (isRow(value)) {
    const parts = Object.entries(value).filter(([, inner]) => cell(inner) !== '');
    return short(parts.map(([name, inner]) => `${words(name)} ${cell(inner)}`).join(', '), cap);
  }
  const text = String(value);
  // A digest that is cut is of no use.
  return (DIGEST.test(text) ? text : short(text, cap)).replaceAll('|', '\\|');
}

function short(text: string, cap: number): string {
  const line = oneLine(text, Number.MAX_SAFE_INTEGER);
  return line.length <= cap ? line : `${line.slice(0, cap - 1)}…`;
}

const words = (name: string) => name.replaceAll('_', ' ');
const heading = (name: string, level: number) => `${'#'.repeat(level)} ${words(name)}`;

function isRow(value: unknown): value is Row {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
