import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Recorded data for tests: `SLUICE_CORPUS` points to it. */
const root = process.env.SLUICE_CORPUS;

export const noCorpus = root === undefined || root === '';
export const needsCorpus = '(needs SLUICE_CORPUS)';

export function corpusFiles(folder: string): string[] {
  return noCorpus ? [] : readdirSync(join(root ?? '', 'zstream', folder)).sort();
}

export function corpusText(path: string): string {
  return readFileSync(join(root ?? '', 'zstream', path), 'utf8');
}
