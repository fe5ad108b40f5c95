import { z } from 'zod';
import { cleanText } from '../../src/kit/text.ts';

const MOST_MATERIALS = 4;
const LONGEST = 200;

const Digests = z.record(z.string(), z.string()).nullish();
const Material = z.object({ uri: z.string().nullish(), digest: Digests });
const Materials = z.array(Material).nullish();
const Builder = z.object({ id: z.string().nullish() }).nullish();

/** SLSA provenance 0.2 and 1; every other predicate has none of these fields. */
const Predicate = z
  .object({
    builder: Builder,
    buildType: z.string().nullish(),
    materials: Materials,
    invocation: z.object({ configSource: Material.nullish() }).nullish(),
    metadata: z.object({ buildFinishedOn: z.string().nullish() }).nullish(),
    buildDefinition: z.object({ buildType: z.string().nullish(), resolvedDependencies: Materials }).nullish(),
    runDetails: z
      .object({ builder: Builder, metadata: z.object({ finishedOn: z.string().nullish() }).nullish() })
      .nullish(),
  })
  .catch({});

export const Provenance = z.object({
  builder_id: z.string().nullable(),
  build_type: z.string().nullable(),
  commits: z.array(z.object({ uri: z.string(), commit: z.string() })),
  materials: z.array(z.object({ uri: z.string(), digest: z.string() })),
  material_count: z.int(),
  finished: z.string().nullable(),
});
export type Provenance = z.output<typeof Provenance>;

/** By whom and of what something was built, as far as the predicate says. */
export function provenanceOf(predicate: unknown): Provenance {
  const found = Predicate.parse(predicate);
  const { buildDefinition, runDetails, invocation } = found;
  const materials = buildDefinition?.resolvedDependencies ?? found.materials ?? [];
  const sources = [...(invocation?.configSource ? [invocation.configSource] : []), ...materials];
  return {
    builder_id: shortOrNull(runDetails?.builder?.id ?? found.builder?.id),
    build_type: shortOrNull(buildDefinition?.buildType ?? found.buildType),
    commits: commitsIn(sources),
    materials: materials.slice(0, MOST_MATERIALS).map(({ uri, digest }) => ({
      uri: cleanText(uri ?? '', LONGEST),
      digest: cleanText(Object.entries(digest ?? {})[0]?.join(':') ?? '', LONGEST),
    })),
    material_count: materials.length,
    finished: shortOrNull(runDetails?.metadata?.finishedOn ?? found.metadata?.buildFinishedOn),
  };
}

/** Git sources; an image among the materials has a sha256. */
function commitsIn(materials: readonly z.output<typeof Material>[]): Provenance['commits'] {
  const found = materials.flatMap(({ uri, digest }) => {
    const commit = digest?.gitCommit ?? digest?.sha1;
    return commit === undefined
      ? []
      : [{ uri: cleanText(uri ?? '', LONGEST), commit: cleanText(commit, 64) }];
  });
  const isFirst = (one: { uri: string; commit: string }, at: number) =>
    found.findIndex(({ uri, commit }) => uri === one.uri && commit === one.commit) === at;
  return found.filter(isFirst).slice(0, MOST_MATERIALS);
}

function shortOrNull(text: string | null | undefined): string | null {
  return text ? cleanText(text, LONGEST) : null;
}
