export interface PullSpec {
  repository: string;
  tag: string | undefined;
  digest: string | undefined;
}

/** `host:5000/org/name:tag@sha256:…` in its parts. */
export function pullSpec(image: string): PullSpec {
  const [name = '', digest] = image.split('@', 2);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon < 0
    ? { repository: name, tag: undefined, digest }
    : { repository: name.slice(0, colon), tag: name.slice(colon + 1), digest };
}

export interface TagRule {
  /** First characters of the commit that make the tag. */
  hashLength: number | undefined;
  /** Tags are `<channel>-<commit>`. */
  channelInTag: boolean;
  /** Tag → digest, from the registry: what stands behind an image that names a digest alone. */
  digests: Readonly<Record<string, string>>;
}

/** Shorter beginnings of a commit name too many others as well. */
const LEAST = 7;

/** The commit, or the beginning of it, that an image was built from; a sentence where it cannot be told. */
export function builtFrom(image: string, rule: TagRule): { sha: string } | { why: string } {
  const { tag, digest } = pullSpec(image);
  const tags =
    tag !== undefined
      ? [tag]
      : Object.entries(rule.digests).flatMap(([known, of]) => (of === digest ? [known] : []));
  if (tags.length === 0)
    return { why: digest === undefined ? 'the image has no tag' : 'no tag is known for its digest' };
  const hashes = tags.map((one) => hashIn(one, rule)).filter((sha) => sha !== undefined);
  const longest = hashes.toSorted((a, b) => b.length - a.length)[0];
  if (longest === undefined) return { why: 'its tag is not the beginning of a commit' };
  if (hashes.some((sha) => !longest.startsWith(sha)))
    return { why: 'its digest has tags of several commits' };
  return { sha: longest };
}

function hashIn(tag: string, { hashLength, channelInTag }: TagRule): string | undefined {
  const hash = channelInTag ? tag.slice(tag.lastIndexOf('-') + 1) : tag;
  if (!/^[0-9a-f]{1,40}$/.test(hash)) return undefined;
  return hash.length >= Math.max(1, Math.min(hashLength ?? LEAST, 40)) ? hash : undefined;
}

/** Whether two names of commits, either of them shortened, can be of one commit. */
export function sameCommit(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}
