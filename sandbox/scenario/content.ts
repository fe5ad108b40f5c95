import { stringify } from 'yaml';

/** How a file of the scenario stands in its repository; undefined where there is none. */
export function serialise(
  path: string,
  content: string | Record<string, unknown> | null,
): string | undefined {
  if (content === null) return undefined;
  if (typeof content === 'string') return content;
  if (/\.ya?ml$/.test(path)) return stringify(content, { indentSeq: false, lineWidth: 0 });
  return JSON.stringify(content, null, 2);
}
