import { isMap, isScalar, parseDocument } from 'yaml';
import { z } from 'zod';

const Count = z.int().nonnegative();
const Suite = z.object({
  total: Count,
  failures: Count,
  errors: Count.default(0),
  skipped: Count.default(0),
  failingScenarios: z.array(z.coerce.string()).nullish(),
});

interface SuiteSummary {
  total: number;
  failures: number;
  errors: number;
  skipped: number;
  failingScenarios?: string[];
}

/** As a test-result file holds it: suite → what became of its tests. */
export type TestResultSummary = Record<string, SuiteSummary>;

/** From a run's `test-results.yaml`, or why not. A suite may be there twice (`ginkgo` is): both count. */
export function suiteSummary(text: string): TestResultSummary | string {
  const document = parseDocument(text, { uniqueKeys: false });
  if (document.errors.length > 0) return 'it is not YAML';
  if (!isMap(document.contents)) return 'it is not a map of suites';
  const suites = new Map<string, SuiteSummary>();
  for (const { key, value } of document.contents.items) {
    if (!isScalar(key) || !isMap(value) || !value.has('total')) continue;
    const name = String(key.value);
    const parsed = Suite.safeParse(value.toJS(document, { maxAliasCount: 100 }));
    if (!parsed.success) return 'the counts of a suite are not numbers';
    suites.set(name, sum(suites.get(name), parsed.data));
  }
  return suites.size === 0 ? 'it names no suite' : Object.fromEntries(suites);
}

function sum(before: SuiteSummary | undefined, suite: z.output<typeof Suite>): SuiteSummary {
  const failing = [...(before?.failingScenarios ?? []), ...(suite.failingScenarios ?? [])];
  return {
    total: (before?.total ?? 0) + suite.total,
    failures: (before?.failures ?? 0) + suite.failures,
    errors: (before?.errors ?? 0) + suite.errors,
    skipped: (before?.skipped ?? 0) + suite.skipped,
    ...(failing.length === 0 ? {} : { failingScenarios: failing }),
  };
}
