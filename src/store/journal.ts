import { canonicalJson, sha256 } from '../kit/canonical.ts';

/** One line of a run's history. `hash` covers everything else, also the hash before it. */
export interface JournalEntry {
  run: string;
  /** 1, 2, 3 … without a gap. */
  seq: number;
  /** The world's time, ISO. */
  at: string;
  /** This machine's time, milliseconds: what leases count in. */
  wall: number;
  kind: string;
  step: string | null;
  data: Record<string, unknown>;
  prev: string;
  hash: string;
}

export const GENESIS = '0'.repeat(64);

export function hashEntry(entry: Omit<JournalEntry, 'hash'>): string {
  const { run, seq, at, wall, kind, step, data, prev } = entry;
  return sha256(canonicalJson({ run, seq, at, wall, kind, step, data, prev }));
}

export interface ChainFault {
  seq: number;
  what: string;
}

/** The first place where a chain does not hold; undefined when it holds to its head. */
export function findChainFault(
  entries: readonly JournalEntry[],
  head: { seq: number; hash: string } | undefined,
): ChainFault | undefined {
  let prev = GENESIS;
  let seq = 0;
  for (const entry of entries) {
    seq += 1;
    if (entry.seq !== seq)
      return { seq, what: `entry ${seq} is missing (the next one is ${JSON.stringify(entry.seq)})` };
    if (entry.prev !== prev) return { seq, what: `entry ${seq} does not follow the one before it` };
    if (hashEntry(entry) !== entry.hash)
      return { seq, what: `entry ${seq} was changed after it was written` };
    prev = entry.hash;
  }
  if (head === undefined) return undefined;
  if (head.seq > seq)
    return { seq: seq + 1, what: `the journal was cut: it ends at ${seq}, its head was ${head.seq}` };
  const atHead = entries[head.seq - 1];
  if (atHead === undefined || atHead.hash !== head.hash) {
    return { seq: head.seq, what: `entry ${head.seq} is not the head that was published` };
  }
  return undefined;
}
