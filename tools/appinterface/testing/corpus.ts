import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Recorded saas files for tests: `SLUICE_CORPUS` points to their folder's parent. */
const root = process.env.SLUICE_CORPUS;

export const noCorpus = root === undefined || root === '';
export const needsCorpus = '(needs SLUICE_CORPUS)';

export function saasText(path: string): string {
  return readFileSync(join(root ?? '', 'saas', path), 'utf8');
}

export function saasNames(folder: string): string[] {
  // One name without a corpus, so that the tests that were skipped show.
  return noCorpus ? ['every file'] : readdirSync(join(root ?? '', 'saas', folder)).sort();
}
