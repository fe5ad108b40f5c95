import { isTransient, NotYet, toSluiceError } from '../kit/errors.ts';
import { noticeKey } from './own-effects.ts';
import { InDoubt, performEffects } from './perform-effects.ts';
import type { RunJournal } from './run-journal.ts';
import type { EngineServices } from './services.ts';

export interface OutgoingNotice {
  /** Names it in the journal. */
  name: string;
  /** The step that keeps its effects. */
  step: string;
  tool: string;
  input: unknown;
  /** By a tool that is the engine's alone. */
  engine?: true;
}

/** When a notice is tried again if nobody says when. */
const AGAIN_S = 300;

/** Sends one message, looked up before and journaled around, apart from the work of its step. */
export async function sendNotice(
  { name, step, tool, input, engine }: OutgoingNotice,
  journal: RunJournal,
  services: EngineServices,
): Promise<void> {
  await services.assertWritable();
  const settles = services.registry.demand(tool).settles ?? '30s';
  const job = { step, tool, notice: true, settles };
  const call = { principal: journal.state.opened.requester, now: await services.clock.now() };
  const options = engine === undefined ? call : { ...call, engine };
  await services.registry.write(tool, input, options, async (effects) => {
    // One notice is one message: its journal key is the notice's own.
    const own = noticeKey(name);
    const named = effects.map((effect) => ({
      ...effect,
      key: effects.length === 1 ? own : `${own} ${effect.key}`,
    }));
    return await performEffects(named, job, journal, services.clock, services.effects);
  });
}

/** Telling people never fails or blocks a step: it is tried again at `at` (world time, ms), or dropped. */
export function afterFailure(thrown: unknown, now: number): { cause: string; at: number | undefined } {
  if (thrown instanceof InDoubt) return { cause: thrown.message, at: Math.max(thrown.lookAgainAt, now) };
  const error = toSluiceError(thrown);
  const seconds = thrown instanceof NotYet ? thrown.lookAgainSeconds : error.retryAfterSeconds;
  const passes = isTransient(error) || thrown instanceof NotYet;
  return {
    cause: `${error.code}: ${error.message}`,
    at: passes ? now + (seconds ?? AGAIN_S) * 1_000 : undefined,
  };
}
