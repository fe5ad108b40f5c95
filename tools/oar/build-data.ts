import { z } from 'zod';
import { drift, fromYaml } from './drift.ts';

/**
 * The assemblies of one y-stream (`releases.yml`). An attribute is looked up at the assembly
 * itself, `name!` before `name`, then at the assembly that it is based on, and so on; a value
 * replaces the inherited one as a whole.
 */
const BuildDataFile = z.looseObject({
  releases: z.record(z.string(), z.looseObject({ assembly: z.record(z.string(), z.unknown()) })),
});

export type Assemblies = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export function parseBuildData(where: string, text: string): Assemblies {
  const { releases } = fromYaml(where, text, BuildDataFile);
  return Object.fromEntries(Object.entries(releases).map(([key, { assembly }]) => [key, assembly]));
}

/** The assembly and what it is based on, nearest first. */
function lineage(where: string, assemblies: Assemblies, key: string): Readonly<Record<string, unknown>>[] {
  const line: Readonly<Record<string, unknown>>[] = [];
  const seen = new Set<string>();
  for (let next: string | undefined = key; next !== undefined; ) {
    if (seen.has(next))
      throw drift(where, `releases.${key}.assembly.basis: it is based on itself by way of ${next}`);
    seen.add(next);
    const assembly: Readonly<Record<string, unknown>> | undefined = Object.hasOwn(assemblies, next)
      ? assemblies[next]
      : undefined;
    if (assembly === undefined) {
      throw drift(where, `releases.${key}.assembly.basis: the base ${next} is not in the file`);
    }
    line.push(assembly);
    const base = own(assembly, ['basis', 'assembly']);
    next = typeof base === 'string' && base !== '' ? base : undefined;
  }
  return line;
}

export function hasAssembly(assemblies: Assemblies, key: string): boolean {
  return Object.hasOwn(assemblies, key);
}

/** Undefined when neither the assembly nor what it is based on has the attribute. */
export function attribute(
  where: string,
  assemblies: Assemblies,
  key: string,
  path: readonly string[],
): unknown {
  for (const assembly of lineage(where, assemblies, key)) {
    const value = own(assembly, path);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

function own(assembly: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  let value: unknown = assembly;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    const fields = new Map(Object.entries(value));
    value = fields.get(`${name}!`) ?? fields.get(name);
  }
  return value;
}
