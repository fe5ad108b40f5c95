import { oneLine } from '../kit/text.ts';

type Row = Record<string, unknown>;
const CELL = 60;
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
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((column) =>
    rows.some((row) => cell(row[column]) !== ''),
  );
  const cells = rows.map((row) => columns.map((column) => cell(row[column])));
  const widths = columns.map((column, i) =>
    Math.max(3, words(column).length, ...cells.map((line) => line[i]?.length ?? 0)),
  );
  const line = (values: readonly string[]) =>
    `| ${values.map((value, i) => value.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [
    line(columns.map(words)),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...cells.map(line),
  ].join('\n');
}

function cell(value: unknown, cap = CELL): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) {
    return oneLine(value.some(isRow) ? `${value.length}` : value.map((item) => cell(item)).join(', '), cap);
  }
  if (isRow(value)) {
    const parts = Object.entries(value).filter(([, inner]) => cell(inner) !== '');
    return oneLine(parts.map(([name, inner]) => `${words(name)} ${cell(inner)}`).join(', '), cap);
  }
  return oneLine(String(value), cap).replaceAll('|', '\\|');
}

const words = (name: string) => name.replaceAll('_', ' ');
const heading = (name: string, level: number) => `${'#'.repeat(level)} ${words(name)}`;

function isRow(value: unknown): value is Row {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
