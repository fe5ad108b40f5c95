import type { z } from 'zod';

/** `a.b[0]` for an issue's path. */
export function pathText(path: readonly PropertyKey[]): string {
  let out = '';
  for (const part of path) {
    out += typeof part === 'number' ? `[${part}]` : `${out === '' ? '' : '.'}${String(part)}`;
  }
  return out;
}

/** What was wrong with a value, field by field, in one line. */
export function issuesText(error: z.ZodError, limit = 4): string {
  const lines = error.issues.slice(0, limit).map((issue) => {
    const where = pathText(issue.path);
    return where === '' ? issue.message : `${where}: ${issue.message}`;
  });
  const more = error.issues.length - lines.length;
  return lines.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
