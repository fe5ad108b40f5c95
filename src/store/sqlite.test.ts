import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { headOf, nextOf, rowOf } from '../../test/support/journal-faults.ts';
import { QUICK } from '../../test/support/quick.ts';
import { sha256 } from '../kit/canonical.ts';
import { findChainFault, type JournalEntry } from './journal.ts';
import { MIGRATIONS } from './schema.ts';
import { openSqliteStore } from './sqlite.ts';
import type { Store } from './store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-store-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function open() {
  const store = await openSqliteStore(folder);
  onTestFinished(() => store.close());
  return store;
}

async function begun() {
  const store = await open();
  const first = nextOf([]);
  expect(await store.open(rowOf(first), first, [])).toBe(true);
  return { store, first };
}

const moduleUrl = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);

/** Runs a script in so many processes at once, each with its own `store` on the folder; what they print. */
async function inProcesses(count: number, script: string): Promise<string[]> {
  const text = `
    const { openSqliteStore } = await import(${moduleUrl('./sqlite.ts')});
    const store = await openSqliteStore(${JSON.stringify(folder)});
    ${script}
    await store.close();`;
  const run = async () =>
    (
      await promisify(execFile)(process.execPath, ['--import', QUICK, '--input-type=module', '-e', text])
    ).stdout.trim();
  return await Promise.all(Array.from({ length: count }, run));
}

async function headIn(store: Store): Promise<{ seq: number; hash: string } | undefined> {
  const row = await store.find('flow-1');
  return row === undefined ? undefined : { seq: row.headSeq, hash: row.headHash };
}

describe('append', () => {
  it('is the lock: of two writers with one sequence number one wins', async () => {
    const { store, first } = await begun();
    const mine = nextOf([first], 'flow-1', { by: 'me' });
    const theirs = nextOf([first], 'flow-1', { by: 'them' });
    const won = await Promise.all([store.append(mine, []), store.append(theirs, [])]);
    expect(won.toSorted()).toEqual([false, true]);
    const entries = await store.entries('flow-1');
    expect(entries).toEqual([first, won[0] ? mine : theirs]);
    expect(findChainFault(entries, headOf(entries))).toBeUndefined();
  });

  it('promise 4: is the lock between processes too: three of them write one chain that holds', async () => {
    const { store } = await begun();
    const wins = await inProcesses(
      3,
      `const { nextOf } = await import(${moduleUrl('../../test/support/journal-faults.ts')});
       let won = 0;
       while (won < 15) {
         const entries = await store.entries('flow-1');
         if (await store.append(nextOf(entries, 'flow-1', { by: process.pid }), [])) won += 1;
       }
       console.log(won);`,
    );
    expect(wins).toEqual(['15', '15', '15']);
    const entries = await store.entries('flow-1');
    expect(entries).toHaveLength(46);
    expect(findChainFault(entries, await headIn(store))).toBeUndefined();
    expect(new Set(entries.slice(1).map(({ data }) => data.by)).size).toBe(3);
  });

  it('takes the next number alone: none twice, none left out, none of a run that is not there', async () => {
    const { store, first } = await begun();
    const second = nextOf([first]);
    const third = nextOf([first, second]);
    expect(await store.append(third, [])).toBe(false);
    expect(await store.append(second, [])).toBe(true);
    expect(await store.append(second, [])).toBe(false);
    expect(await store.append({ ...third, run: 'nobody' }, [])).toBe(false);
    expect(await store.entries('flow-1')).toHaveLength(2);
  });

  it('moves the head of the row with the entry, and what else changes in it', async () => {
    const { store, first } = await begun();
    const second = { ...nextOf([first]), at: '2026-06-26T00:00:00Z' };
    await store.append(second, [], { state: 'done', closed: true, nextAt: 5 });
    expect(await store.find('flow-1')).toEqual(
      rowOf(first, {
        headSeq: 2,
        headHash: second.hash,
        updatedAt: second.at,
        state: 'done',
        closed: true,
        nextAt: 5,
      }),
    );
    await store.note('flow-1', { nextAt: null });
    expect(await store.find('flow-1')).toMatchObject({ nextAt: null, state: 'done' });
  });

  it('writes nothing at all when it loses', async () => {
    const { store, first } = await begun();
    const payload = { digest: 'sha256:x', body: '{}' };
    expect(await store.append(nextOf([first, first]), [payload])).toBe(false);
    expect(await store.payloads(['sha256:x'])).toEqual(new Map());
  });
});

