import { isoTime } from '../../kit/clock.ts';
import type { JournalEntry } from '../../store/journal.ts';
import type { RunRow, Store } from '../../store/store.ts';
import { destinationOf, type Step } from '../definition.ts';
import type { Recorded } from '../facts.ts';
import { isNotice } from '../own-effects.ts';
import { hydrate } from '../run-journal.ts';
import { type EffectState, fold, type RunState, stepState } from '../state.ts';

/** One journal, read once: what every part of the evidence is derived from. */
export interface EvidenceRecord {
  row: RunRow;
  entries: readonly JournalEntry[];
  facts: readonly Recorded[];
  state: RunState;
}

export async function readRecord(
  row: RunRow,
  entries: readonly JournalEntry[],
  payloads: Pick<Store, 'payloads'>,
): Promise<EvidenceRecord> {
  const facts = await hydrate(entries, payloads);
  return { row, entries, facts, state: fold(facts) };
}

export interface DoneEffect {
  step: Step;
  effect: EffectState;
  environment: string;
  /** When its intent was written, before anything left; ISO. Null for what others had done before. */
  intendedAt: string | null;
  settledAt: string;
  /** Places in the journal. */
  from: number[];
}

/** Every effect that happened, in the order in which it was intended. Messages and mirrors change no product. */
export function effectsOf({ facts, state }: EvidenceRecord): DoneEffect[] {
  const done: DoneEffect[] = [];
  for (const fact of facts) {
    if (fact.kind !== 'effect.settled' || isNotice(fact.data.key)) continue;
    if (!['sent', 'found', 'adopted'].includes(fact.data.outcome)) continue;
    const step = state.opened.flow.steps.find(({ id }) => id === fact.step);
    const effect = stepState(state, fact.step).effects.get(fact.data.key);
    if (step === undefined || effect === undefined) continue;
    const intent = facts.findLast(
      (other) =>
        other.kind === 'effect.intended' &&
        other.step === fact.step &&
        other.data.key === fact.data.key &&
        other.seq < fact.seq,
    );
    done.push({
      step,
      effect,
      environment: destinationOf(state.opened.flow, step),
      intendedAt: intent === undefined ? null : isoTime(intent.at),
      settledAt: isoTime(fact.at),
      from: [...(intent === undefined ? [] : [intent.seq]), fact.seq],
    });
  }
  return done.sort((a, b) => (a.from[0] ?? 0) - (b.from[0] ?? 0));
}

export interface Artifact {
  /** An image without tag and digest, a repository, or the name of a payload. */
  name: string;
  digest: { sha256: string } | { gitCommit: string };
  /** The step whose result names it. */
  step: string;
}

const IMAGE = /^([a-z0-9.-]+(?::\d+)?\/[\w./-]+)(?::[\w.-]+)?@sha256:([0-9a-f]{64})$/;
const COMMIT = /^[0-9a-f]{40}$/;

/** What the steps of the run name by digest: images, and the commits that they were made of. */
export function artifactsOf({ state }: EvidenceRecord): Artifact[] {
  const found = new Map<string, Artifact>();
  const add = (artifact: Artifact) => {
    const key = `${artifact.name} ${JSON.stringify(artifact.digest)}`;
    if (!found.has(key)) found.set(key, artifact);
  };
  for (const [id, { result, status }] of state.steps) {
    if (status !== 'passed' || result === null || typeof result !== 'object') continue;
    const fields = Object.fromEntries(Object.entries(result));
    for (const value of Object.values(fields)) {
      const image = typeof value === 'string' ? IMAGE.exec(value) : null;
      if (image?.[1] !== undefined && image[2] !== undefined)
        add({ name: image[1], digest: { sha256: image[2] }, step: id });
    }
    const name = [fields.repository, fields.image, fields.pull_spec, fields.release, fields.name].find(
      (value) => typeof value === 'string',
    );
    const digest =
      typeof fields.digest === 'string' ? /^sha256:([0-9a-f]{64})$/.exec(fields.digest)?.[1] : undefined;
    if (digest !== undefined && typeof name === 'string')
      add({ name: name.replace(/[:@].*$/, ''), digest: { sha256: digest }, step: id });
    if (typeof fields.commit === 'string' && COMMIT.test(fields.commit))
      add({ name: typeof name === 'string' ? name : id, digest: { gitCommit: fields.commit }, step: id });
  }
  return [...found.values()];
}

/** The journal itself, as a subject where a run names nothing by digest. */
export function journalSubject({ row }: EvidenceRecord): { name: string; digest: { sha256: string } } {
  return { name: `journal/${row.id}`, digest: { sha256: row.headHash } };
}
