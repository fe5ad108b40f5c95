import { isMap, isScalar, parseDocument } from 'yaml';
import { z } from 'zod';
import { drift } from '../drift.ts';

const Suite = z.object({ failingScenarios: z.array(z.coerce.string()).nullish() });

/**
 * The failing scenarios of a run's `test-results.yaml`: suites by name. A suite may be there twice
 * (`ginkgo` is), so the pairs are read and not a map, in which the last one would win.
 */
export function failingScenarios(where: string, text: string): string[] {
  const document = parseDocument(text, { uniqueKeys: false });
  const problem = document.errors[0];
  if (problem !== undefined) throw drift(where, `it is not YAML (${problem.message.split('\n')[0] ?? ''})`);
  if (document.contents === null) return [];
  if (!isMap(document.contents)) throw drift(where, 'it is not a map of suites');
  return document.contents.items.flatMap(({ key, value }) => {
    if (!isMap(value)) return [];
    const parsed = Suite.safeParse(value.toJS(document, { maxAliasCount: 100 }));
    if (parsed.success) return parsed.data.failingScenarios ?? [];
    throw drift(
      where,
      `${isScalar(key) ? String(key.value) : 'a suite'}: failingScenarios is not a list of names`,
    );
  });
}
