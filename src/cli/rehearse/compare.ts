import { z } from 'zod';
import { toSluiceError } from '../../kit/errors.ts';
import type { RehearsalWorld, SeenEffect } from './world.ts';

const Commit = z.object({ commit: z.string() });
const Diff = z.object({ files: z.array(z.looseObject({ path: z.string() })) });

/** What is written again and again, as often as time allows: that it was written is what counts. */
const REPEATED = /^(file_put|cell_set|tab_created)$/;

/** The commit of the default branch of each repository: what is declared. */
export async function declaredIn(
  world: RehearsalWorld,
  repositories: Readonly<Record<string, string>>,
): Promise<Map<string, string>> {
  const heads = new Map<string, string>();
  for (const [repository, branch] of Object.entries(repositories)) {
    const { commit } = Commit.parse(await call(world, 'git_find_commit', { repository, ref: branch }));
    heads.set(repository, commit);
  }
  return heads;
}

/** Files that are not byte by byte what they were, as `repository: path`. */
export async function changedSince(
  world: RehearsalWorld,
  before: ReadonlyMap<string, string>,
  repositories: Readonly<Record<string, string>>,
): Promise<string[]> {
  const changed: string[] = [];
  for (const [repository, base] of before) {
    const head = repositories[repository] ?? base;
    const { files } = Diff.parse(await call(world, 'git_diff', { repository, base, head, patch_bytes: 0 }));
    changed.push(...files.map(({ path }) => `${repository}: ${path}`));
  }
  return changed;
}

async function call(world: RehearsalWorld, tool: string, input: object): Promise<unknown> {
  const { code, out, err } = await world.run(['call', tool, JSON.stringify(input)]);
  if (code === 0) return JSON.parse(out);
  throw toSluiceError(new Error(`${tool}: ${out}${err}`.slice(0, 500)));
}

export interface Differences {
  /** What came more often than without faults. */
  more: string[];
  /** What came less often: given up, or not in time before the way back. */
  fewer: string[];
}

/** How what happened with faults differs from what happened without. */
export function differences(quiet: readonly SeenEffect[], faulty: readonly SeenEffect[]): Differences {
  const [was, is] = [countsOf(quiet), countsOf(faulty)];
  const found: Differences = { more: [], fewer: [] };
  for (const name of [...new Set([...was.keys(), ...is.keys()])].sort()) {
    const [wanted, came] = [was.get(name) ?? 0, is.get(name) ?? 0];
    const said = `${name}: ${came} times instead of ${wanted}`;
    if (came > wanted) found.more.push(said);
    else if (came < wanted) found.fewer.push(said);
  }
  return found;
}

/**
 * By system, kind and place. Numbers that the outside gives out and names of branches are left away: a
 * second merge request would have another number, and another way back another branch.
 */
function countsOf(effects: readonly SeenEffect[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { system, kind, key } of effects) {
    const place = key.replace(/ refs\/heads\/\S+$/, '').replace(/(?<=[!#-])\d+$/, 'n');
    const name = `${system} ${kind} ${place}`;
    counts.set(name, REPEATED.test(kind) ? 1 : (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