describe('a run', () => {
  it('is the only open one of its flow and key', async () => {
    const { store, first } = await begun();
    const twin = { ...nextOf([], 'flow-1.2') };
    expect(await store.open(rowOf(twin), twin, [])).toBe(false);
    expect(await store.open(rowOf(first), first, [])).toBe(false);
    const other = nextOf([], 'other-1');
    expect(await store.open(rowOf(other, { flow: 'other' }), other, [])).toBe(true);
    await store.note('flow-1', { closed: true });
    expect(await store.open(rowOf(twin), twin, [])).toBe(true);
    expect((await store.findByKey('flow', '1')).map(({ id }) => id).toSorted()).toEqual([
      'flow-1',
      'flow-1.2',
    ]);
    expect((await store.findByKey(undefined, '1')).map(({ id }) => id)).toHaveLength(3);
    expect(await store.list()).toHaveLength(3);
  });

  it('is begun once when several processes begin it at the same time', async () => {
    const begin = `const { nextOf, rowOf } = await import(${moduleUrl('../../test/support/journal-faults.ts')});
      const first = nextOf([]);
      console.log(await store.open(rowOf(first), first, []));`;
    expect((await inProcesses(3, begin)).toSorted()).toEqual(['false', 'false', 'true']);
    expect(await (await open()).entries('flow-1')).toEqual([nextOf([])]);
  });

  it('keeps what it was told over a restart, and large values beside the chain', async () => {
    const { store, first } = await begun();
    const body = JSON.stringify({ log: 'ä'.repeat(5_000) });
    const payload = { digest: `sha256:${sha256(body)}`, body };
    const second = nextOf([first], 'flow-1', { result: { $payload: payload.digest }, deep: [{ a: null }] });
    await store.append(second, [payload, payload]);
    await store.close();
    const again = await open();
    expect(await again.entries('flow-1')).toEqual([first, second]);
    expect(await again.entries('flow-1', 1)).toEqual([second]);
    expect(await again.payloads([payload.digest, 'sha256:none'])).toEqual(new Map([[payload.digest, body]]));
    expect(await again.find('nobody')).toBeUndefined();
  });
});

it('promise 4: six processes that begin on an empty folder at once all find it made', async () => {
  expect(await inProcesses(6, 'console.log((await store.list()).length);')).toEqual([
    '0',
    '0',
    '0',
    '0',
    '0',
    '0',
  ]);
  const database = new DatabaseSync(join(folder, 'sluice.db'));
  onTestFinished(() => database.close());
  expect(
    database
      .prepare('select version from migrations')
      .all()
      .map((row) => row.version),
  ).toEqual(MIGRATIONS.map((_, index) => index + 1));
});

describe('promise 6: state of a newer version', () => {
  it('is refused and left as it is', async () => {
    await (await open()).close();
    const database = new DatabaseSync(join(folder, 'sluice.db'));
    database.exec(`insert into migrations values (${MIGRATIONS.length + 1})`);
    database.close();
    await expect(openSqliteStore(folder)).rejects.toMatchObject({
      code: 'precondition',
      message: `This state was written by a newer version of Sluice (schema ${MIGRATIONS.length + 1}, known here: ${MIGRATIONS.length}).`,
      remedy: 'Use the version that wrote it, or a newer one.',
    });
  });
});

describe('promise 5: a damaged file', () => {
  const damaged = async (): Promise<unknown> => {
    try {
      const store = await open();
      return await store.entries('flow-1');
    } catch (error) {
      return error;
    }
  };

  it.each([
    [
      'is not a database',
      Buffer.from('this is not a database at all, but it is long enough to be read as one '.repeat(20)),
    ],
    ['has a torn page', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4080, 0xff)])],
  ])('that %s is named with its remedy and left as it is', async (_name, bytes) => {
    const file = join(folder, 'sluice.db');
    writeFileSync(file, bytes);
    expect(await damaged()).toMatchObject({
      code: 'precondition',
      rule: 'journal-chain',
      message: expect.stringContaining(`The journal file ${file} is damaged`),
      remedy: expect.stringContaining('sluice journal verify'),
    });
    expect(statSync(file).size).toBe(bytes.length);
  });

  it('names the entry whose text is no JSON any more', async () => {
    const { store } = await begun();
    await store.close();
    const database = new DatabaseSync(join(folder, 'sluice.db'));
    database.exec("update journal set data = '{' where seq = 1");
    database.close();
    expect(await damaged()).toMatchObject({
      code: 'precondition',
      rule: 'journal-chain',
      message: 'Entry 1 of run flow-1 is damaged: it is not JSON.',
    });
  });

  it('does not hide that any column of any row was changed', async () => {
    const { store, first } = await begun();
    const entries: JournalEntry[] = [first];
    for (let i = 0; i < 3; i += 1) {
      const next = nextOf(entries);
      entries.push(next);
      await store.append(next, []);
    }
    const database = new DatabaseSync(join(folder, 'sluice.db'));
    onTestFinished(() => database.close());
    const changes = {
      at: "'2026-01-01T00:00:00Z'",
      wall: '7',
      kind: "'x'",
      step: "'other'",
      data: `'{"n":9}'`,
      prev: "'0'",
      hash: "'0'",
    };
    for (const [column, value] of Object.entries(changes)) {
      database.exec(`begin; update journal set ${column} = ${value} where seq = 3`);
      const rows = database.prepare('select * from journal order by seq').all();
      const read = rows.map((row) => ({ ...row, data: JSON.parse(String(row.data)) }) as JournalEntry);
      expect(findChainFault(read, headOf(entries)), column).toMatchObject({ seq: 3 });
      database.exec('rollback');
    }
  });
});
