import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { answerOf, cliWorld } from '../support/cli-world.ts';

const world = cliWorld();
const ID = 'z-stream-4.20.27';
const Verify = z.object({
  ok: z.boolean(),
  journals: z.array(
    z.object({
      release_id: z.string(),
      ok: z.boolean(),
      fault: z.object({ seq: z.int(), what: z.string() }).nullable(),
    }),
  ),
});
let entries = 0;

beforeAll(async () => {
  const begun = await world.json('drive', 'z-stream', 'release=4.20.27');
  expect(begun.code).toBe(0);
  const database = new DatabaseSync(join(world.home(), 'sluice.db'));
  entries = database.prepare('select * from journal').all().length;
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  expect(entries).toBeGreaterThan(10);
}, 60_000);

/** A copy of the state folder with a fault in it, and settings that name it. */
function damaged(name: string, change: (file: string) => void) {
  const home = join(world.folder(), name);
  cpSync(world.home(), home, { recursive: true });
  change(join(home, 'sluice.db'));
  return { home, config: world.settings(name, { state: { home } }) };
}

const sql = (text: string) => (file: string) => {
  const database = new DatabaseSync(file);
  database.exec(text);
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
};

const FAULTS: [string, (file: string) => void, RegExp, number][] = [
  [
    'flipped',
    sql(
      `update journal set data = replace(data, 'metadata', 'metadatb'), step = replace(step, 'metadata', 'metadatb') where seq = 2`,
    ),
    /entry 2 was changed after it was written/,
    2,
  ],
  [
    'flipped-time',
    sql('update journal set wall = wall + 1 where seq = 3'),
    /entry 3 was changed after it was written/,
    3,
  ],
  [
    'cut-in-the-middle',
    sql('delete from journal where seq = 4'),
    /entry 4 is missing \(the next one is 5\)/,
    4,
  ],
  [
    'cut-at-the-end',
    sql('delete from journal where seq = (select max(seq) from journal)'),
    /the journal was cut: it ends at \d+, its head was \d+/,
    0,
  ],
  [
    'cut-with-its-head',
    sql(`delete from journal where seq > 5; update runs set head_seq = 6`),
    /the journal was cut: it ends at 5, its head was 6/,
    6,
  ],
  [
    'payload-changed',
    sql(`update payloads set body = replace(body, 'e', 'f')`),
    /the payload of entry \d+ is changed/,
    0,
  ],
  ['payload-gone', sql('delete from payloads'), /the payload of entry \d+ is missing/, 0],
];

describe.each(FAULTS)('promise 5: a journal that is %s', (name, change, what, seq) => {
  it('is named with its entry by verify, and nothing is driven, approved or cancelled on it', async () => {
    const { home, config } = damaged(name, change);
    const ran = await world.json('journal', 'verify', '--config', config);
    expect(ran.code).toBe(3);
    const { ok, journals } = answerOf(ran, Verify);
    expect(ok).toBe(false);
    expect(journals[0]).toMatchObject({
      release_id: ID,
      ok: false,
      fault: { what: expect.stringMatching(what) },
    });
    if (seq > 0) expect(journals[0]?.fault?.seq).toBe(seq);
    for (const verb of [
      ['drive', ID],
      ['status', ID],
      ['cancel', ID, '--reason', 'because'],
    ]) {
      const error = await world.refused(
        [...verb, '--config', config],
        { exit: 3, code: 'precondition' },
        home,
      );
      expect(error).toMatchObject({
        cause: expect.stringMatching(what),
        remedy: expect.stringContaining('sluice journal verify'),
        rule: 'journal-chain',
      });
    }
  });
});

it('promise 5: a journal that was rewritten as a whole is found by the head that was known', async () => {
  const known = 'f'.repeat(64);
  const ran = await world.json('journal', 'verify', ID, '--head', known);
  expect(ran.code).toBe(3);
  expect(answerOf(ran, Verify).journals[0]?.fault?.what).toBe(
    `the head ${known} is not in this journal: it was cut or rewritten`,
  );
});

it('promise 5: a file that is no database is named and left as it is', async () => {
  const { home, config } = damaged('no-database', (file) =>
    writeFileSync(file, 'not a database '.repeat(1_000)),
  );
  for (const verb of [['drive', ID], ['list'], ['journal', 'verify']]) {
    const error = await world.refused([...verb, '--config', config], { exit: 3, code: 'precondition' }, home);
    expect(error).toMatchObject({
      cause: expect.stringContaining(`${join(home, 'sluice.db')} is damaged`),
      rule: 'journal-chain',
    });
  }
});

describe('a journal in a file', () => {
  it('goes out, comes in elsewhere as it was, and holds there', async () => {
    const file = join(world.folder(), 'export.jsonl');
    expect((await world.json('journal', 'export', ID, '--out', file)).code).toBe(0);
    const elsewhere = world.settings('elsewhere', { state: { home: join(world.folder(), 'elsewhere') } });
    expect((await world.json('journal', 'import', file, '--config', elsewhere)).code).toBe(0);
    const verified = await world.json('journal', 'verify', '--config', elsewhere);
    expect(verified.code).toBe(0);
    const again = join(world.folder(), 'again.jsonl');
    await world.json('journal', 'export', ID, '--out', again, '--config', elsewhere);
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(file, 'utf8'));
    expect((await world.json('status', ID, '--config', elsewhere)).stdout).toBe(
      (await world.json('status', ID)).stdout,
    );
    const twice = await world.refused(
      ['journal', 'import', file, '--config', elsewhere],
      { exit: 3, code: 'conflict' },
      join(world.folder(), 'elsewhere'),
    );
    expect(twice.cause).toContain(`${ID} (or an open run with its key) is here already`);
  });

  it.each<[string, (lines: string[]) => string[], RegExp]>([
    [
      'with an entry changed',
      (lines) => lines.map((line, i) => (i === 3 ? line.replace(/"wall":\d+/, '"wall":1') : line)),
      /entry 3 was changed/,
    ],
    ['with an entry left out', (lines) => lines.filter((_, i) => i !== 3), /entry 3 is missing/],
    ['cut', (lines) => lines.slice(0, 6), /the journal was cut/],
    [
      'with a payload changed',
      (lines) =>
        lines.map((line) => line.replace('{"payload":{"digest":"sha256:', '{"payload":{"digest":"sha256:0')),
      /the payload .* was changed/,
    ],
    ['without its head', (lines) => lines.slice(1), /its first line is not sluice-journal\/1/],
    [
      'of another format',
      (lines) =>
        lines.map((line, i) => (i === 0 ? line.replace('sluice-journal/1', 'sluice-journal/9') : line)),
      /its first line is not/,
    ],
    ['with prose in it', (lines) => [...lines, 'approved'], /line \d+ is not a line of an export/],
    ['that is empty', () => [], /its first line is not/],
  ])('%s is not taken in', async (name, change, what) => {
    const file = join(world.folder(), `${name.replaceAll(' ', '-')}.jsonl`);
    const whole = (await world.run('journal', 'export', ID)).stdout.trim().split('\n');
    writeFileSync(file, change(whole).join('\n'));
    const home = join(world.folder(), 'import-state');
    const config = world.settings('import', { state: { home } });
    await world.run('list', '--config', config);
    const error = await world.refused(
      ['journal', 'import', file, '--config', config],
      { exit: 3, code: 'precondition' },
      home,
    );
    expect(error.cause).toMatch(what);
    expect(error.cause).toContain(file);
  });
});
