import { type Clock, isoTime } from '../kit/clock.ts';
import { durationMs } from '../kit/duration.ts';
import type { Effect, EffectOutcome, Permit } from '../kit/effect.ts';
import { type SluiceError, toSluiceError } from '../kit/errors.ts';
import type { Fact } from './facts.ts';
import { self } from './owner.ts';
import { type RunJournal, Superseded } from './run-journal.ts';
import { type EffectState, stepState } from './state.ts';

/** It is not known whether an effect happened; nothing is sent until that is known. */
export class InDoubt extends Error {
  readonly lookAgainAt: number;
  /** The outside could not even be asked: a person should know. */
  readonly blocked: boolean;

  constructor(why: string, lookAgainAt: number, blocked: boolean) {
    super(why);
    this.lookAgainAt = lookAgainAt;
    this.blocked = blocked;
  }
}

export interface EffectSettings {
  leaseMs: number;
  callLimitMs: number;
}

export interface EffectJob {
  step: string;
  tool: string;
  settles: string;
  /** A message about the step: it may leave after the step, or the run, has ended. */
  notice?: boolean;
  /** Asked right before an intent: throws when the effect may not happen (any more). */
  allow?: (effect: Effect) => Promise<void>;
  /** Only find out what became of what was begun; send nothing. */
  resolveOnly?: boolean;
}

const LOOK_AGAIN_MS = 60_000;
/** Between the last moment to send and the end of the lease, besides the request's own limit. */
const MARGIN_MS = 250;

/**
 * Carries effects out with a journal around each: looked up, intended, sent, settled. What stands in
 * doubt is looked up by its key, and believed absent only once the outside has had time to show it.
 */
export async function performEffects(
  effects: readonly Effect[],
  job: EffectJob,
  journal: RunJournal,
  clock: Clock,
  settings: EffectSettings,
): Promise<EffectOutcome[]> {
  const done: EffectOutcome[] = [];
  for (const effect of effects) {
    const outcome = await performOne(effect, job, journal, clock, settings);
    if (outcome !== undefined) done.push(outcome);
  }
  return done;
}

async function performOne(
  effect: Effect,
  job: EffectJob,
  journal: RunJournal,
  clock: Clock,
  settings: EffectSettings,
): Promise<EffectOutcome | undefined> {
  const { key } = effect;
  const known = () => stepState(journal.state, job.step).effects.get(key);
  const before = known();
  if (before !== undefined && isDone(before))
    return { key: effect.key, outcome: before.status, data: before.data };
  const unclear = before?.status === 'intended' || before?.status === 'doubted';
  if (job.resolveOnly === true && !unclear) return undefined;
  if (!unclear) await effect.ready?.();

  const record = async (fact: Fact, still: (state: EffectState | undefined) => boolean) =>
    await journal.append(fact, { guard: () => still(known()) });
  const settled = (
    outcome: 'sent' | 'found' | 'adopted' | 'refused' | 'not_sent',
    fields: object = {},
  ): Fact => ({
    kind: 'effect.settled',
    step: job.step,
    data: { key, outcome, ...fields },
  });

  if (before?.status === 'intended') {
    const why = `driver ${before.owner?.pid} on ${before.owner?.host.split('/')[0]} ended before its outcome was written`;
    await record(
      { kind: 'effect.doubted', step: job.step, data: { key, why } },
      (state) => state?.status === 'intended',
    );
  }
  const found = await effect.find().catch((thrown: unknown) => ({
    state: 'unknown' as const,
    why: toSluiceError(thrown).message,
  }));
  if (found.state === 'unknown') {
    if (!unclear) throw new InDoubt(found.why, (await clock.now()) + LOOK_AGAIN_MS, true);
    throw new InDoubt(
      `it is not known whether ${name(effect)} happened: ${found.why}`,
      (await clock.now()) + LOOK_AGAIN_MS,
      true,
    );
  }
  if (found.state === 'present') {
    const outcome = unclear ? 'found' : 'adopted';
    await record(
      settled(outcome, { data: found.data, ...(unclear ? {} : { preview: effect.preview }) }),
      (state) => !isDone(state),
    );
    return { key: effect.key, outcome, data: found.data };
  }
  const doubted = known();
  if (doubted?.status === 'doubted') {
    const believedAt = doubted.doubtedAt + doubted.settles;
    if ((await clock.now()) < believedAt) {
      throw new InDoubt(
        `${name(effect)} may have happened (${doubted.why}); it is believed absent from ${isoTime(believedAt)}`,
        believedAt,
        false,
      );
    }
    await record(
      settled('not_sent', { cause: 'looked up by its key and absent' }),
      (state) => state?.status === 'doubted',
    );
  }
  if (job.resolveOnly === true) return undefined;
  await effect.ready?.();
  await job.allow?.(effect);
  return await sendOnce(effect, key, job, journal, clock, settings, record, settled);
}

