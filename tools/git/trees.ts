import { SluiceError } from '../../src/kit/errors.ts';
import { type Draft, draftOf } from './drafts.ts';
import type { Mirror } from './mirror.ts';
import { checkPath } from './names.ts';
import { contentsAt, type Entry, entriesOf, FOLDER, isFile, keyOf, treeOf } from './objects.ts';
import type { FileChange } from './types.ts';

const FILE = '100644';
/** Of the folders on the way to the files, together. */
const LARGEST = 64 * 1024 * 1024;

/** By path; the root is the empty one. Those on the way to a file are known, whether they are there or not. */
type Folders = Map<string, Map<string, Entry>>;

/** The tree of `parent` with the files as wanted: all that is new of it, its root last. */
export async function treeWith(
  mirror: Mirror,
  parent: string,
  files: readonly FileChange[],
  signal?: AbortSignal,
): Promise<{ tree: string; drafts: Draft[] }> {
  checkTogether(files);
  const folders = await foldersFor(mirror, parent, files, signal);
  const blobs = files.flatMap((file) => changed(folders, file) ?? []);
  // The deepest first: a folder holds the ids of those in it.
  const paths = [...folders.keys()].sort((a, b) => depthOf(b) - depthOf(a));
  const trees = paths.flatMap((path) => {
    const entries = folders.get(path) ?? new Map<string, Entry>();
    if (path === '') return [draftOf('tree', treeOf(entries))];
    const above = folders.get(folderOf(path));
    if (entries.size === 0) {
      above?.delete(keyOf(path));
      return [];
    }
    const draft = draftOf('tree', treeOf(entries));
    above?.set(keyOf(path), { mode: FOLDER, object: draft.id });
    return [draft];
  });
  return { tree: trees.at(-1)?.id ?? '', drafts: [...blobs, ...trees] };
}

/** Every folder on the way to the files, as it is at `parent`. */
async function foldersFor(
  mirror: Mirror,
  parent: string,
  files: readonly FileChange[],
  signal: AbortSignal | undefined,
): Promise<Folders> {
  const paths = [...new Set(['', ...files.flatMap(({ path }) => foldersOf(path))])];
  const names = paths.map((path) => (path === '' ? `${parent}^{tree}` : `${parent}:${path}`));
  const read = await contentsAt(mirror, names, LARGEST, signal);
  if (read === undefined) throw unfit('the folders that they are in are too large');
  return new Map(
    paths.map((path, index) => {
      const found = read[index];
      return [path, found?.type === 'tree' ? entriesOf(found.content) : new Map()];
    }),
  );
}

/** Puts a file in its folder, or takes it away; answers with the blob that it needs. */
function changed(folders: Folders, { path, content = '', delete: remove }: FileChange): Draft | undefined {
  const folder = folders.get(folderOf(path));
  const entry = folder?.get(keyOf(path));
  if (entry !== undefined && !isFile(entry.mode)) throw unfit(`${path} is a folder, a link or a submodule`);
  if (remove === true) {
    folder?.delete(keyOf(path));
    return undefined;
  }
  const blocked = foldersOf(path).find((above) => {
    const { mode } = folders.get(folderOf(above))?.get(keyOf(above)) ?? { mode: FOLDER };
    return mode !== FOLDER;
  });
  if (blocked !== undefined) throw unfit(`${blocked} is no folder`);
  const blob = draftOf('blob', content);
  folder?.set(keyOf(path), { mode: entry?.mode ?? FILE, object: blob.id });
  return blob;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The folders above a path, the outermost first. */
function foldersOf(path: string): string[] {
  const names = path.split('/');
  return names.slice(1).map((_, depth) => names.slice(0, depth + 1).join('/'));
}

function depthOf(path: string): number {
  return path === '' ? 0 : path.split('/').length;
}

function checkTogether(files: readonly FileChange[]): void {
  const paths = new Set<string>();
  for (const { path, content, delete: remove } of files) {
    checkPath(path);
    if (paths.has(path)) throw unfit(`${path} is named twice`);
    if ((content === undefined) === (remove !== true)) throw unfit(`${path} needs either content or delete`);
    paths.add(path);
  }
  for (const path of paths) {
    const above = foldersOf(path).find((one) => paths.has(one));
    if (above !== undefined) throw unfit(`${above} cannot be both a file and a folder`);
  }
}

function unfit(what: string): SluiceError {
  return new SluiceError('invalid_input', {
    cause: `The files cannot be committed: ${what}.`,
    remedy: 'Name each file once, with content or delete: true; links and submodules are not changed.',
    rule: 'git.paths',
  });
}
