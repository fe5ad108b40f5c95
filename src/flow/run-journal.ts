import { sha256 } from '../kit/canonical.ts';
import { type Clock, isoTime } from '../kit/clock.ts';
import { SluiceError } from '../kit/errors.ts';
import type { Redactor } from '../kit/redact.ts';
import { findChainFault, GENESIS, hashEntry, type JournalEntry } from '../store/journal.ts';
import type { Payload, RowChange, RunRow, Store } from '../store/store.ts';
import { type Fact, PAYLOAD_FIELDS, type Recorded, type RunOpened } from './facts.ts';
import { apply, fold, type RunState } from './state.ts';

/** Smaller values stay in their entry. */
const BESIDE_THE_CHAIN = 400;
const APPEND_TRIES = 100;

export interface JournalServices {
  store: Store;
  clock: Clock;
  redactor: Redactor;
}

interface AppendOptions {
  guard?: (state: RunState) => boolean;
  change?: RowChange;
}

/** The fact was about something that another driver has settled meanwhile. */
export class Superseded extends Error {}

/** One run's journal and the state folded from it. */
export class RunJournal {
  readonly id: string;
  readonly state: RunState;
  readonly #services: JournalServices;
  #head: string;
  /** Appends and refreshes of this process, one after the other: steps may look at the same time. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(id: string, state: RunState, head: string, services: JournalServices) {
    this.id = id;
    this.state = state;
    this.#head = head;
    this.#services = services;
  }

  /** Begins a run; undefined when an open run holds its flow and key. */
  static async begin(opened: RunOpened, services: JournalServices): Promise<RunJournal | undefined> {
    const { store, clock } = services;
    const now = await clock.now();
    const { entry, payloads } = makeEntry(
      opened.release_id,
      1,
      GENESIS,
      now,
      { kind: 'run.opened', data: opened },
      services,
    );
    const row: RunRow = {
      id: opened.release_id,
      flow: opened.flow.flow,
      key: opened.key,
      state: 'running',
      closed: false,
      sandbox: opened.sandbox,
      openedAt: isoTime(now),
      updatedAt: isoTime(now),
      nextAt: now,
      headSeq: 1,
      headHash: entry.hash,
    };
    if (!(await store.open(row, entry, payloads))) return undefined;
    return await RunJournal.load(opened.release_id, services);
  }

  static async load(id: string, services: JournalServices): Promise<RunJournal> {
    const row = await services.store.find(id);
    const entries = await services.store.entries(id);
    const fault = findChainFault(
      entries,
      row === undefined ? undefined : { seq: row.headSeq, hash: row.headHash },
    );
    if (fault !== undefined || row === undefined) throw brokenChain(id, fault?.what ?? 'its row is missing');
    const recorded = await hydrate(entries, services.store);
    return new RunJournal(id, fold(recorded), row.headHash, services);
  }

  /** Reads what others have appended. */
  refresh(): Promise<void> {
    return this.#inTurn(() => this.#refresh());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #refresh(): Promise<void> {
    const entries = await this.#services.store.entries(this.id, this.state.seq);
    for (const recorded of await hydrate(entries, this.#services.store)) apply(this.state, recorded);
    this.#head = entries.at(-1)?.hash ?? this.#head;
  }

  /**
   * Appends a fact. When others were faster their entries are read first, and `guard` says whether
   * the fact still makes sense; if not, `Superseded` is thrown and nothing is written.
   */
  append(fact: Fact, options: AppendOptions = {}): Promise<void> {
    return this.#inTurn(() => this.#append(fact, options));
  }

  async #append(fact: Fact, options: AppendOptions): Promise<void> {
    const { store, clock } = this.#services;
    for (let attempt = 0; attempt < APPEND_TRIES; attempt += 1) {
      if (options.guard !== undefined && !options.guard(this.state)) throw new Superseded(fact.kind);
      const { entry, payloads } = makeEntry(
        this.id,
        this.state.seq + 1,
        this.#head,
        await clock.now(),
        fact,
        this.#services,
      );
      if (await store.append(entry, payloads, options.change)) {
        const [recorded] = await hydrate([entry], store);
        if (recorded !== undefined) apply(this.state, recorded);
        this.#head = entry.hash;
        return;
      }
      await this.#refresh();
    }
    throw new SluiceError('conflict', {
      cause: `Run ${this.id}: ${APPEND_TRIES} others wrote first, again and again.`,
      remedy: 'Too many drivers work on this run at once: stop some and drive again.',
    });
  }
}

function brokenChain(id: string, what: string): SluiceError {
  return new SluiceError('precondition', {
    cause: `The journal of ${id} does not hold: ${what}. Nothing was sent.`,
    remedy: `Run \`sluice journal verify ${id}\`, put a good copy of the journal in its place, then drive again.`,
    rule: 'journal-chain',
  });
}

function makeEntry(
  run: string,
  seq: number,
  prev: string,
  now: number,
  fact: Fact,
  { clock, redactor }: JournalServices,
): { entry: JournalEntry; payloads: Payload[] } {
  const data = redactor.deep(JSON.parse(JSON.stringify(fact.data))) as Record<string, unknown>;
  const payloads: Payload[] = [];
  for (const field of PAYLOAD_FIELDS) {
    if (data[field] === undefined) continue;
    // Not canonical: the order of a flow's phases and options is for people.
    const body = JSON.stringify(data[field]);
    if (body.length <= BESIDE_THE_CHAIN) continue;
    const digest = `sha256:${sha256(body)}`;
    payloads.push({ digest, body });
    data[field] = { $payload: digest };
  }
  const step = 'step' in fact ? fact.step : null;
  const bare = { run, seq, at: isoTime(now), wall: clock.wall(), kind: fact.kind, step, data, prev };
  return { entry: { ...bare, hash: hashEntry(bare) }, payloads };
}

function payloadDigest(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object' || !('$payload' in value)) return undefined;
  return String(value.$payload);
}

/** How the row changes with `run.closed`: due until its last messages have left, whoever closed it may die before. */
export async function closedRow(
  state: Extract<Fact, { kind: 'run.closed' }>['data']['state'],
  clock: Clock,
): Promise<RowChange> {
  return { closed: true, state, nextAt: await clock.now() };
}

/** Fills in what stands beside the chain, and checks it against the digest in the chain. */
export async function hydrate(
  entries: readonly JournalEntry[],
  store: Pick<Store, 'payloads'>,
): Promise<Recorded[]> {
  const digests = entries.flatMap((entry) =>
    PAYLOAD_FIELDS.flatMap((field) => payloadDigest(entry.data[field]) ?? []),
  );
  const bodies = await store.payloads([...new Set(digests)]);
  return entries.map((entry) => {
    const data = { ...entry.data };
    for (const field of PAYLOAD_FIELDS) {
      const digest = payloadDigest(data[field]);
      if (digest === undefined) continue;
      const body = bodies.get(digest);
      if (body === undefined || `sha256:${sha256(body)}` !== digest) {
        throw brokenChain(
          entry.run,
          `the payload of entry ${entry.seq} is ${body === undefined ? 'missing' : 'changed'}`,
        );
      }
      data[field] = JSON.parse(body);
    }
    const { seq, wall, kind, step } = entry;
    // The chain holds, so this is what this program (or an older one) wrote.
    return {
      seq,
      wall,
      kind,
      at: Date.parse(entry.at),
      data,
      ...(step === null ? {} : { step }),
    } as Recorded;
  });
}
