import { SluiceError } from '../../src/kit/errors.ts';
import { nearest } from '../../src/kit/suggest.ts';
import type { Place } from './client.ts';
import { type ImageName, isArtifactTag } from './pull-spec.ts';
import { absent } from './registry.ts';

const MOST_LOOKED_AT = 5000;
const MOST_NAMED = 5;
/** A short commit is written with at least so many characters. */
const SHORT = 7;

/** The registry has said that there is no such tag; what it does have helps to see why. */
export async function missingTag(
  place: Place,
  name: ImageName,
  signal: AbortSignal | undefined,
): Promise<SluiceError> {
  const where = `${name.host}/${name.repository}`;
  const listed = await looked(place, name, signal);
  if (listed === 'no repository') return noRepository(name);
  const near = nearestTags(name.tag, listed);
  return new SluiceError('not_found', {
    cause: `${where} has no tag ${name.tag}.`,
    remedy:
      near.length > 0
        ? `Nearest tags: ${near.join(', ')}.`
        : 'No tag is near it: quay_list_tags tells the newest ones.',
    status: 404,
  });
}

export function noRepository({ host, repository }: ImageName): SluiceError {
  return new SluiceError('not_found', {
    cause: `There is no repository ${host}/${repository}.`,
    remedy: 'Check its whole path, with the namespace.',
    status: 404,
  });
}

async function looked(
  { registry }: Place,
  name: ImageName,
  signal: AbortSignal | undefined,
): Promise<string[] | 'no repository'> {
  try {
    return (await absent(registry.tags(name, MOST_LOOKED_AT, signal)))?.names ?? 'no repository';
  } catch {
    // Only a help: that the tag is missing has been said already.
    return [];
  }
}

/** A shorter or a longer form of the same name comes first, as of a commit; then a slip of the pen. */
export function nearestTags(wanted: string, tags: readonly string[]): string[] {
  const others = tags.filter((tag) => !isArtifactTag(tag));
  const same = others.filter((tag) => {
    const [short, long] = tag.length < wanted.length ? [tag, wanted] : [wanted, tag];
    return long.startsWith(short) && (short.length >= SHORT || long.length - short.length <= SHORT);
  });
  const slip = nearest(wanted, others);
  return [...new Set([...same, ...(slip === undefined ? [] : [slip])])].slice(0, MOST_NAMED);
}
