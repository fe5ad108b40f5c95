import {
  type CelInput,
  type CelValue,
  celEnv,
  isCelError,
  isCelList,
  isCelMap,
  isCelUint,
  parse,
  plan,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { isMessage } from '@bufbuild/protobuf';
import { isReflectMessage } from '@bufbuild/protobuf/reflect';
import { DurationSchema, TimestampSchema, timestampDate, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { isoTime } from '../kit/clock.ts';
import { referencesOf } from './cel-references.ts';
import { type Expression, ExpressionError, type Expressions, Moment } from './expression.ts';

export function createExpressions(): Expressions {
  const environment = celEnv({ funcs: [...strings] });
  const compiled = new Map<string, Expression>();
  return {
    compile: (text) => {
      const known = compiled.get(text);
      if (known !== undefined) return known;
      const parsed = parseText(text);
      const run = plan(environment, parsed);
      const expression: Expression = {
        text,
        references: referencesOf(parsed.expr),
        evaluate: (variables) => {
          const bindings = Object.fromEntries(
            Object.entries(variables).map(([name, value]) => [name, toCel(value)]),
          );
          const result = run(bindings);
          if (isCelError(result)) throw new ExpressionError(text, result.message);
          return fromCel(result);
        },
      };
      compiled.set(text, expression);
      return expression;
    },
  };
}

function parseText(text: string) {
  try {
    return parse(text);
  } catch (error) {
    throw new ExpressionError(
      text,
      `it is not CEL (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

/** JSON integers become CEL integers, so that `count + 1` means what it says. */
function toCel(value: unknown): CelInput {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value instanceof Moment) return timestampFromMs(value.ms);
  if (Array.isArray(value)) return value.map(toCel);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toCel(item)]));
  }
  return value as CelInput;
}

function fromCel(value: CelValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (isCelUint(value)) return Number(value.value);
  if (isCelList(value)) return [...value].map(fromCel);
  if (isCelMap(value))
    return Object.fromEntries([...value.entries()].map(([key, item]) => [String(key), fromCel(item)]));
  if (isReflectMessage(value)) {
    const { message } = value;
    if (isMessage(message, TimestampSchema)) return isoTime(timestampDate(message).getTime());
    if (isMessage(message, DurationSchema)) return `${message.seconds}s`;
  }
  return value;
}
