import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import { CELL_PATTERN, CellValue, RANGE_PATTERN, splitRange, TAB_PATTERN } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { cellEffects, noTab } from './effects.ts';

const defineTool = toolsOf<SheetsClient>();

const Document = z
  .string()
  .regex(/^\d+\.\d{1,2}$/, 'a y-stream such as 4.20')
  .meta({ description: 'The y-stream whose document it is; the settings name them.' });

const named = (range: RegExp) => {
  const tab = TAB_PATTERN.source.slice(1, -1);
  return new RegExp(`^('${tab}'|${tab})!${range.source.slice(1, -1)}$`);
};

const readRange = defineTool({
  name: 'sheets_read_range',
  title: 'Read a range of a report sheet',
  description: `
Cells of one of the documents in the settings, row by row, as people see them; with formulas true, as they were entered.`,
  effect: 'read',
  input: z.object({
    document: Document,
    range: z.string().max(120).regex(named(RANGE_PATTERN), 'tab!B1:C9').describe('4.20.27!B8:B19'),
    formulas: z.boolean().default(false),
  }),
  output: z.object({
    document: z.string(),
    range: z.string(),
    values: z.array(z.array(z.string())),
    summary: z.string(),
  }),
  run: async ({ document, range, formulas }, { client }) => {
    const id = client.documentOf(document);
    const { tab, range: rest } = splitRange(range);
    if ((await client.tab(id, tab)) === undefined) throw noTab(tab, id);
    const [values = []] = await client.values(id, tab, [rest], formulas ? 'entered' : 'shown');
    return {
      document,
      range,
      values,
      summary: `${range} of ${document} has ${values.length} rows with values.`,
    };
  },
});

const updateCells = defineTool({
  name: 'sheets_update_cells',
  title: 'Update cells of a report sheet',
  description: `
Sets single cells of one tab. Texts are stored as they are, never run: one that begins like a formula gets a quote in
front. The one formula is {formula: hyperlink, url, text}. Cells that hold their value already are not written.`,
  effect: 'update',
  key: 'sheets/<document>/<tab>/<cells>: the cells hold the values',
  settles: '5s',
  input: z.object({
    document: Document,
    cells: z
      .array(
        z.strictObject({
          range: z.string().max(120).regex(named(CELL_PATTERN), 'tab!B4').describe('4.20.27!B8'),
          value: CellValue,
        }),
      )
      .min(1)
      .max(100),
  }),
  output: z.object({
    document: z.string(),
    tab: z.string(),
    written: z
      .array(z.string())
      .meta({ description: 'Cells that were written; the others held their value.' }),
    summary: z.string(),
  }),
  effects: async ({ document, cells }, { client }) => {
    const id = client.documentOf(document);
    const { tab, writes } = oneTab(cells);
    if ((await client.tab(id, tab)) === undefined) throw noTab(tab, id);
    return cellEffects(client, id, tab, writes);
  },
  result: async ({ document, cells }, _context, done) => {
    const { tab } = oneTab(cells);
    const written = done
      .filter(({ outcome }) => outcome !== 'adopted')
      .flatMap(({ key }) => key.split('/').at(-1)?.split(',') ?? []);
    const what = written.length === 0 ? 'held everything already' : `got ${written.join(', ')}`;
    return { document, tab, written, summary: `${tab} of ${document} ${what}.` };
  },
});

function oneTab(cells: readonly { range: string; value: z.output<typeof CellValue> }[]) {
  const parts = cells.map(({ range, value }) => ({ ...splitRange(range), value }));
  const tab = parts[0]?.tab ?? '';
  const seen = new Set(parts.map(({ range }) => range));
  if (parts.some((part) => part.tab !== tab) || seen.size !== parts.length) {
    throw new SluiceError('invalid_input', {
      cause: 'sheets_update_cells takes cells of one tab, each once.',
      remedy: 'Call it once for each tab.',
    });
  }
  return { tab, writes: parts.map(({ range, value }) => ({ cell: range, value })) };
}

export const rangeTools = [readRange, updateCells];
