import { join, resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, sql } from 'kysely';
import { SluiceError } from '../kit/errors.ts';
import { assertWritable, prepareStateFolder } from './folder.ts';
import type { JournalEntry } from './journal.ts';
import { MIGRATIONS, type Tables } from './schema.ts';
import { LEDGER, type Payload, type RowChange, type RunRow, type Store } from './store.ts';

export interface SqliteStore extends Store {
  /** Throws before any effect when its folder could not take an outcome. */
  assertWritable(): Promise<void>;
}

const open = new Map<string, { store: Promise<SqliteStore>; users: number }>();

/**
 * Opens (and makes, and brings up to date) the journals of a state folder. Within one process they
 * share a connection: SQLite waits for a lock synchronously, and two connections would wait for
 * each other.
 */
export async function openSqliteStore(folder: string): Promise<SqliteStore> {
  const file = join(resolve(folder), 'sluice.db');
  const shared = open.get(file) ?? { store: openFile(resolve(folder)), users: 0 };
  open.set(file, shared);
  shared.users += 1;
  const release = () => {
    shared.users -= 1;
    if (shared.users === 0) open.delete(file);
    return shared.users === 0;
  };
  try {
    const store = await shared.store;
    await store.assertWritable();
    let closed = false;
    return {
      ...store,
      close: async () => {
        if (closed) return;
        closed = true;
        if (release()) await store.close();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function openFile(folder: string): Promise<SqliteStore> {
  await prepareStateFolder(folder);
  await assertWritable(folder);
  const file = join(folder, 'sluice.db');
  const guarded = guardFor(file);
  const database = await guarded(async () => {
    const opened = new DatabaseSync(file, { timeout: 10_000 });
    opened.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
    return opened;
  });
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: asKyselyDatabase(database) }) });
  const inTransaction = async <T>(work: (trx: Kysely<Tables>) => Promise<T>): Promise<T> =>
    await guarded(
      async () =>
        await db.connection().execute(async (connection) => {
          // Kysely would begin deferred; two processes that upgrade at once would then fail at once.
          await sql`begin immediate`.execute(connection);
          try {
            const result = await work(connection);
            await sql`commit`.execute(connection);
            return result;
          } catch (error) {
            await sql`rollback`.execute(connection).catch(() => undefined);
            throw error;
          }
        }),
    );
  await inTransaction(migrate);

  const writeEntry = async (trx: Kysely<Tables>, entry: JournalEntry, payloads: readonly Payload[]) => {
    for (const payload of payloads) {
      await trx
        .insertInto('payloads')
        .values(payload)
        .onConflict((c) => c.doNothing())
        .execute();
    }
    await trx
      .insertInto('journal')
      .values({ ...entry, data: JSON.stringify(entry.data) })
      .execute();
  };

  const entriesOf = async (runId: string, afterSeq: number) =>
    await guarded(async () => {
      const rows = await db
        .selectFrom('journal')
        .selectAll()
        .where('run', '=', runId)
        .where('seq', '>', afterSeq)
        .orderBy('seq')
        .execute();
      return rows.map((row) => ({ ...row, data: parseData(row.data, row.run, row.seq) }));
    });

  return {
    location: file,
    assertWritable: async () => await assertWritable(folder),

    open: async (row, first, payloads) =>
      await inTransaction(async (trx) => {
        const holder = await trx
          .selectFrom('runs')
          .select('id')
          .where((where) =>
            where.or([
              where('id', '=', row.id),
              where.and([where('flow', '=', row.flow), where('key', '=', row.key), where('closed', '=', 0)]),
            ]),
          )
          .executeTakeFirst();
        if (holder !== undefined) return false;
        await trx.insertInto('runs').values(fromRow(row)).execute();
        await writeEntry(trx, first, payloads);
        return true;
      }),

    append: async (entry, payloads, change) =>
      await inTransaction(async (trx) => {
        const row = await trx
          .selectFrom('runs')
          .select('head_seq')
          .where('id', '=', entry.run)
          .executeTakeFirst();
        if (row === undefined || row.head_seq !== entry.seq - 1) return false;
        await writeEntry(trx, entry, payloads);
        await trx
          .updateTable('runs')
          .set({
            head_seq: entry.seq,
            head_hash: entry.hash,
            updated_at: entry.at,
            ...fromChange(change ?? {}),
          })
          .where('id', '=', entry.run)
          .execute();
        return true;
      }),

    note: async (runId, change) => {
      const fields = fromChange(change);
      if (Object.keys(fields).length === 0) return;
      await guarded(async () => await db.updateTable('runs').set(fields).where('id', '=', runId).execute());
    },

    entries: async (runId, afterSeq = 0) => await entriesOf(runId, afterSeq),

    payloads: async (digests) => {
      if (digests.length === 0) return new Map();
      const rows = await guarded(
        async () =>
          await db
            .selectFrom('payloads')
            .selectAll()
            .where('digest', 'in', [...digests])
            .execute(),
      );
      return new Map(rows.map(({ digest, body }) => [digest, body]));
    },

    find: async (runId) => {
      const row = await guarded(
        async () => await db.selectFrom('runs').selectAll().where('id', '=', runId).executeTakeFirst(),
      );
      return row === undefined ? undefined : toRow(row);
    },

    findByKey: async (flow, key) => {
      let query = db.selectFrom('runs').selectAll().where('key', '=', key);
      if (flow !== undefined) query = query.where('flow', '=', flow);
      return (await guarded(async () => await query.orderBy('opened_at', 'desc').execute())).map(toRow);
    },

    list: async () =>
      (
        await guarded(
          async () => await db.selectFrom('runs').selectAll().orderBy('opened_at', 'desc').execute(),
        )
      ).map(toRow),

    ledger: async () => await entriesOf(LEDGER, 0),

    appendLedger: async (entry) =>
      await inTransaction(async (trx) => {
        const last = await trx
          .selectFrom('journal')
          .select((select) => select.fn.max('seq').as('seq'))
          .where('run', '=', LEDGER)
          .executeTakeFirst();
        if (Number(last?.seq ?? 0) !== entry.seq - 1) return false;
        await writeEntry(trx, entry, []);
        return true;
      }),

    close: async () => {
      await db.destroy();
    },
  };
}

