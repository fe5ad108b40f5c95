import { GENESIS, hashEntry, type JournalEntry } from '../../src/store/journal.ts';
import type { RunRow } from '../../src/store/store.ts';

/** A chain of so many entries that holds. */
export function chainOf(length: number, run = 'flow-1'): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (let seq = 1; seq <= length; seq += 1) entries.push(nextOf(entries, run));
  return entries;
}

export function nextOf(
  entries: readonly JournalEntry[],
  run = 'flow-1',
  data: Record<string, unknown> = {},
): JournalEntry {
  const seq = entries.length + 1;
  const bare = {
    run,
    seq,
    at: '2026-06-25T12:00:00Z',
    wall: 1_000 + seq,
    kind: 'step.looked',
    step: seq === 1 ? null : `step-${seq % 3}`,
    data: { n: seq, cause: `cause ${seq}`, ...data },
    prev: entries.at(-1)?.hash ?? GENESIS,
  };
  return { ...bare, hash: hashEntry(bare) };
}

export function headOf(entries: readonly JournalEntry[]): { seq: number; hash: string } {
  return { seq: entries.length, hash: entries.at(-1)?.hash ?? GENESIS };
}

export function rowOf(first: JournalEntry, change: Partial<RunRow> = {}): RunRow {
  return {
    id: first.run,
    flow: 'flow',
    key: '1',
    state: 'running',
    closed: false,
    sandbox: false,
    openedAt: first.at,
    updatedAt: first.at,
    nextAt: null,
    headSeq: 1,
    headHash: first.hash,
    ...change,
  };
}
