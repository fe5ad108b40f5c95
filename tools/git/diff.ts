import type { Mirror } from './mirror.ts';
import type { FileStat } from './types.ts';

const SAFE = ['--no-ext-diff', '--no-textconv', '--no-color', '--find-renames', '--submodule=short'];
/** What stands before a first commit. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Lines added and deleted, by file, between two commits or trees. */
export async function statOf(
  mirror: Mirror,
  base: string,
  head: string,
  paths: readonly string[] = [],
  signal?: AbortSignal,
): Promise<FileStat[]> {
  const args = ['diff-tree', '-r', '--numstat', '-z', ...SAFE, base, head, '--', ...paths];
  return parseNumstat(await mirror.git(args, { signal }));
}

/** Paths that differ, sorted; a moved file shows with both. */
export async function changedPathsOf(
  mirror: Mirror,
  base: string,
  head: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', base, head];
  return (await mirror.git(args, { signal })).split('\0').filter((path) => path !== '');
}

export async function patchOf(
  mirror: Mirror,
  base: string,
  head: string,
  paths: readonly string[],
  cap: number,
  signal?: AbortSignal,
): Promise<{ text: string; cut: boolean }> {
  if (cap === 0) return { text: '', cut: false };
  const args = ['diff-tree', '-r', '--patch', ...SAFE, base, head, '--', ...paths];
  const { stdout, cut } = await mirror.raw(args, { signal, cap });
  return { text: stdout.toString('utf8'), cut };
}

/** With `-z` a moved file leaves its place empty and names both paths behind it. */
function parseNumstat(text: string): FileStat[] {
  const stats: FileStat[] = [];
  const parts = text.split('\0');
  for (let at = 0; at < parts.length; at += 1) {
    const [, added = '', deleted = '', path = ''] =
      /^(\d+|-)\t(\d+|-)\t([\s\S]*)$/.exec(parts[at] ?? '') ?? [];
    if (added === '') continue;
    const stat = { added: Number(added) || 0, deleted: Number(deleted) || 0, binary: added === '-' };
    if (path !== '') stats.push({ path, ...stat });
    else {
      stats.push({ path: parts[at + 2] ?? '', from: parts[at + 1] ?? '', ...stat });
      at += 2;
    }
  }
  return stats;
}
