import type { JournalEntry } from './journal.ts';

/** What a list shows of a run without reading its journal. */
export interface RunRow {
  id: string;
  flow: string;
  key: string;
  state: string;
  closed: boolean;
  sandbox: boolean;
  openedAt: string;
  updatedAt: string;
  /** When somebody should look at it again (the world's time, milliseconds); null when nothing is due. */
  nextAt: number | null;
  headSeq: number;
  headHash: string;
}

/** What changes in the row together with an entry. */
export interface RowChange {
  state?: string;
  nextAt?: number | null;
  closed?: boolean;
}

/** A large value that stands beside the chain, named by the digest of its text. */
export interface Payload {
  digest: string;
  body: string;
}

/**
 * Where journals live. `append` is the lock: it succeeds for one writer per sequence number, and
 * everything else in the engine rests on that alone.
 */
export interface Store {
  /** What people may be told: the place of the journals. */
  readonly location: string;
  /** False when an open run holds this flow and key already. */
  open(row: RunRow, first: JournalEntry, payloads: readonly Payload[]): Promise<boolean>;
  /** False when this sequence number is taken. */
  append(entry: JournalEntry, payloads: readonly Payload[], change?: RowChange): Promise<boolean>;
  /** Updates the row alone (what a list shows). */
  note(runId: string, change: RowChange): Promise<void>;
  entries(runId: string, afterSeq?: number): Promise<JournalEntry[]>;
  payloads(digests: readonly string[]): Promise<Map<string, string>>;
  find(runId: string): Promise<RunRow | undefined>;
  findByKey(flow: string | undefined, key: string): Promise<RunRow[]>;
  list(): Promise<RunRow[]>;
  /** The installation's own chain, which belongs to no run. */
  ledger(): Promise<JournalEntry[]>;
  /** False when this sequence number is taken. */
  appendLedger(entry: JournalEntry): Promise<boolean>;
  close(): Promise<void>;
}

/** Stands where an entry of a journal names its run. No run can be called so. */
export const LEDGER = '@ledger';
