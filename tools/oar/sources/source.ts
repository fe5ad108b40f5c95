import type { Permit } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';

/** A place that keeps files: a folder, a branch of a git repository, a branch on GitHub. */
export interface Source {
  /**
   * Undefined when there is no such file. `yStream` stands in for `%s` in the place's name. A place
   * with a cache looks at the outside itself when `freshness` is `now`: what is written rests on it.
   */
  read(path: string, yStream: string, freshness?: 'now'): Promise<SourceFile | undefined>;
  /**
   * The file as it stood at a moment; undefined where its history does not reach back that far. Only
   * for files whose past counts: a place without a history keeps dated copies, or says undefined.
   */
  readAsOf?(path: string, yStream: string, moment: string): Promise<SourceFile | undefined>;
  /** Names in a folder, files and folders alike; undefined when there is no such folder. */
  list(folder: string, yStream: string): Promise<string[] | undefined>;
  /** Creates the file when `version` is absent, else replaces that very version; `conflict` otherwise. */
  write(change: SourceChange, permit: Permit): Promise<{ version: string }>;
  /** Where a file stands, for people. */
  locate(path: string, yStream: string): string;
  /** An address that a browser can open; null when there is none. */
  url(path: string, yStream: string): string | null;
}

export interface SourceFile {
  text: string;
  version: string;
}

export interface SourceChange {
  path: string;
  text: string;
  /** One line that says what changed, for places that keep a history. */
  message: string;
  yStream: string;
  version?: string;
}

export function fill(template: string, yStream: string): string {
  return template.replaceAll('%s', yStream);
}

/** Paths inside a source are ours, but parts of them are inputs: they stay inside whatever happens. */
export function checkPath(path: string): string {
  const segments = path.split('/');
  if (segments.some((segment) => ['', '.', '..', '.git'].includes(segment)) || /[\p{Cc}\\]/u.test(path)) {
    throw new SluiceError('invalid_input', {
      cause: `${JSON.stringify(path)} is not a path inside a source.`,
      remedy: 'Give a plain relative path.',
    });
  }
  return path;
}

export function changedMeanwhile(where: string): SluiceError {
  return new SluiceError('conflict', {
    cause: `${where} is not in the state that this change started from.`,
    remedy: 'Read the file again and put the change on top of it.',
  });
}
