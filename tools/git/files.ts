import { isUtf8 } from 'node:buffer';
import { SluiceError } from '../../src/kit/errors.ts';
import { logOf } from './commits.ts';
import { fits } from './glob.ts';
import type { Mirror } from './mirror.ts';
import { checkPath } from './names.ts';
import { contentsAt, type Entry, entriesOf, FOLDER, isFile, keyOf, LINK } from './objects.ts';
import type { FileAt, FileVersion } from './types.ts';

const LARGEST = 8 * 1024 * 1024;
/** Of the contents that one git is asked for: a file, and the folder that it is in. */
const TOGETHER = 2 * LARGEST;
/** Versions of a file that are read together. */
const VERSIONS = 50;

interface Place {
  /** Or a tree. */
  commit: string;
  path: string;
}

interface Found extends Entry {
  content: Buffer;
}

/** What stands at each place; undefined where there is nothing. One git is asked for all that is not too large. */
export async function entriesAt(
  mirror: Mirror,
  places: readonly Place[],
  signal?: AbortSignal,
): Promise<(Found | undefined)[]> {
  const names = places.flatMap(({ commit, path }) => [folderOf(commit, path), `${commit}:${path}`]);
  const read = await contentsAt(mirror, names, TOGETHER, signal);
  if (read === undefined) {
    if (places.length < 2) throw tooLarge();
    const half = Math.ceil(places.length / 2);
    const first = await entriesAt(mirror, places.slice(0, half), signal);
    return [...first, ...(await entriesAt(mirror, places.slice(half), signal))];
  }
  return places.map(({ path }, index) => {
    const [folder, file] = read.slice(2 * index, 2 * index + 2);
    // The kind of a file stands in the folder alone. A submodule has no object here.
    const entry = folder?.type === 'tree' ? entriesOf(folder.content).get(keyOf(path)) : undefined;
    if (entry === undefined) return undefined;
    if ((file?.bytes ?? 0) > LARGEST) throw tooLarge();
    return { ...entry, content: file?.content ?? Buffer.alloc(0) };
  });
}

function folderOf(commit: string, path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? `${commit}^{tree}` : `${commit}:${path.slice(0, slash)}`;
}

/** The file at this commit; undefined when there is none. */
export async function fileAt(
  mirror: Mirror,
  commit: string,
  path: string,
  signal?: AbortSignal,
): Promise<FileAt | undefined> {
  const [found] = await entriesAt(mirror, [{ commit, path: checkPath(path) }], signal);
  return found === undefined ? undefined : fileOf({ commit, path }, found);
}

function fileOf({ commit, path }: Place, { mode, object, content }: Found): FileAt {
  if (!isFile(mode)) throw noFile(path, mode);
  return { path, commit, blob: object, bytes: content.length, text: textOf(content), mode };
}

function tooLarge(): SluiceError {
  return new SluiceError('precondition', {
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
  return listed
    .split('\0')
    .flatMap((line) => /^\d{6} blob [0-9a-f]{40}\t([\s\S]+)$/.exec(line)?.[1] ?? [])
    .filter((path) => fits(pattern, path))
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
  for (let at = 0; at < commits.length; at += VERSIONS) {
    const some = commits.slice(at, at + VERSIONS);
    const places = some.map((one) => ({ commit: one.commit, path }));
    const found = await entriesAt(mirror, places, signal);
    for (const [index, one] of some.entries()) {
      const entry = found[index];
      versions.push({
        commit: one,
        text: entry === undefined ? null : fileOf({ commit: one.commit, path }, entry).text,
      });
    }
  }
  return versions;
}

function noFile(path: string, mode: string): SluiceError {
  const what = mode === LINK ? 'a symbolic link' : mode === FOLDER ? 'a folder' : 'a submodule';
  return new SluiceError('precondition', {
    cause: `${path} is ${what}, not a file.`,
    remedy: 'Give the path of a file.',
  });
}
