import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { type CellWrite, isFormula, stored } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { OVERALL_CELL } from './layout.ts';

export const TEMPLATE = 'template';

/** The wanted cells as effects: at most one for texts and one for formulas, a request each. */
export function cellEffects(
  client: SheetsClient,
  document: string,
  tab: string,
  cells: readonly CellWrite[],
): Effect[] {
  const kinds = [
    cells.filter(({ value }) => !isFormula(value)),
    cells.filter(({ value }) => isFormula(value)),
  ];
  return kinds.filter(({ length }) => length > 0).map((some) => cellEffect(client, document, tab, some));
}

function cellEffect(
  client: SheetsClient,
  document: string,
  tab: string,
  cells: readonly CellWrite[],
): Effect {
  const names = cells.map(({ cell }) => cell);
  const wanted = cells.map(({ value }) => stored(value));
  return {
    key: `sheets/${document}/${tab}/${names.join(',')}`,
    preview: {
      system: 'sheets',
      action: 'set cells',
      target: `${tab}!${names.join(', ')}`,
      after: Object.fromEntries(names.map((name, index) => [name, wanted[index] ?? ''])),
    },
    // A sheet that holds the values already is left alone: nothing is written twice.
    find: async () => {
      const held = await existing(client, document, tab, names);
      if (held === undefined) return absent;
      return wanted.every((value, index) => held[index] === value) ? present({ cells: names }) : absent;
    },
    send: async (permit) => ({ updated: await client.write(document, tab, cells, permit) }),
  };
}

/** Undefined while there is no such tab: in a plan it may be made by the effect before. */
async function existing(
  client: SheetsClient,
  document: string,
  tab: string,
  names: readonly string[],
): Promise<string[] | undefined> {
  if ((await client.tab(document, tab)) === undefined) return undefined;
  return await client.cells(document, tab, names);
}

/** A tab named like the release, made from the template. */
export function tabEffect(client: SheetsClient, document: string, title: string): Effect {
  return {
    key: `sheets/${document}/tab/${title}`,
    preview: {
      system: 'sheets',
      action: 'duplicate tab',
      target: `${TEMPLATE} as ${title}`,
      after: { title },
    },
    find: async () => {
      const tab = await client.tab(document, title);
      return tab === undefined ? absent : present(tab);
    },
    send: async (permit) => {
      const template = await client.tab(document, TEMPLATE);
      if (template === undefined) throw noTab(TEMPLATE, document);
      return await client.duplicateTab(document, template, title, permit);
    },
  };
}

/** A new report begins green; one that people work on keeps its colour. */
export function colourEffect(client: SheetsClient, document: string, tab: string): Effect {
  return {
    key: `sheets/${document}/${tab}/${OVERALL_CELL}`,
    preview: {
      system: 'sheets',
      action: 'set cells',
      target: `${tab}!${OVERALL_CELL}`,
      after: { [OVERALL_CELL]: 'Green' },
    },
    find: async () => {
      const [colour = ''] = (await existing(client, document, tab, [OVERALL_CELL])) ?? [];
      return ['Green', 'Red'].includes(colour) ? present({ colour }) : absent;
    },
    send: async (permit) => ({
      updated: await client.write(document, tab, [{ cell: OVERALL_CELL, value: 'Green' }], permit),
    }),
  };
}

export function noTab(title: string, document: string): SluiceError {
  return new SluiceError('not_found', {
    cause: `sheets: document ${document} has no tab ${title}.`,
    remedy:
      title === TEMPLATE
        ? 'Make a tab named template: new reports are copies of it.'
        : 'Check the release; sheets_create_report makes its tab.',
  });
}