async function migrate(trx: Kysely<Tables>): Promise<void> {
  await sql`create table if not exists migrations (version integer primary key)`.execute(trx);
  const done = await trx.selectFrom('migrations').select('version').execute();
  const version = Math.max(0, ...done.map((row) => row.version));
  if (version > MIGRATIONS.length) {
    throw new SluiceError('precondition', {
      cause: `This state was written by a newer version of Sluice (schema ${version}, known here: ${MIGRATIONS.length}).`,
      remedy: 'Use the version that wrote it, or a newer one.',
    });
  }
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index < version) continue;
    for (const statement of statements) await sql.raw(statement).execute(trx);
    await trx
      .insertInto('migrations')
      .values({ version: index + 1 })
      .execute();
  }
}

/** Turns SQLite's faults into refusals that say what to do. */
function guardFor(file: string): <T>(work: () => Promise<T>) => Promise<T> {
  return async (work) => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SluiceError || !(error instanceof Error)) throw error;
      if (/malformed|not a database|disk image/i.test(error.message)) {
        throw new SluiceError('precondition', {
          cause: `The journal file ${file} is damaged: ${error.message}.`,
          remedy: `Keep it as it is, put a good copy in its place (or \`sluice journal import\` an export), then run \`sluice journal verify\`.`,
          rule: 'journal-chain',
        });
      }
      if (/database is locked|busy/i.test(error.message)) {
        throw new SluiceError('conflict', {
          cause: `The journal ${file} is held by another process for too long.`,
          remedy: 'Try again; if it stays so, find out which process holds it.',
        });
      }
      if (/readonly|disk is full|disk I\/O|unable to open/i.test(error.message)) {
        throw new SluiceError('precondition', {
          cause: `The journal ${file} cannot be written: ${error.message}.`,
          remedy: 'Make the state folder writable and free some space, or point SLUICE_HOME elsewhere.',
          rule: 'state-folder',
        });
      }
      throw error;
    }
  };
}

function parseData(text: string, run: string, seq: number): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new SluiceError('precondition', {
      cause: `Entry ${seq} of run ${run} is damaged: it is not JSON.`,
      remedy: 'Put a good copy of the journal in its place, then run `sluice journal verify`.',
      rule: 'journal-chain',
    });
  }
}

function fromRow(row: RunRow): Tables['runs'] {
  return {
    id: row.id,
    flow: row.flow,
    key: row.key,
    state: row.state,
    closed: row.closed ? 1 : 0,
    sandbox: row.sandbox ? 1 : 0,
    opened_at: row.openedAt,
    updated_at: row.updatedAt,
    next_at: row.nextAt,
    head_seq: row.headSeq,
    head_hash: row.headHash,
  };
}

function toRow(row: Tables['runs']): RunRow {
  return {
    id: row.id,
    flow: row.flow,
    key: row.key,
    state: row.state,
    closed: row.closed === 1,
    sandbox: row.sandbox === 1,
    openedAt: row.opened_at,
    updatedAt: row.updated_at,
    nextAt: row.next_at,
    headSeq: row.head_seq,
    headHash: row.head_hash,
  };
}

function fromChange(change: RowChange): Partial<Tables['runs']> {
  return {
    ...(change.state === undefined ? {} : { state: change.state }),
    ...(change.nextAt === undefined ? {} : { next_at: change.nextAt }),
    ...(change.closed === undefined ? {} : { closed: change.closed ? 1 : 0 }),
  };
}

/** Kysely speaks to better-sqlite3; node:sqlite differs in how parameters and rows are passed. */
function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (text) => {
      const statement = database.prepare(text);
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)) as IterableIterator<unknown>,
      };
    },
  };
}
