import { z } from 'zod';
import { bearer, type Call, json, type Reply, type System } from '../http.ts';
import type { World } from '../world.ts';
import { cellName, entry, parseRange, placeOf, shownAs, type Tab, tabsOf, valuesIn } from './sheets-cells.ts';

export const sheets: System = {
  name: 'sheets',
  guard: (call, _world, secret) =>
    bearer(call) === secret
      ? undefined
      : problem(401, 'Request had invalid authentication credentials.', 'UNAUTHENTICATED'),
  routes: [
    { method: 'GET', path: '/v4/spreadsheets/:doc', answer: document },
    { method: 'POST', path: '/v4/spreadsheets/:doc', mutates: true, answer: duplicate },
    { method: 'GET', path: '/v4/spreadsheets/:doc/values:batchGet', answer: batchGet },
    { method: 'POST', path: '/v4/spreadsheets/:doc/values:batchUpdate', mutates: true, answer: batchUpdate },
    { method: 'PUT', path: '/v4/spreadsheets/:doc/values/:range', mutates: true, answer: update },
  ],
};

function problem(code: number, message: string, status: string): Reply {
  return json(code, { error: { code, message, status } });
}

const unknownDocument = () => problem(404, 'Requested entity was not found.', 'NOT_FOUND');
const badRange = (range: string) => problem(400, `Unable to parse range: ${range}`, 'INVALID_ARGUMENT');

function document(call: Call, world: World): Reply {
  const id = call.param('doc');
  const tabs = tabsOf(world, id);
  if (tabs === undefined) return unknownDocument();
  return json(200, {
    spreadsheetId: id,
    properties: { title: world.scenario.sheets?.documents[id]?.title },
    spreadsheetUrl: `https://docs.google.com/spreadsheets/d/${id}/edit`,
    sheets: [...tabs.values()].map(({ id: sheetId, title }, index) => ({
      properties: { sheetId, title, index },
    })),
  });
}

const Duplicate = z.object({
  requests: z
    .array(
      z.strictObject({
        duplicateSheet: z.object({ sourceSheetId: z.number(), newSheetName: z.string().min(1) }),
      }),
    )
    .length(1),
});

/** `spreadsheets.batchUpdate`: of its many requests, the one that copies a tab. */
function duplicate(call: Call, world: World): Reply {
  const [, id = ''] = /^(.+):batchUpdate$/.exec(call.param('doc')) ?? [];
  const tabs = tabsOf(world, id);
  if (tabs === undefined) return unknownDocument();
  const asked = Duplicate.safeParse(call.body.fields);
  if (!asked.success) return problem(400, z.prettifyError(asked.error), 'INVALID_ARGUMENT');
  const [request] = asked.data.requests;
  const { sourceSheetId = -1, newSheetName: title = '' } = request?.duplicateSheet ?? {};
  const source = [...tabs.values()].find((tab) => tab.id === sourceSheetId);
  if (source === undefined) return problem(400, `No grid with id: ${sourceSheetId}`, 'INVALID_ARGUMENT');
  if (tabs.has(title)) {
    return problem(400, `A sheet with the name "${title}" already exists.`, 'INVALID_ARGUMENT');
  }
  const sheetId = 1000 + world.count('sheets');
  const made = { id: sheetId, cells: Object.fromEntries(source.cells) };
  world.change([...placeOf(id), title], JSON.stringify(made));
  world.effect('sheets', 'tab_created', `${id}/${title}`, { source: source.title });
  const properties = { sheetId, title, index: tabs.size };
  return json(200, { spreadsheetId: id, replies: [{ duplicateSheet: { properties } }] });
}

function batchGet(call: Call, world: World): Reply {
  const id = call.param('doc');
  const tabs = tabsOf(world, id);
  if (tabs === undefined) return unknownDocument();
  const formulas = call.query.get('valueRenderOption') === 'FORMULA';
  const valueRanges = [];
  for (const range of call.query.getAll('ranges')) {
    const parsed = parseRange(range);
    const tab = parsed === undefined ? undefined : tabs.get(parsed.tab);
    if (parsed === undefined || tab === undefined) return badRange(range);
    const values = valuesIn(tab, parsed, (cell) => (formulas ? cell.value : shownAs(cell)));
    valueRanges.push({ range, majorDimension: 'ROWS', ...(values.length === 0 ? {} : { values }) });
  }
  return json(200, { spreadsheetId: id, valueRanges });
}

const Data = z.object({ range: z.string(), values: z.array(z.array(z.string())) });
const BatchUpdate = z.object({ valueInputOption: z.enum(['RAW', 'USER_ENTERED']), data: z.array(Data) });

function batchUpdate(call: Call, world: World): Reply {
  const asked = BatchUpdate.safeParse(call.body.fields);
  if (!asked.success) return problem(400, z.prettifyError(asked.error), 'INVALID_ARGUMENT');
  return write(call.param('doc'), asked.data.data, asked.data.valueInputOption, world);
}

function update(call: Call, world: World): Reply {
  const option = z.enum(['RAW', 'USER_ENTERED']).safeParse(call.query.get('valueInputOption'));
  const values = Data.shape.values.safeParse(call.body.fields?.values);
  if (!option.success || !values.success) return problem(400, 'Invalid values.', 'INVALID_ARGUMENT');
  return write(call.param('doc'), [{ range: call.param('range'), values: values.data }], option.data, world);
}

function write(id: string, data: readonly z.infer<typeof Data>[], option: string, world: World): Reply {
  const tabs = tabsOf(world, id);
  if (tabs === undefined) return unknownDocument();
  const changes: { tab: Tab; at: string; value: string }[] = [];
  for (const { range, values } of data) {
    const parsed = parseRange(range);
    const tab = parsed === undefined ? undefined : tabs.get(parsed.tab);
    if (parsed === undefined || tab === undefined) return badRange(range);
    for (const [row, line] of values.entries()) {
      for (const [column, value] of line.entries()) {
        changes.push({ tab, at: cellName(parsed.columns[0] + column, parsed.rows[0] + row), value });
      }
    }
  }
  for (const { tab, at, value } of changes) {
    const cell = entry(value, option === 'USER_ENTERED');
    world.change([...placeOf(id), tab.title, 'cells', at], JSON.stringify(cell));
    world.effect('sheets', 'cell_set', `${id}/${tab.title}!${at}`, { ...cell });
  }
  return json(200, { spreadsheetId: id, totalUpdatedCells: changes.length });
}
