import { NO_JSON } from '../contracts/contract.ts';
import { type Call, json, type Reply } from '../http.ts';

type Kind = 'string' | 'boolean' | 'strings' | 'true-false';

const FITS: Record<Kind, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  'true-false': (value) => value === 'true' || value === 'false' || value === 'legacy',
};

/** Refuses a body with an unknown field, a wrong type or something missing. */
export function refused(
  call: Call,
  fields: Record<string, Kind>,
  required: readonly string[] = [],
): Reply | undefined {
  const given = call.body.fields;
  if (given === undefined) return invalid([NO_JSON]);
  const wrong = Object.entries(given).flatMap(([name, value]) => {
    const kind = fields[name];
    if (kind === undefined) return [`"${name}" is not a permitted key.`];
    return FITS[kind](value) ? [] : [`For '${name}', ${JSON.stringify(value)} is not a ${kind}.`];
  });
  const missing = required.filter((name) => given[name] === undefined || given[name] === '');
  wrong.push(...missing.map((name) => `"${name}" wasn't supplied.`));
  return wrong.length === 0 ? undefined : invalid(wrong);
}

/** GitHub's words for a wish that it cannot read. */
export function invalid(problems: readonly string[]): Reply {
  if (problems.includes(NO_JSON)) return json(400, { message: 'Problems parsing JSON', status: '400' });
  // What cannot be a number of something is no number of anything.
  if (problems.every((problem) => problem.startsWith('path/')))
    return json(404, { message: 'Not Found', status: '404' });
  return json(422, { message: `Invalid request.\n\n${problems.join('\n')}`, status: '422' });
}

/** GitHub's words for a wish that reads well and cannot be. */
export function unprocessable(resource: string, message: string, code = 'custom'): Reply {
  return json(422, { message: 'Validation Failed', errors: [{ resource, code, message }], status: '422' });
}

export function strings(call: Call, name: string): string[] {
  const value = call.body.fields?.[name];
  return Array.isArray(value) ? value.map(String) : [];
}
