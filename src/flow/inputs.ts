import { z } from 'zod';
import { SluiceError } from '../kit/errors.ts';
import { nearest } from '../kit/suggest.ts';
import type { Flow, InputDefinition } from './definition.ts';

/** Checks a caller's inputs against the flow, and names what is wrong and what would be right. */
export function checkInputs(flow: Flow, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(flow.inputs, name)) continue;
    const hint = meant(name, Object.keys(flow.inputs));
    throw invalid(
      `${flow.flow} has no input ${JSON.stringify(name)}`,
      hint === undefined ? usage(flow) : `Did you mean ${hint}? ${usage(flow)}`,
    );
  }
  const missing = Object.entries(flow.inputs).filter(
    ([name, { required }]) => required && isAbsent(given[name]),
  );
  if (missing.length > 0) {
    const named = missing.map(([name, definition]) => `${name} (${typeOf(definition)})`);
    const noun = missing.length === 1 ? 'input' : 'inputs';
    throw invalid(`${flow.flow} needs the ${noun} ${named.join(', ')}`, usage(flow));
  }
  for (const [name, definition] of Object.entries(flow.inputs)) {
    const value = given[name];
    if (!isAbsent(value)) inputs[name] = checkOne(name, definition, value);
  }
  return inputs;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === '';
}

/** By its letters, else the only input that shares a word with it, such as `run` for `pipeline_run`. */
function meant(name: string, known: readonly string[]): string | undefined {
  const words = name.toLowerCase().split(/[_-]/);
  const [akin, ...more] = known.filter((candidate) =>
    candidate.split('_').some((word) => words.includes(word)),
  );
  return nearest(name, known) ?? (more.length === 0 ? akin : undefined);
}

function typeOf({ type, format }: InputDefinition): string {
  if (format === 'email') return 'e-mail address';
  if (format === 'uri') return 'URL';
  return { string: 'text', integer: 'whole number', boolean: 'true or false' }[type];
}

function checkOne(name: string, definition: InputDefinition, value: unknown): unknown {
  const remedy = `Give ${name} as ${describe(definition)}.`;
  if (definition.type === 'string') {
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string') throw invalid(`${name} is ${JSON.stringify(value)}, not text`, remedy);
    if (definition.pattern !== undefined && !new RegExp(definition.pattern).test(text)) {
      throw invalid(`${name} is ${JSON.stringify(text)}, which is not valid here`, remedy);
    }
    if (definition.format === 'email' && !z.email().safeParse(text).success) {
      throw invalid(`${name} is ${JSON.stringify(text)}, which is not an e-mail address`, remedy);
    }
    if (definition.format === 'uri' && !URL.canParse(text))
      throw invalid(`${name} is ${JSON.stringify(text)}, which is not a URL`, remedy);
    return text;
  }
  if (definition.type === 'integer') {
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
    if (!Number.isSafeInteger(number))
      throw invalid(`${name} is ${JSON.stringify(value)}, not a whole number`, remedy);
    return number;
  }
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw invalid(`${name} is ${JSON.stringify(value)}, not true or false`, remedy);
}

function describe(definition: InputDefinition): string {
  const what = definition.description ?? typeOf(definition);
  return definition.example === undefined ? what : `${what}, for example ${definition.example}`;
}

function usage(flow: Flow): string {
  const parts = Object.entries(flow.inputs).map(([name, definition]) => {
    const text = `${name}=${definition.example ?? '…'}`;
    return definition.required ? text : `[${text}]`;
  });
  return `Usage: ${flow.flow} ${parts.join(' ')}`;
}

function invalid(cause: string, remedy: string): SluiceError {
  return new SluiceError('invalid_input', { cause: `${cause}.`, remedy, rule: 'flow-inputs' });
}
