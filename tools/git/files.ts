import { isUtf8 } from 'node:buffer';
import { SluiceError } from '../../src/kit/errors.ts';
import { logOf } from './commits.ts';
import { fits } from './glob.ts';
import type { Mirror } from './mirror.ts';
import { checkPath } from './names.ts';
import type { FileAt, FileVersion } from './types.ts';

export interface Entry {
  mode: string;
  type: string;
  object: string;
  path: string;
}

const LARGEST = 8 * 1024 * 1024;
const LINK = '120000';

export async function entryAt(
  mirror: Mirror,
  commit: string,
  path: string,
  signal?: AbortSignal,
): Promise<Entry | undefined> {
  const listed = await mirror.git(['ls-tree', '-z', '--full-tree', commit, '--', checkPath(path)], {
    signal,
  });
  const [entry] = parse(listed);
  return entry?.path === path ? entry : undefined;
}

/** The file at this commit; undefined when there is none. */
export async function fileAt(
  mirror: Mirror,
  commit: string,
  path: string,
  signal?: AbortSignal,
): Promise<FileAt | undefined> {
  const entry = await entryAt(mirror, commit, path, signal);
  if (entry === undefined) return undefined;
  if (entry.type !== 'blob' || entry.mode === LINK) throw noFile(entry);
  const content = await blob(mirror, entry.object, signal);
  return {
    path,
    commit,
    blob: entry.object,
    bytes: content.length,
    text: textOf(content),
    mode: entry.mode,
  };
}

export async function blob(mirror: Mirror, object: string, signal?: AbortSignal): Promise<Buffer> {
  const { stdout, cut } = await mirror.raw(['cat-file', 'blob', object], { signal, cap: LARGEST });
  if (!cut) return stdout;
  throw new SluiceError('precondition', {
    cause: `A file of more than ${LARGEST} bytes is not read.`,
    remedy: 'Look at it in the repository itself.',
  });
}

/** Null for what is not text. */
export function textOf(content: Buffer): string | null {
  return content.includes(0) || !isUtf8(content) ? null : content.toString('utf8');
}

export async function filesAt(
  mirror: Mirror,
  commit: string,
  pattern: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const listed = await mirror.git(['ls-tree', '-r', '-z', '--full-tree', commit], { signal });
  return parse(listed)
    .filter(({ type, path }) => type === 'blob' && fits(pattern, path))
    .map(({ path }) => path)
    .sort();
}

/** What the history from `commit` showed of a file, newest first: merged work counts from its merge. */
export async function historyOf(
  mirror: Mirror,
  commit: string,
  path: string,
  limit: number,
  signal?: AbortSignal,
): Promise<FileVersion[]> {
  const walk = ['--first-parent', `--max-count=${limit}`, commit];
  const commits = await logOf(mirror, walk, [checkPath(path)], { signal });
  const versions: FileVersion[] = [];
  for (const one of commits) {
    const file = await fileAt(mirror, one.commit, path, signal);
    versions.push({ commit: one, text: file === undefined ? null : file.text });
  }
  return versions;
}

function parse(listed: string): Entry[] {
  return listed.split('\0').flatMap((line) => {
    const [, mode, type, object, path] = /^(\d{6}) (\w+) ([0-9a-f]{40})\t([\s\S]+)$/.exec(line) ?? [];
    return mode === undefined || type === undefined || object === undefined || path === undefined
      ? []
      : [{ mode, type, object, path }];
  });
}

function noFile({ path, mode, type }: Entry): SluiceError {
  const what = mode === LINK ? 'a symbolic link' : type === 'tree' ? 'a folder' : 'a submodule';
  return new SluiceError('precondition', {
    cause: `${path} is ${what}, not a file.`,
    remedy: 'Give the path of a file.',
  });
}
