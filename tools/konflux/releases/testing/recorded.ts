import { test } from 'vitest';
import { corpusObject, needsCorpus, noCorpus } from '../../snapshots/testing/corpus.ts';

/** The same test on an object restated by hand, and on the recorded one where there is the corpus. */
export function onBoth(
  title: string,
  file: string,
  restated: () => unknown,
  body: (object: unknown) => void,
): void {
  test(`${title}, restated`, () => body(restated()));
  test.skipIf(noCorpus)(`${title}, recorded ${needsCorpus}`, () => body(corpusObject(file)));
}
