import type { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { issuesText } from '../../src/kit/zod-error.ts';

/** Content of a registry that is not what its format says; names the content and the field. */
export function drift(where: string, what: string): SluiceError {
  return new SluiceError('schema_drift', {
    cause: `${where}: ${what}.`,
    remedy: 'Look at it in its registry; if it is well there, report that its format has changed.',
  });
}

export function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function fromJson<S extends z.ZodType>(where: string, text: string, schema: S): z.output<S> {
  const value = jsonOrNothing(text);
  if (value === undefined) throw drift(where, 'it is not JSON');
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw drift(where, issuesText(parsed.error));
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
