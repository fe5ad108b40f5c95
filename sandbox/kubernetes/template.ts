import { isTree, type Tree } from '../scenario/merge.ts';
import { ScenarioError } from '../scenario/schema.ts';
import { isoSeconds, parseDuration } from '../scenario/time.ts';
import { valueAt } from './manifest.ts';

const EXPRESSION = /\{\{\s*(.*?)\s*\}\}/g;

/**
 * Fills `{{ path }}` and `{{ instant + duration }}` in. A text that is nothing but one expression takes the
 * value as it is, so that numbers stay numbers.
 */
export function filled(value: unknown, scope: Tree): unknown {
  if (typeof value === 'string') return filledText(value, scope);
  if (Array.isArray(value)) return value.map((item) => filled(item, scope));
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [String(filledText(key, scope)), filled(item, scope)]),
  );
}

function filledText(text: string, scope: Tree): unknown {
  const [whole, alone] = /^\{\{\s*([^{}]*?)\s*\}\}$/.exec(text) ?? [];
  if (whole !== undefined) return said(alone ?? '', scope);
  return text.replace(EXPRESSION, (_, expression: string) => String(said(expression, scope)));
}

function said(expression: string, scope: Tree): unknown {
  const [first = '', second] = expression.split(/\s+\+\s+/);
  const value = valueAt(scope, first);
  if (value === undefined) throw new ScenarioError(`{{ ${expression} }} says nothing here`);
  if (second === undefined) return value;
  const added = valueAt(scope, second) ?? second;
  const at = Date.parse(String(value));
  const duration = parseDuration(String(added));
  if (Number.isNaN(at) || duration === undefined) {
    throw new ScenarioError(`{{ ${expression} }} is no instant and a duration: ${value}, ${added}`);
  }
  return isoSeconds(at + duration);
}
