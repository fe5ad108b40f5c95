import { z } from 'zod';
import { WITNESS_WAYS, type WitnessWay } from '../facts.ts';
import { isOfNotice } from '../own-effects.ts';
import type { ApprovalSettings } from '../services.ts';
import type { EffectState, StepState } from '../state.ts';

/** The ways, besides a signature, by which people may answer here. */
export function waysOf(settings: ApprovalSettings): WitnessWay[] {
  return WITNESS_WAYS.filter((way) => settings[way] !== undefined);
}

/** One asking by one way, as the outbox knows it. The same plan that is asked for anew is asked for again. */
export function askName(step: StepState, way: WitnessWay): string {
  const { planHash = '', at = 0 } = step.asked ?? {};
  return `${step.id}/ask-${way}/${planHash.slice(0, 12)}/${at}`;
}

/** The effects of one asking. */
export function effectsOfAsk(step: StepState, way: WitnessWay): EffectState[] {
  const name = askName(step, way);
  return [...step.effects.values()].filter(({ key }) => isOfNotice(key, name));
}

export function isAsked(step: StepState, way: WitnessWay): boolean {
  return step.notices.get(askName(step, way))?.status === 'sent';
}

const Data = z.object({ commit: z.string(), iid: z.int(), url: z.string(), channel: z.string() }).partial();

/** What the outside answered to it: the commit that we pushed, the address of the merge request, the channel. */
export function answerToAsk(step: StepState, way: WitnessWay): z.output<typeof Data> {
  const answers = effectsOfAsk(step, way).map(({ data }) => Data.safeParse(data).data ?? {});
  return Object.assign({}, ...answers);
}
