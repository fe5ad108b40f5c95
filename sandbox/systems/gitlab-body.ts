import { type Call, json, type Reply } from '../http.ts';

type Kind = 'string' | 'integer' | 'boolean';

/** Refuses a body in GitLab's words; also what GitLab would pass over, since whoever sends it means something. */
export function checkBody(
  call: Call,
  known: Record<string, Kind>,
  required: readonly string[] = [],
): Reply | undefined {
  const fields = call.body.fields;
  if (fields === undefined) return json(400, { message: '400 Bad request - the body is no JSON object' });
  for (const [name, value] of Object.entries(fields)) {
    const kind = known[name];
    if (kind === undefined) return json(400, { error: `${name} is not a parameter` });
    const fits = kind === 'integer' ? Number.isInteger(value) : typeof value === kind;
    if (!fits) return json(400, { error: `${name} is invalid` });
  }
  const missing = required.find((name) => fields[name] === undefined || fields[name] === '');
  return missing === undefined ? undefined : json(400, { error: `${missing} is missing` });
}
