import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { issuesText } from '../../src/kit/zod-error.ts';
import { see } from './flow-page.ts';

/** A file that is not what its format says; names the file and the field. */
export function drift(where: string, what: string): SluiceError {
  return new SluiceError('schema_drift', {
    cause: `${where}: ${what}.`,
    remedy: `Correct the file at its source, or report that its format has changed. ${see('strange-answer')}`,
  });
}

export function checked<S extends z.ZodType>(where: string, value: unknown, schema: S): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw drift(where, issuesText(parsed.error));
}

export function fromJson<S extends z.ZodType>(where: string, text: string, schema: S): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw drift(where, 'it is not JSON');
  }
  return checked(where, value, schema);
}

export function fromYaml<S extends z.ZodType>(where: string, text: string, schema: S): z.output<S> {
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem !== undefined) throw drift(where, `it is not YAML (${problem.message.split('\n')[0] ?? ''})`);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw drift(where, error instanceof Error ? error.message : String(error));
  }
  return checked(where, value, schema);
}