async function sendOnce(
  effect: Effect,
  key: string,
  job: EffectJob,
  journal: RunJournal,
  clock: Clock,
  settings: EffectSettings,
  record: (fact: Fact, still: (state: EffectState | undefined) => boolean) => Promise<void>,
  settled: (outcome: 'sent' | 'refused', fields: object) => Fact,
): Promise<EffectOutcome> {
  const began = clock.wall();
  const leaseUntil = began + settings.leaseMs;
  const sendBy = leaseUntil - settings.callLimitMs - MARGIN_MS;
  const attempt = (stepState(journal.state, job.step).effects.get(key)?.attempt ?? 0) + 1;
  await record(
    {
      kind: 'effect.intended',
      step: job.step,
      data: {
        key,
        tool: job.tool,
        attempt,
        owner: self,
        lease_until: leaseUntil,
        send_by: sendBy,
        settles: durationMs(job.settles),
        preview: effect.preview,
      },
    },
    (state) =>
      (state === undefined || state.status === 'not_sent' || state.status === 'refused') &&
      (job.notice === true || mayAct(journal, job.step)),
  );
  const mine = (state: EffectState | undefined) =>
    state?.status === 'intended' && state.owner?.id === self.id;
  const permit: Permit = {
    signal: AbortSignal.timeout(settings.callLimitMs),
    check: () => {
      if (clock.wall() > sendBy) throw new Superseded(`the lease on ${key} ran out before it was sent`);
    },
  };
  let data: unknown;
  try {
    data = await effect.send(permit);
  } catch (thrown) {
    if (thrown instanceof Superseded) throw thrown;
    const error = toSluiceError(thrown);
    if (error.reached === 'no') {
      await record(settled('refused', { cause: `${error.code}: ${error.message}` }), mine);
      throw error;
    }
    await record({ kind: 'effect.doubted', step: job.step, data: { key, why: error.message } }, mine);
    throw lostAnswer(effect, error, await clock.now());
  }
  await record(settled('sent', { data }), (state) => !isDone(state));
  return { key: effect.key, outcome: 'sent', data };
}

/** Looked up at once: most lost answers are of effects that happened. */
function lostAnswer(effect: Effect, error: SluiceError, now: number): InDoubt {
  return new InDoubt(`the answer to ${name(effect)} was lost (${error.message})`, now, false);
}

function name(effect: Effect): string {
  return `"${effect.preview.action}" on ${effect.preview.target}`;
}

function mayAct(journal: RunJournal, step: string): boolean {
  const { state } = journal;
  if (state.closed !== null || state.cancelled !== null || state.rollback !== null) return false;
  return stepState(state, step).status === 'open';
}

function isDone(
  state: EffectState | undefined,
): state is EffectState & { status: 'sent' | 'found' | 'adopted' } {
  return state?.status === 'sent' || state?.status === 'found' || state?.status === 'adopted';
}
