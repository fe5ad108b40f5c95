import { z } from 'zod';
import { SluiceError } from '../kit/errors.ts';
import { nearest } from '../kit/suggest.ts';
import type { Flow, InputDefinition } from './definition.ts';

/** Checks a caller's inputs against the flow, and names what is wrong and what would be right. */
export function checkInputs(flow: Flow, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (const name of Object.keys(given)) {
    if (flow.inputs[name] !== undefined) continue;
    const hint = nearest(name, Object.keys(flow.inputs));
    throw invalid(
      `${flow.flow} has no input ${JSON.stringify(name)}`,
      hint === undefined ? usage(flow) : `Did you mean ${hint}? ${usage(flow)}`,
    );
  }
  for (const [name, definition] of Object.entries(flow.inputs)) {
    const value = given[name];
    if (value === undefined || value === '') {
      if (definition.required) throw invalid(`${flow.flow} needs the input ${name}`, usage(flow));
      continue;
    }
    inputs[name] = checkOne(name, definition, value);
  }
  return inputs;
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
  const what = definition.description ?? definition.format ?? definition.type;
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
