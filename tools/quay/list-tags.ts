import { z } from 'zod';
import { isoTime } from '../../src/kit/clock.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Located } from './client.ts';
import { defineTool, RepositoryInput } from './define.ts';
import { configOf, tagNames } from './images.ts';
import { inGroups } from './in-groups.ts';
import { isArtifactTag, specOf } from './pull-spec.ts';
import { builtAt, Times } from './times.ts';

/** A registry without the Quay API is asked about every tag: so many, and no more. */
const MOST_DATED = 200;
const MOST_NAMES = 5000;
const MOST_QUAY_TAGS = 2000;

const Tag = z.object({ name: z.string(), digest: z.string().nullable(), ...Times });
type Tag = z.output<typeof Tag>;

interface Listed {
  tags: Tag[];
  ordered_by: 'tag_set' | 'image_created' | 'nothing';
  more: boolean;
  note: string | null;
}

export const listTags = defineTool({
  name: 'quay_list_tags',
  title: 'List the tags of an image repository',
  description: `Tags of a repository, newest first: by the time at which each was set (Quay), else by the time at which its image was
built; ordered_by says which. A registry that has more than ${MOST_DATED} tags and no Quay API cannot tell the newest: then
ordered_by is nothing and filter helps. Tags of signatures and attestations are left out unless asked for.`,
  effect: 'read',
  input: z.object({
    repository: RepositoryInput,
    filter: z.string().min(1).max(128).optional().meta({ description: 'Part of the name of a tag.' }),
    artifacts: z.boolean().default(false).meta({ description: 'Also tags such as sha256-….sig.' }),
    limit: z.int().min(1).max(50).default(20),
    cursor: z
      .string()
      .regex(/^\d{1,6}$/, 'a cursor of an earlier answer')
      .optional(),
  }),
  output: z.object({
    repository: z.string(),
    ordered_by: z.enum(['tag_set', 'image_created', 'nothing']),
    tags: z.array(Tag),
    truncated: z.boolean(),
    cursor: z.string().nullable().meta({ description: 'Give it to see what follows.' }),
    note: z.string().nullable(),
    summary: z.string(),
  }),
  run: async ({ repository: text, filter, artifacts, limit, cursor }, { client, signal }) => {
    const located = client.locateRepository(text);
    const { name } = located;
    const wanted = (tag: string) => tag.includes(filter ?? '') && (artifacts || !isArtifactTag(tag));
    const start = Number(cursor ?? 0);
    const listed = await listOf(located, { filter, wanted, until: start + limit, signal });
    const tags = listed.tags.slice(start, start + limit);
    const truncated = listed.more || listed.tags.length > start + limit;
    const where = `${name.host}/${name.repository}`;
    return {
      repository: where,
      ordered_by: listed.ordered_by,
      tags,
      truncated,
      cursor: truncated && tags.length > 0 ? String(start + tags.length) : null,
      note: listed.note,
      summary: sentence(where, listed, tags, start),
    };
  },
});

interface Wish {
  filter: string | undefined;
  wanted(tag: string): boolean;
  /** How many are needed. */
  until: number;
  signal: AbortSignal | undefined;
}

async function listOf(located: Located, wish: Wish): Promise<Listed> {
  if (located.place.api === undefined) return await byRegistry(located, wish, null);
  try {
    return await byQuay(located, wish);
  } catch (error) {
    const closed = error instanceof SluiceError && ['auth', 'forbidden', 'not_found'].includes(error.code);
    if (!closed) throw error;
    return await byRegistry(located, wish, error.message);
  }
}

async function byQuay({ place, name }: Located, { filter, wanted, until, signal }: Wish): Promise<Listed> {
  const tags: (Tag & { at: number })[] = [];
  let seen = 0;
  let more = false;
  for await (const tag of place.api?.tags(name.repository, { like: filter }, signal) ?? []) {
    seen += 1;
    // One more than needed tells that there are more.
    more = tags.length > until || seen > MOST_QUAY_TAGS;
    if (more) break;
    if (!wanted(tag.name)) continue;
    const at = tag.start_ts ?? 0;
    const time = tag.start_ts === undefined ? null : isoTime(at * 1000);
    const time_source = time === null ? ('none' as const) : ('tag_set' as const);
    tags.push({ name: tag.name, digest: tag.manifest_digest, time, time_source, at });
  }
  const sorted = tags.toSorted((a, b) => b.at - a.at).map(({ at: _, ...tag }) => tag);
  return { tags: sorted, ordered_by: 'tag_set', more, note: null };
}

async function byRegistry(located: Located, wish: Wish, note: string | null): Promise<Listed> {
  const { place, name } = located;
  const { names, more } = await tagNames(place, name, MOST_NAMES, wish.signal);
  const fitting = names.filter(wish.wanted);
  if (fitting.length > MOST_DATED || more) {
    const tags = fitting.map((tag) => ({
      name: tag,
      digest: null,
      time: null,
      time_source: 'none' as const,
    }));
    return { tags, ordered_by: 'nothing', more, note };
  }
  const tags = await inGroups(fitting, (tag) => dated(located, tag, wish.signal));
  const at = ({ time }: Tag) => (time === null ? -Infinity : Date.parse(time));
  const newest = tags.toSorted((a, b) => (at(b) > at(a) ? 1 : at(b) < at(a) ? -1 : 0));
  return { tags: newest, ordered_by: 'image_created', more: false, note };
}

async function dated({ place, name }: Located, tag: string, signal: AbortSignal | undefined): Promise<Tag> {
  try {
    const document = await place.registry.read(specOf(name, tag), signal);
    const config = await configOf({ place, name, document }, signal);
    return { name: tag, digest: document.digest, ...builtAt(config) };
  } catch (error) {
    // Deleted meanwhile, or of a form that nobody reads any more: the others still have their order.
    const alone = error instanceof SluiceError && ['not_found', 'schema_drift'].includes(error.code);
    if (!alone) throw error;
    return { name: tag, digest: null, time: null, time_source: 'none' };
  }
}

function sentence(
  where: string,
  { ordered_by, more, tags: all }: Listed,
  tags: readonly Tag[],
  start: number,
) {
  const count = more ? `more than ${all.length}` : String(all.length);
  if (ordered_by === 'nothing') {
    return `${where} has ${count} tags that fit, too many to date: they stand in no order of time. Give filter.`;
  }
  const [first] = tags;
  const known = `${where} has ${count} ${all.length === 1 && !more ? 'tag' : 'tags'} that fit`;
  if (first === undefined || start > 0) return `${known}.`;
  const verb = ordered_by === 'tag_set' ? 'set' : 'built';
  return `${known}; the newest is ${first.name}${first.time === null ? '' : `, ${verb} ${first.time}`}.`;
}
