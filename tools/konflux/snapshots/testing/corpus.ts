import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Recorded objects for tests: `SLUICE_CORPUS` points to them. */
const root = process.env.SLUICE_CORPUS;

export const noCorpus = root === undefined || root === '';
export const needsCorpus = '(needs SLUICE_CORPUS)';

/** One of the recorded Konflux objects, as plain data. */
export function corpusObject(name: string): unknown {
  return parse(readFileSync(join(root ?? '', 'konflux/objects', `${name}.yaml`), 'utf8'));
}
