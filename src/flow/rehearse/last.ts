import type { Store } from '../../store/store.ts';
import { type Rehearsal, readLedger } from '../ledger.ts';

export type RehearsalEntry = Rehearsal & {
  /** World time, ms. */
  at: number;
};

/** The last rehearsal of each version of each flow, in the order in which they were held. */
export async function lastRehearsals(store: Store): Promise<RehearsalEntry[]> {
  const last = new Map<string, RehearsalEntry>();
  for (const entry of await readLedger(store)) {
    if (entry.kind !== 'rehearsal.recorded') continue;
    const name = `${entry.data.flow} ${entry.data.flow_hash}`;
    last.delete(name);
    last.set(name, { ...entry.data, at: entry.at });
  }
  return [...last.values()];
}
