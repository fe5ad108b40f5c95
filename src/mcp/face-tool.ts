import type { z } from 'zod';
import type { EffectClass } from '../kit/effect.ts';
import type { Principal } from '../kit/principal.ts';
import type { Asker } from './asking.ts';

/** What a call brings along besides its arguments. */
export interface Caller {
  principal: Principal;
  /** The client gave up on the call, or went away. */
  signal: AbortSignal;
  progress(message: string): void;
  asker: Asker;
}

/** A tool as agents see it: of the engine, of a skill, or of a module behind the registry. */
export interface FaceTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly effect: EffectClass;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  /** Its input is what the client sent: the tool checks it. Its result fits `output`. */
  run(input: unknown, caller: Caller): Promise<unknown>;
}

interface ToolHints {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

/** All hints follow from the effect, so that they cannot contradict each other. */
export function hintsOf(effect: EffectClass): ToolHints {
  return {
    readOnlyHint: effect === 'read',
    destructiveHint: effect === 'destroy',
    // A write is looked up by its natural key before it is sent: calling again changes nothing.
    idempotentHint: true,
    openWorldHint: true,
  };
}

const BY_WEIGHT: readonly EffectClass[] = ['read', 'notify', 'create', 'update', 'destroy'];

/** The order in which effects weigh. */
export function weightOf(effect: EffectClass): number {
  return BY_WEIGHT.indexOf(effect);
}

export function strongest(effects: readonly EffectClass[]): EffectClass {
  return BY_WEIGHT.findLast((effect) => effects.includes(effect)) ?? 'read';
}
