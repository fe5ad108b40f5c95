import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseDocument } from 'yaml';

/** Another one for another way of reading, so that nothing of the old one is taken for it. */
const WAY = 'yaml 1.2 core';

export interface ReadYaml {
  value: unknown;
  /** What is wrong with the text, in a line. */
  fault?: string;
}

/**
 * Reads YAML that ships with the program or is read at every start, for which nothing secret may stand in
 * it: what came out is kept by the content of the text, beside the compiled code. Where no compiled code
 * is kept, nothing is kept here.
 */
export function readKeptYaml(text: string): ReadYaml {
  const file = fileFor(text);
  const kept = file === undefined ? undefined : readKept(file);
  if (kept !== undefined) return kept;
  const document = parseDocument(text);
  const fault = document.errors[0]?.message.split('\n')[0];
  if (fault !== undefined) return { value: undefined, fault };
  const value: unknown = document.toJS();
  if (file !== undefined) keep(file, value);
  return { value };
}

function fileFor(text: string): string | undefined {
  const folder = getCompileCacheDir();
  if (folder === undefined) return undefined;
  return join(
    dirname(folder),
    'yaml',
    `${createHash('sha256').update(`${WAY}\n${text}`).digest('hex')}.json`,
  );
}

function readKept(file: string): ReadYaml | undefined {
  try {
    return { value: JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    return undefined;
  }
}

/** Only what JSON can say in full. It is a convenience: a folder that takes nothing is no fault. */
function keep(file: string, value: unknown): void {
  try {
    const json = JSON.stringify(value);
    if (!isDeepStrictEqual(JSON.parse(json), value)) return;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const begun = `${file}.${process.pid}`;
    writeFileSync(begun, json, { mode: 0o600 });
    renameSync(begun, file);
  } catch {}
}
