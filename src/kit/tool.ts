import type { z } from 'zod';
import type { Effect, EffectClass, EffectOutcome } from './effect.ts';

/** What a handler gets besides its input. `client` is its module's client. */
export interface ToolContext<C> {
  client: C;
  /** The world's time, milliseconds since 1970. */
  now: number;
  signal: AbortSignal | undefined;
  /** True where no run holds the order of things: a task may look at the record that it keeps itself. */
  ungoverned: boolean;
  /** Who asks (see `Principal.id`). */
  principal: string;
  /** Tells a waiting client how far it is. */
  progress(message: string): void;
}

interface ToolCommon<I extends z.ZodObject, O extends z.ZodObject> {
  /** `<system>_<verb>_<noun>`, at most 64 characters. */
  name: string;
  title: string;
  /** What it returns and when it is the right one; two or three lines. */
  description: string;
  input: I;
  output: O;
  /** Part of how the engine works: no face offers it, no flow may name it. */
  engineOnly?: true;
}

export interface ReadTool<I extends z.ZodObject, O extends z.ZodObject, C> extends ToolCommon<I, O> {
  effect: 'read';
  run(input: z.output<I>, context: ToolContext<C>): Promise<z.input<O>>;
}

export interface WriteTool<I extends z.ZodObject, O extends z.ZodObject, C> extends ToolCommon<I, O> {
  effect: Exclude<EffectClass, 'read'>;
  /** The natural keys in words, for people: how an effect is found again at the outside. */
  key: string;
  /** How long the outside may hide a finished effect from `find`, e.g. `30s`. */
  settles: string;
  /** The wanted state as a list of effects, found out by reads alone. Also the preview of a plan. */
  effects(input: z.output<I>, context: ToolContext<C>): Promise<Effect[]>;
  result(input: z.output<I>, context: ToolContext<C>, done: EffectOutcome[]): Promise<z.input<O>>;
}

export type ToolDefinition<I extends z.ZodObject, O extends z.ZodObject, C> =
  | ReadTool<I, O, C>
  | WriteTool<I, O, C>;

/** A tool as the registry holds it: its types are checked where it is defined, its values at each call. */
export interface AnyTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  readonly effect: EffectClass;
  readonly key?: string;
  readonly settles?: string;
  readonly engineOnly: boolean;
  read(input: unknown, context: ToolContext<unknown>): Promise<unknown>;
  effects(input: unknown, context: ToolContext<unknown>): Promise<Effect[]>;
  result(input: unknown, context: ToolContext<unknown>, done: EffectOutcome[]): Promise<unknown>;
}

/** Returns the module's `defineTool`, which knows the type of the module's client. */
export function toolsOf<C>() {
  return function defineTool<I extends z.ZodObject, O extends z.ZodObject>(
    tool: ToolDefinition<I, O, C>,
  ): AnyTool {
    const notA = (what: string) => async (): Promise<never> => {
      throw new Error(`${tool.name} is not a ${what} tool`);
    };
    // The registry parses inputs by `tool.input` before it calls, and hands the module's own client.
    const as = (input: unknown, context: ToolContext<unknown>) =>
      [input as z.output<I>, context as ToolContext<C>] as const;
    const common = {
      name: tool.name,
      title: tool.title,
      description: tool.description.trim(),
      input: tool.input,
      output: tool.output,
      effect: tool.effect,
      engineOnly: tool.engineOnly ?? false,
    };
    if (tool.effect === 'read') {
      return {
        ...common,
        read: (input, context) => tool.run(...as(input, context)),
        effects: notA('write'),
        result: notA('write'),
      };
    }
    return {
      ...common,
      key: tool.key,
      settles: tool.settles,
      read: notA('read'),
      effects: (input, context) => tool.effects(...as(input, context)),
      result: (input, context, done) => tool.result(...as(input, context), done),
    };
  };
}
