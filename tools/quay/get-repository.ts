import { z } from 'zod';
import { isoTime } from '../../src/kit/clock.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Located } from './client.ts';
import { defineTool, RepositoryInput } from './define.ts';
import { tagNames } from './images.ts';
import { isArtifactTag } from './pull-spec.ts';

const MOST_COUNTED = 1000;
const MOST_NEWEST = 5;

export const getRepository = defineTool({
  name: 'quay_get_repository',
  title: 'Get an image repository',
  description: `Whether a repository is there, how many tags it has, and, where the registry is a Quay, its description, visibility,
state and newest tags. An unknown repository is not_found; one that we may not read is auth or forbidden, though a registry
often does not tell the two apart.`,
  effect: 'read',
  input: z.object({ repository: RepositoryInput }),
  output: z.object({
    repository: z.string(),
    kind: z.enum(['quay', 'oci']),
    description: z.string().nullable(),
    is_public: z.boolean().nullable().meta({ description: 'Null where the registry does not say.' }),
    state: z.string().nullable().meta({ description: 'NORMAL, READ_ONLY or MIRROR, of a Quay.' }),
    tag_count: z.int().meta({ description: 'Without signatures and attestations.' }),
    more_tags: z.boolean().meta({ description: `Whether there are more than ${MOST_COUNTED} in all.` }),
    newest_tags: z.array(z.object({ name: z.string(), digest: z.string(), time: z.string().nullable() })),
    note: z.string().nullable().meta({ description: 'Why the Quay API told nothing.' }),
    summary: z.string(),
  }),
  run: async ({ repository: text }, { client, signal }) => {
    const located = client.locateRepository(text);
    const { place, name } = located;
    const { names, more } = await tagNames(place, name, MOST_COUNTED, signal);
    const count = names.filter((tag) => !isArtifactTag(tag)).length;
    const { about, newest, note } = await byQuay(located, signal);
    const where = `${name.host}/${name.repository}`;
    const seen = about === undefined ? '' : about.is_public ? ' (public)' : ' (private)';
    return {
      repository: where,
      kind: place.api === undefined ? ('oci' as const) : ('quay' as const),
      description: about?.description || null,
      is_public: about?.is_public ?? null,
      state: about?.state ?? null,
      tag_count: count,
      more_tags: more,
      newest_tags: newest,
      note,
      summary: `${where}${seen} has ${more ? 'more than ' : ''}${count} ${count === 1 ? 'tag' : 'tags'}${newest[0] === undefined ? '' : `; the newest is ${newest[0].name}`}.`,
    };
  },
});

/** The registry has told that the repository is there: what its Quay adds is not worth a failure. */
async function byQuay({ place, name }: Located, signal: AbortSignal | undefined) {
  const nothing = { about: undefined, newest: [] };
  if (place.api === undefined) return { ...nothing, note: null };
  try {
    const about = await place.api.repository(name.repository, signal);
    const newest: { name: string; digest: string; time: string | null }[] = [];
    for await (const tag of place.api.tags(name.repository, {}, signal)) {
      if (isArtifactTag(tag.name)) continue;
      const time = tag.start_ts === undefined ? null : isoTime(tag.start_ts * 1000);
      newest.push({ name: tag.name, digest: tag.manifest_digest, time });
      if (newest.length === MOST_NEWEST) break;
    }
    return { about, newest, note: null };
  } catch (error) {
    if (!(error instanceof SluiceError) || signal?.aborted) throw error;
    return { ...nothing, note: error.message };
  }
}
