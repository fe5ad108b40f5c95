import { z } from 'zod';
import { sha256 } from '../kit/canonical.ts';
import { SluiceError } from '../kit/errors.ts';
import { type ChainFault, findChainFault, type JournalEntry } from '../store/journal.ts';
import type { Payload, RunRow, Store } from '../store/store.ts';
import { hydrate } from './run-journal.ts';

const FORMAT = 'sluice-journal/1';

export interface VerifyResult {
  release_id: string;
  ok: boolean;
  entries: number;
  head: string;
  fault: ChainFault | null;
}

/** Checks chains and payloads; with `head`, also that the journal still holds what it once held. */
export async function verifyJournals(
  store: Store,
  id: string | undefined,
  head: string | undefined,
): Promise<VerifyResult[]> {
  const rows = await store.list();
  const wanted = id === undefined ? rows : rows.filter((row) => row.id === id || row.key === id);
  if (id !== undefined && wanted.length === 0) {
    throw new SluiceError('not_found', {
      cause: `There is no release ${JSON.stringify(id)}.`,
      remedy: 'See `sluice list`.',
    });
  }
  const results: VerifyResult[] = [];
  for (const row of wanted) results.push(await verifyOne(store, row, head));
  return results;
}

async function verifyOne(store: Store, row: RunRow, head: string | undefined): Promise<VerifyResult> {
  const entries = await store.entries(row.id);
  let fault = findChainFault(entries, { seq: row.headSeq, hash: row.headHash }) ?? null;
  if (fault === null && head !== undefined && !entries.some((entry) => entry.hash === head)) {
    fault = { seq: entries.length, what: `the head ${head} is not in this journal: it was cut or rewritten` };
  }
  fault ??= await payloadFault(store, entries);
  return {
    release_id: row.id,
    ok: fault === null,
    entries: entries.length,
    head: entries.at(-1)?.hash ?? '',
    fault,
  };
}

async function payloadFault(store: Store, entries: readonly JournalEntry[]): Promise<ChainFault | null> {
  try {
    await hydrate(entries, store);
    return null;
  } catch (error) {
    return { seq: entries.length, what: error instanceof Error ? error.message : String(error) };
  }
}

const Entry = z.strictObject({
  run: z.string(),
  seq: z.int(),
  at: z.string(),
  wall: z.number(),
  kind: z.string(),
  step: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
  prev: z.string(),
  hash: z.string(),
});
const Line = z.union([
  z.strictObject({ format: z.string(), row: z.record(z.string(), z.unknown()) }),
  z.strictObject({ entry: Entry }),
  z.strictObject({ payload: z.strictObject({ digest: z.string(), body: z.string() }) }),
]);
const Row = z.strictObject({
  id: z.string(),
  flow: z.string(),
  key: z.string(),
  state: z.string(),
  closed: z.boolean(),
  sandbox: z.boolean(),
  openedAt: z.string(),
  updatedAt: z.string(),
  nextAt: z.number().nullable(),
  headSeq: z.int(),
  headHash: z.string(),
});

export async function exportJournal(store: Store, id: string): Promise<string[]> {
  const row = await demandRow(store, id);
  return await exportLines(row, await store.entries(row.id), store);
}

/** One JSON document a line: the row, the entries in order, the payloads that they name. */
export async function exportLines(
  row: RunRow,
  entries: readonly JournalEntry[],
  store: Pick<Store, 'payloads'>,
): Promise<string[]> {
  const digests = new Set<string>();
  for (const [digest] of JSON.stringify(entries).matchAll(/sha256:[0-9a-f]{64}/g)) digests.add(digest);
  const payloads = await store.payloads([...digests]);
  return [
    JSON.stringify({ format: FORMAT, row }),
    ...entries.map((entry) => JSON.stringify({ entry })),
    ...[...payloads].map(([digest, body]) => JSON.stringify({ payload: { digest, body } })),
  ];
}

/** By its id or its key. */
export async function demandRow(store: Store, id: string): Promise<RunRow> {
  const row = (await store.list()).find((candidate) => candidate.id === id || candidate.key === id);
  if (row !== undefined) return row;
  throw new SluiceError('not_found', {
    cause: `There is no release ${JSON.stringify(id)}.`,
    remedy: 'See `sluice list`.',
  });
}

export interface JournalExport {
  row: RunRow;
  entries: JournalEntry[];
  payloads: Payload[];
}

/** Reads an export. Throws `precondition` unless its chain and every payload hold. */
export function readExport(text: string, file: string): JournalExport {
  const refuse = (what: string) =>
    new SluiceError('precondition', {
      cause: `${file} was not taken: ${what}.`,
      remedy: 'Export the journal again with `sluice journal export`; nothing was changed here.',
      rule: 'journal-chain',
    });
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const parsed = lines.map((line, index) => {
    try {
      return Line.parse(JSON.parse(line));
    } catch {
      throw refuse(`line ${index + 1} is not a line of an export`);
    }
  });
  const [head] = parsed;
  if (head === undefined || !('format' in head) || head.format !== FORMAT)
    throw refuse(`its first line is not ${FORMAT}`);
  const row: RunRow = Row.parse(head.row);
  const entries = parsed.flatMap((line) => ('entry' in line ? [line.entry] : []));
  const payloads: Payload[] = parsed.flatMap((line) => ('payload' in line ? [line.payload] : []));
  if (entries.length === 0) throw refuse('it has no entries');
  const fault = findChainFault(entries, { seq: row.headSeq, hash: row.headHash });
  if (fault !== undefined) throw refuse(fault.what);
  const stranger = entries.find(({ run }) => run !== row.id);
  if (stranger !== undefined) throw refuse(`entry ${stranger.seq} is of another run`);
  const changed = payloads.find(({ digest, body }) => `sha256:${sha256(body)}` !== digest);
  if (changed !== undefined) throw refuse(`the payload ${changed.digest} was changed`);
  return { row, entries, payloads };
}

/** Takes an export in, if its chain holds and no such run is here. */
export async function importJournal(store: Store, text: string, file: string): Promise<string> {
  const { row, entries, payloads } = readExport(text, file);
  const [first, ...rest] = entries;
  if (first === undefined) throw new Error('an export has entries');
  const opened = await store.open(
    { ...row, closed: false, headSeq: 1, headHash: first.hash },
    first,
    payloads,
  );
  if (!opened) {
    throw new SluiceError('conflict', {
      cause: `${row.id} (or an open run with its key) is here already.`,
      remedy: 'Use another state folder (SLUICE_HOME).',
    });
  }
  for (const entry of rest) await store.append(entry, []);
  await store.note(row.id, { state: row.state, closed: row.closed, nextAt: row.nextAt });
  return row.id;
}
