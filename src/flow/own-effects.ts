import type { EffectState, StepState } from './state.ts';

/** Notices are effects of their own; the step that they speak of does not wait for them. */
export function noticeKey(notice: string): string {
  return `notice:${notice}`;
}

export function isNotice(key: string): boolean {
  return key.startsWith(noticeKey(''));
}

export function isOfNotice(key: string, notice: string): boolean {
  return key === noticeKey(notice) || key.startsWith(`${noticeKey(notice)} `);
}

/** The step's work, without the messages about it. */
export function ownEffects(step: StepState): EffectState[] {
  return [...step.effects.values()].filter(({ key }) => !isNotice(key));
}

export function isUnresolved(effect: EffectState): boolean {
  return effect.status === 'intended' || effect.status === 'doubted';
}

export function unresolved(step: StepState): EffectState[] {
  return ownEffects(step).filter(isUnresolved);
}
