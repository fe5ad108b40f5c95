import { SluiceError } from '../kit/errors.ts';

export type Variables = Record<string, unknown>;

/** A number of milliseconds since 1970 that expressions read as a timestamp. */
export class Moment {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** A reference such as `steps["a-b"].result.state`, as far as its parts are literal. */
export interface Reference {
  path: string[];
  /** Inside `has(…)`, or behind a comprehension: it may be undefined. */
  tested: boolean;
  /** The literal that it is compared with, if it is. */
  comparedWith?: unknown[];
}

export interface Expression {
  readonly text: string;
  readonly references: readonly Reference[];
  /** JSON value. Throws `ExpressionError`: an undefined path is an error, never false. */
  evaluate(variables: Variables): unknown;
}

/** The engine of expressions: CEL. Compiled once, evaluated as a pure function. */
export interface Expressions {
  compile(text: string): Expression;
}

export class ExpressionError extends SluiceError {
  constructor(text: string, why: string) {
    super('precondition', {
      cause: `The expression ${JSON.stringify(text)} has no value: ${why}.`,
      remedy: 'Correct the flow, or the tool whose answer it reads; `sluice lint` checks the paths.',
      rule: 'expression',
    });
  }
}

let loaded: Promise<Expressions> | undefined;

/** Loaded at first use: the library costs more to load than everything else in the flow folder. */
export function loadExpressions(): Promise<Expressions> {
  loaded ??= import('./cel.ts').then(({ createExpressions }) => createExpressions());
  return loaded;
}

export function isExpressionText(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('=') && !value.startsWith('==');
}

/** `with:` and the like, with each `=expression` replaced by its value. */
export function resolveArguments(expressions: Expressions, value: unknown, variables: Variables): unknown {
  if (isExpressionText(value)) return expressions.compile(value.slice(1)).evaluate(variables);
  if (typeof value === 'string' && value.startsWith('==')) return value.slice(1);
  if (Array.isArray(value)) return value.map((item) => resolveArguments(expressions, item, variables));
  if (value !== null && typeof value === 'object') {
    const out: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const resolved = resolveArguments(expressions, item, variables);
      // `=null` leaves an argument out: optional arguments of tools are absent, not null.
      if (resolved !== null) out[key] = resolved;
    }
    return out;
  }
  return value;
}

export function evaluateBoolean(expressions: Expressions, text: string, variables: Variables): boolean {
  const value = expressions.compile(text).evaluate(variables);
  if (typeof value === 'boolean') return value;
  throw new ExpressionError(text, `it is ${JSON.stringify(value)}, not true or false`);
}

export function evaluateText(expressions: Expressions, text: string, variables: Variables): string {
  const value = expressions.compile(text).evaluate(variables);
  if (typeof value === 'string') return value;
  throw new ExpressionError(text, `it is ${JSON.stringify(value)}, not text`);
}
