import { type Clock, isoTime } from '../kit/clock.ts';
import { SluiceError } from '../kit/errors.ts';
import type { Principal } from '../kit/principal.ts';
import type { Redactor } from '../kit/redact.ts';
import { findChainFault, GENESIS, hashEntry, type JournalEntry } from '../store/journal.ts';
import { LEDGER, type Store } from '../store/store.ts';

/** What concerns the whole installation, not one release. */
export type LedgerFact =
  | {
      kind: 'incident.declared';
      data: { incident: string; environment: string; reason: string; by: Principal };
    }
  | { kind: 'incident.resolved'; data: { incident: string; reason: string; by: Principal } }
  | { kind: 'rehearsal.recorded'; data: Rehearsal }
  /** A person said no to a call of an agent outside any run; the digest names exactly that call. */
  | { kind: 'confirmation.declined'; data: { digest: string; tool: string; by: Principal } };

export interface Rehearsal {
  flow: string;
  /** Of the flow as it was rehearsed: another version wants another rehearsal. */
  flow_hash: string;
  result: 'passed' | 'failed';
  /** What was tried and how it ended, a line each. */
  findings: string[];
  by: Principal;
  engine: string;
}

export type LedgerEntry = LedgerFact & { seq: number; at: number };

interface LedgerServices {
  store: Store;
  clock: Clock;
  redactor: Redactor;
}

const APPEND_TRIES = 20;

/** Everything in order. Throws when the chain does not hold. */
export async function readLedger(store: Store): Promise<LedgerEntry[]> {
  return (await sound(store)).map((entry) => {
    const { seq, at, kind, data } = entry;
    // The chain holds, so this is what this program (or an older one) wrote.
    return { seq, at: Date.parse(at), kind, data } as LedgerEntry;
  });
}

export async function appendLedger(fact: LedgerFact, services: LedgerServices): Promise<void> {
  const { store, clock, redactor } = services;
  for (let attempt = 0; attempt < APPEND_TRIES; attempt += 1) {
    const entries = await sound(store);
    const data = redactor.deep(JSON.parse(JSON.stringify(fact.data))) as Record<string, unknown>;
    const bare = {
      run: LEDGER,
      seq: entries.length + 1,
      at: isoTime(await clock.now()),
      wall: clock.wall(),
      kind: fact.kind,
      step: null,
      data,
      prev: entries.at(-1)?.hash ?? GENESIS,
    };
    if (await store.appendLedger({ ...bare, hash: hashEntry(bare) })) return;
  }
  throw new SluiceError('conflict', {
    cause: `The ledger in ${store.location} was written by others ${APPEND_TRIES} times in a row.`,
    remedy: 'Try again.',
  });
}

async function sound(store: Store): Promise<JournalEntry[]> {
  const entries = await store.ledger();
  const fault = findChainFault(entries, undefined);
  if (fault === undefined) return entries;
  throw new SluiceError('precondition', {
    cause: `The ledger in ${store.location} does not hold: ${fault.what}.`,
    remedy: 'Put a good copy of the state in its place, then run `sluice journal verify`.',
    rule: 'journal-chain',
  });
}
