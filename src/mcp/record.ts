/** Tools answer with objects, and so does every JSON Schema that is made here. */
export function asRecord(value: unknown): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('not an object');
  return { ...value };
}
