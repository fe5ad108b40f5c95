import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commitDraft } from './build.ts';
import { type ConflictedFile, conflictSections, conflictsInStatus, howOfStages } from './conflicts.ts';
import { store } from './drafts.ts';
import { entriesAt, textOf } from './files.ts';
import type { Mirror } from './mirror.ts';
import { isFile } from './objects.ts';
import { GitFailure, runGit } from './run.ts';

export interface Conflict extends ConflictedFile {
  /** How many places of the file are in conflict; 0 where it is about the file as a whole. */
  places: number;
}

export type Merged = { tree: string } | { conflicts: Conflict[] };
export type Merge = (
  mirror: Mirror,
  sides: { ours: string; theirs: string },
  signal?: AbortSignal,
) => Promise<Merged>;

const NOBODY = 'Sluice <sluice@localhost> 0 +0000';

/**
 * What `theirs` changes of `base`, done to `ours` (three trees). The merge base is made to be `base`
 * by commits of our own, so that every git finds it by itself.
 */
export async function mergeTrees(
  mirror: Mirror,
  trees: { base: string; ours: string; theirs: string },
  merge: Merge,
  signal?: AbortSignal,
): Promise<Merged> {
  const side = (tree: string, parents: string[]) =>
    commitDraft({ tree, parents, author: NOBODY, committer: NOBODY, message: 'side\n' });
  const base = side(trees.base, []);
  const [ours, theirs] = [side(trees.ours, [base.id]), side(trees.theirs, [base.id])];
  await store(mirror, [base, ours, theirs], signal);
  return await merge(mirror, { ours: ours.id, theirs: theirs.id }, signal);
}

/** Without any files on the disk; git has it since 2.38. */
export const mergeInObjects: Merge = async (mirror, { ours, theirs }, signal) => {
  const args = ['merge-tree', '--write-tree', '--no-messages', '-z', ours, theirs];
  try {
    return { tree: (await mirror.git(args, { signal })).slice(0, 40) };
  } catch (thrown) {
    if (!(thrown instanceof GitFailure) || thrown.exit !== 1) throw thrown;
    const [tree = '', ...listed] = thrown.stdout.split('\0');
    return { conflicts: await conflictsIn(mirror, tree, listed, signal) };
  }
};

/** For an older git: in a work tree of our own, gone afterwards, however it ends. */
export const mergeInWorkTree: Merge = async (mirror, { ours, theirs }, signal) => {
  const folder = await mkdtemp(join(mirror.folder, 'sluice-tree-'));
  const tree = join(folder, 'tree');
  const run = async (args: readonly string[]) =>
    (await runGit(args, { limitMs: mirror.callLimitMs, signal, cwd: tree })).stdout.toString('utf8');
  try {
    await mirror.raw(['worktree', 'add', '--quiet', '--detach', tree, ours], { signal });
    try {
      await run(['cherry-pick', '--no-commit', '--allow-empty', theirs]);
      return { tree: (await run(['write-tree'])).trim() };
    } catch (thrown) {
      if (!(thrown instanceof GitFailure)) throw thrown;
      const listed = conflictsInStatus(
        await run(['status', '--porcelain', '-z', '--no-renames', '--untracked-files=no']),
      );
      if (listed.length === 0) throw thrown;
      const conflicts: Conflict[] = [];
      for (const file of listed) {
        const text = await readFile(join(tree, file.path), 'utf8').catch(() => '');
        conflicts.push({ ...file, places: conflictSections(text).length });
      }
      return { conflicts };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
    await mirror.raw(['worktree', 'prune']);
  }
};

/** `merge-tree` is there and can do this since 2.38. */
export function mergeFor(version: string): Merge {
  const [major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  return major > 2 || (major === 2 && minor >= 38) ? mergeInObjects : mergeInWorkTree;
}

/** Entries `MODE OBJECT STAGE\tPATH`; the tree holds the files with their conflict markers. */
async function conflictsIn(
  mirror: Mirror,
  tree: string,
  listed: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Conflict[]> {
  const stages = new Map<string, Set<number>>();
  for (const line of listed) {
    const [, stage, path] = /^\d{6} [0-9a-f]{40} ([123])\t([\s\S]+)$/.exec(line) ?? [];
    if (stage === undefined || path === undefined) continue;
    stages.set(path, (stages.get(path) ?? new Set()).add(Number(stage)));
  }
  // A name with a line end cannot be asked for in a list.
  const places = [...stages.keys()].flatMap((path) => (path.includes('\n') ? [] : [{ commit: tree, path }]));
  const files = await entriesAt(mirror, places, signal);
  const counts = new Map(places.map(({ path }, index) => [path, placesIn(files[index])]));
  return [...stages].map(([path, held]) => ({
    path,
    how: howOfStages(held),
    places: counts.get(path) ?? 0,
  }));
}

function placesIn(file: { mode: string; content: Buffer } | undefined): number {
  const text = file !== undefined && isFile(file.mode) ? textOf(file.content) : null;
  return text === null ? 0 : conflictSections(text).length;
}
