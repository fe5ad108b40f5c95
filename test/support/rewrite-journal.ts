import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { findChainFault, hashEntry, type JournalEntry } from '../../src/store/journal.ts';

interface Changes {
  entry?: (entry: JournalEntry) => JournalEntry;
  /** Of what stands beside the chain. */
  payload?: (body: string) => string;
}

/** Forges a journal so well that its chain holds: what somebody can do who owns the state folder. */
export function rewriteJournal(folder: string, { entry: change, payload }: Changes): void {
  const database = new DatabaseSync(`${folder}/state/sluice.db`);
  const renamed = new Map<string, string>();
  for (const { digest, body } of database.prepare('select digest, body from payloads').all()) {
    const after = payload?.(String(body)) ?? String(body);
    const name = `sha256:${createHash('sha256').update(after).digest('hex')}`;
    if (name === digest) continue;
    renamed.set(String(digest), name);
    database.prepare('insert or ignore into payloads (digest, body) values (?, ?)').run(name, after);
  }
  const entries: JournalEntry[] = [];
  for (const row of database.prepare('select * from journal order by seq').all()) {
    let data = String(row.data);
    for (const [before, after] of renamed) data = data.replaceAll(before, after);
    const read = { ...row, data: JSON.parse(data) } as JournalEntry;
    const bare = { ...(change?.(read) ?? read), prev: entries.at(-1)?.hash ?? read.prev };
    entries.push({ ...bare, hash: hashEntry(bare) });
  }
  for (const { seq, data, prev, hash } of entries) {
    database
      .prepare('update journal set data = ?, prev = ?, hash = ? where seq = ?')
      .run(JSON.stringify(data), prev, hash, seq);
  }
  database.prepare('update runs set head_hash = ?').run(entries.at(-1)?.hash ?? '');
  database.close();
  const fault = findChainFault(entries, undefined);
  if (fault !== undefined) throw new Error(`the forgery is seen: ${fault.what}`);
}
