import { z } from 'zod';
import { isoTime } from '../../src/kit/clock.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { defineTool, IMAGE_OUTPUT, ImageInput } from './define.ts';
import { configOf, type Image, pinned, platformImages, readReference } from './images.ts';
import type { Config } from './registry-schema.ts';
import { builtAt, Times } from './times.ts';

export const getTag = defineTool({
  name: 'quay_get_tag',
  title: 'Get an image tag',
  description: `What a tag of an image stands for now: digest, platforms, when it was set (Quay) or when the image was built
(any other registry; time_source says which), when it expires. The right one to see whether the image of a commit is there
and to pin it by digest. A missing tag is not_found with the nearest tags; a registry that cannot be asked is never that.
With tag and digest both: conflict when the tag stands for something else.`,
  effect: 'read',
  input: z.object({ image: ImageInput }),
  output: z.object({
    ...IMAGE_OUTPUT,
    media_type: z.string(),
    platforms: z.array(z.string()),
    ...Times,
    expires: z.string().nullable(),
    note: z.string().nullable().meta({ description: 'Why the Quay API did not tell the time.' }),
    summary: z.string(),
  }),
  run: async ({ image: text }, { client, signal }) => {
    const located = client.locate(text);
    const { name } = located;
    if (name.tag === '') {
      throw new SluiceError('invalid_input', {
        cause: `${JSON.stringify(text)} names no tag.`,
        remedy: 'Add :tag; quay_list_tags tells the tags, quay_get_manifest looks at a digest.',
      });
    }
    const image = await readReference(located, name.tag, signal);
    const { document } = image;
    if (name.digest !== '' && name.digest !== document.digest) {
      throw new SluiceError('conflict', {
        cause: `${name.host}/${name.repository}:${name.tag} stands for ${document.digest}, not for ${name.digest}: it was set to another image.`,
        remedy: 'Find out who moved the tag; go on by the digest that was meant.',
      });
    }
    const config = await configOf(image, signal);
    const set = await whenSet(image, signal);
    const built = { ...builtAt(config), expires: null };
    const times = { ...(set.found ?? built), note: set.note };
    const when =
      times.time === null ? '' : `, ${times.time_source === 'tag_set' ? 'set' : 'built'} ${times.time}`;
    return {
      image: pinned(image),
      tag: name.tag,
      digest: document.digest,
      is_index: document.kind === 'index',
      media_type: document.mediaType,
      platforms: platformsOf(image, config),
      ...times,
      summary: `${name.host}/${name.repository}:${name.tag} is ${document.digest}${when}.`,
    };
  },
});

/** By the Quay API; it only adds to what the registry has said, so its failure is a note. */
async function whenSet({ place, name, document }: Image, signal: AbortSignal | undefined) {
  if (place.api === undefined) return { found: undefined, note: null };
  try {
    const tag = await place.api.tag(name.repository, name.tag, signal);
    if (tag?.start_ts === undefined || tag.manifest_digest !== document.digest) {
      return { found: undefined, note: 'The Quay API does not show the tag as the registry does.' };
    }
    const found = {
      time: isoTime(tag.start_ts * 1000),
      time_source: 'tag_set' as const,
      expires: tag.end_ts ? isoTime(tag.end_ts * 1000) : null,
    };
    return { found, note: null };
  } catch (error) {
    if (!(error instanceof SluiceError) || signal?.aborted) throw error;
    return { found: undefined, note: error.message };
  }
}

function platformsOf(image: Image, config: Config | undefined): string[] {
  if (image.document.kind === 'index') return platformImages(image).flatMap(({ platform }) => platform ?? []);
  return config?.os && config.architecture ? [`${config.os}/${config.architecture}`] : [];
}
