import { readFile } from 'node:fs/promises';
import { canonicalJson } from '../../kit/canonical.ts';
import { type DsseSigner, type Envelope, envelope } from '../../kit/dsse.ts';
import { demandRow, exportLines } from '../journal-files.ts';
import type { EngineServices } from '../services.ts';
import { type Answer, answersOf } from './answers.ts';
import { pageOf } from './page.ts';
import { type EvidenceRecord, readRecord } from './record.ts';
import { statementsOf } from './statements.ts';

export const BUNDLE_FORMAT = 'sluice-evidence/1';
export const IN_TOTO = 'application/vnd.in-toto+json';

/** Everything that an auditor needs, in one file. What is derived can be derived again from `journal`. */
export interface Bundle {
  format: typeof BUNDLE_FORMAT;
  release_id: string;
  sandbox: boolean;
  answers: Answer[];
  /** Markdown. */
  page: string;
  /** in-toto statements in DSSE envelopes; unsigned where no key was given. */
  attestations: Envelope[];
  /** The key that signed the attestations, as the bundle claims; null when they are unsigned. */
  signed_by: string | null;
  /** Who could approve, when the bundle was made. A verifier may bring a list of their own. */
  policy: {
    allowed_signers: string | null;
    roles: Record<string, string[]>;
    aliases: Record<string, string[]>;
  };
  /** The export of the journal: the row, each entry, each payload. */
  journal: string[];
}

export async function recordOf(id: string, services: Pick<EngineServices, 'store'>): Promise<EvidenceRecord> {
  const { store } = services;
  const row = await demandRow(store, id);
  return await readRecord(row, await store.entries(row.id), store);
}

export async function makeBundle(
  id: string,
  services: Pick<EngineServices, 'store' | 'approvals'>,
  signer?: DsseSigner,
): Promise<Bundle> {
  const record = await recordOf(id, services);
  const answers = answersOf(record);
  const { allowedSigners, roles, aliases } = services.approvals;
  const lists = (from: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(Object.entries(from).map(([name, members]) => [name, [...members]]));
  return {
    format: BUNDLE_FORMAT,
    release_id: record.row.id,
    sandbox: record.row.sandbox,
    answers,
    page: pageOf(record, answers),
    attestations: statementsOf(record).map((one) => envelope(IN_TOTO, canonicalJson(one), signer)),
    signed_by: signer?.publicKey ?? null,
    policy: {
      allowed_signers:
        allowedSigners === undefined ? null : await readFile(allowedSigners, 'utf8').catch(() => null),
      roles: lists(roles),
      aliases: lists(aliases),
    },
    // Of the same reading: somebody may drive on meanwhile.
    journal: await exportLines(record.row, record.entries, services.store),
  };
}
