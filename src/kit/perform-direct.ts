import type { Clock } from './clock.ts';
import type { Effect, EffectOutcome } from './effect.ts';
import { SluiceError, toSluiceError } from './errors.ts';

/**
 * Carries out the effects of a single call outside a run: looked up first, sent once, and looked up
 * again when the answer was lost. Nothing is sent twice here: what stays unclear is said so.
 */
export async function performDirect(
  effects: readonly Effect[],
  services: {
    clock: Clock;
    callLimitMs: number;
    /** Asked once, before the first of them is sent: what is there already needs nobody's word. */
    confirm?: ((effects: readonly Effect[]) => Promise<void>) | undefined;
  },
): Promise<EffectOutcome[]> {
  const done: EffectOutcome[] = [];
  let { confirm } = services;
  for (const effect of effects) {
    await effect.ready?.();
    const before = await effect.find();
    if (before.state === 'unknown') throw unclear(effect, before.why);
    if (before.state === 'present') {
      done.push({ key: effect.key, outcome: 'adopted', data: before.data });
      continue;
    }
    await confirm?.(effects);
    confirm = undefined;
    const signal = AbortSignal.timeout(services.callLimitMs);
    try {
      const data = await effect.send({ signal, check: () => signal.throwIfAborted() });
      done.push({ key: effect.key, outcome: 'sent', data });
    } catch (thrown) {
      const error = toSluiceError(thrown);
      if (error.reached === 'no') throw error;
      await services.clock.sleep(500);
      const after = await effect.find().catch(() => ({ state: 'unknown' as const, why: error.message }));
      if (after.state !== 'present') throw unclear(effect, error.message);
      done.push({ key: effect.key, outcome: 'sent', data: after.data });
    }
  }
  return done;
}

function unclear(effect: Effect, why: string): SluiceError {
  return new SluiceError('blocked', {
    cause: `It is not known whether "${effect.preview.action}" reached ${effect.preview.target}: ${why}`,
    remedy: `Look at ${effect.preview.system} before you call again; the key is ${effect.key}.`,
    reached: 'maybe',
  });
}
