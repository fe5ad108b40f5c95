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

/** How what happened with faults differs from what happened without; nothing when each came once, as it should. */
export function differences(quiet: readonly SeenEffect[], faulty: readonly SeenEffect[]): string[] {
  const count = (effects: readonly SeenEffect[]) => {
    const counts = new Map<string, number>();
    for (const { system, kind, key } of effects) {
      const name = `${system} ${kind} ${key}`;
      counts.set(name, REPEATED.test(kind) ? 1 : (counts.get(name) ?? 0) + 1);
    }
    return counts;
  };
  const [was, is] = [count(quiet), count(faulty)];
  const names = [...new Set([...was.keys(), ...is.keys()])].sort();
  return names.flatMap((name) => {
    const [wanted, found] = [was.get(name) ?? 0, is.get(name) ?? 0];
    return wanted === found ? [] : [`${name}: ${found} times instead of ${wanted}`];
  });
}
