import { sha256 } from '../../src/kit/canonical.ts';

/**
 * The label by which an issue that we made is found again: JQL finds labels without further set-up, an entity
 * property only where an app has had it indexed.
 */
export function labelOf(key: string): string {
  return `sluice-${sha256(key).slice(0, 16)}`;
}

/** What a comment is known by when its caller names no key: the same words on an issue are the same comment. */
export function digestOfWords(words: string): string {
  return sha256(words.replace(/\s+/g, ' ').trim()).slice(0, 16);
}
