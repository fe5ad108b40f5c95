import { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { at, type CellWrite, isFormula, stored } from './cells.ts';
import { DocumentAnswer, DuplicateAnswer, UpdateAnswer, ValuesAnswer } from './schema.ts';
import { Transport } from './transport.ts';

/** For the mirror of a journal; other modules reach this module through this file. */
export { taskMirror } from './mirror.ts';

export interface Tab {
  id: number;
  title: string;
}

export interface Document {
  id: string;
  title: string;
  url: string | null;
  tabs: Tab[];
}

export interface SheetsClientOptions {
  /** By y-stream. */
  documents: Readonly<Record<string, string>>;
}

/** Google Sheets v4: the documents that the settings name, and no other. */
export class SheetsClient {
  readonly #transport: Transport;
  readonly #documents: ReadonlyMap<string, string>;

  constructor(http: Http, options: SheetsClientOptions) {
    this.#transport = new Transport(http);
    this.#documents = new Map(Object.entries(options.documents));
  }

  /** The y-streams that have a document. */
  streams(): string[] {
    return [...this.#documents.keys()];
  }

  /** The document of `4.20` or of `4.20.27`. */
  documentOf(name: string): string {
    const yStream = name.split('.').slice(0, 2).join('.');
    const id = this.#documents.get(yStream);
    if (id !== undefined) return id;
    throw new SluiceError('precondition', {
      cause: `sheets: there is no document for ${yStream}; the settings name ${this.streams().join(', ') || 'none'}.`,
      remedy: `Set modules.sheets.documents.${yStream} to the id of its spreadsheet.`,
    });
  }

  async document(id: string): Promise<Document> {
    const answer = await this.#transport.call(
      DocumentAnswer,
      async (sheets, options) =>
        await sheets.spreadsheets.get(
          {
            spreadsheetId: id,
            includeGridData: false,
            fields: 'properties.title,spreadsheetUrl,sheets.properties(sheetId,title)',
          },
          options,
        ),
    );
    return {
      id,
      title: answer.properties?.title ?? '',
      url: answer.spreadsheetUrl ?? null,
      tabs: answer.sheets.map(({ properties: { sheetId, title } }) => ({ id: sheetId, title })),
    };
  }

  async tab(id: string, title: string): Promise<Tab | undefined> {
    return (await this.document(id)).tabs.find((tab) => tab.title === title);
  }

  /** Rows of each range, as `shown` to people or with the formulas that make them (`entered`). */
  async values(
    id: string,
    tab: string,
    ranges: readonly string[],
    render: 'shown' | 'entered' = 'shown',
  ): Promise<string[][][]> {
    const answer = await this.#transport.call(
      ValuesAnswer,
      async (sheets, options) =>
        await sheets.spreadsheets.values.batchGet(
          {
            spreadsheetId: id,
            ranges: ranges.map((range) => at(tab, range)),
            majorDimension: 'ROWS',
            valueRenderOption: render === 'shown' ? 'FORMATTED_VALUE' : 'FORMULA',
          },
          options,
        ),
    );
    if (answer.valueRanges.length !== ranges.length) {
      throw new SluiceError('schema_drift', {
        cause: `sheets: ${ranges.length} ranges of ${id} were asked for, ${answer.valueRanges.length} were answered.`,
        remedy: 'Look again; if it stays so, the API has changed.',
      });
    }
    return answer.valueRanges.map(({ values }) => values.map((row) => row.map((cell) => String(cell ?? ''))));
  }

  /** Single cells with their formulas; an empty one is an empty text. */
  async cells(id: string, tab: string, cells: readonly string[]): Promise<string[]> {
    return (await this.values(id, tab, cells, 'entered')).map((rows) => rows[0]?.[0] ?? '');
  }

  /** Copies a tab behind the last one. The outside refuses a title that is taken. */
  async duplicateTab(id: string, template: Tab, title: string, permit: Permit): Promise<Tab> {
    const { replies } = await this.#transport.call(
      DuplicateAnswer,
      async (sheets, options) =>
        await sheets.spreadsheets.batchUpdate(
          {
            spreadsheetId: id,
            requestBody: {
              requests: [{ duplicateSheet: { sourceSheetId: template.id, newSheetName: title } }],
            },
          },
          options,
        ),
      permit,
    );
    const { sheetId } = z
      .object({ sheetId: z.int(), title: z.string() })
      .parse(replies[0]?.duplicateSheet?.properties);
    return { id: sheetId, title };
  }

  /** Texts are stored as they are (RAW); only a formula of ours is parsed. One kind in one request. */
  async write(id: string, tab: string, cells: readonly CellWrite[], permit: Permit): Promise<number> {
    const formulas = cells.filter(({ value }) => isFormula(value)).length;
    if (formulas !== 0 && formulas !== cells.length) throw new Error('texts and formulas in one request');
    const answer = await this.#transport.call(
      UpdateAnswer,
      async (sheets, options) =>
        await sheets.spreadsheets.values.batchUpdate(
          {
            spreadsheetId: id,
            requestBody: {
              valueInputOption: formulas === 0 ? 'RAW' : 'USER_ENTERED',
              data: cells.map(({ cell, value }) => ({ range: at(tab, cell), values: [[stored(value)]] })),
            },
          },
          options,
        ),
      permit,
    );
    return answer.totalUpdatedCells ?? cells.length;
  }
}
