import { imageWords, withoutTags } from './html.ts';

/** Text that is still not still after so many rounds was built to be so. */
const ROUNDS = 8;

const IMAGE =
  /!\[((?:[^[\]\\]|\\.|\[[^[\]]{0,500}\]){0,1000})\]\(\s{0,9}<?([^\s<>()]{0,2000}(?:\([^\s()]{0,500}\)[^\s<>()]{0,500}){0,3})>?(?:\s{1,9}(?:"[^"]{0,500}"|'[^']{0,500}'|\([^)]{0,500}\)))?\s{0,9}\)(?:\{[^}\n]{0,200}\})?/gs;
const IMAGE_BY_NAME = /!\[((?:[^[\]\\]|\\.){0,500})\]\[[^[\]]{0,200}\]/gs;
const LINK =
  /(?<![!\\])\[((?:[^[\]\\\n]|\\.|\[[^[\]\n]{0,200}\]){0,500})\]\(\s{0,9}<?([^\s<>()]{1,2000}(?:\([^\s()]{0,500}\)[^\s<>()]{0,500}){0,3})>?(\s{1,9}(?:"[^"]{0,500}"|'[^']{0,500}'|\([^)]{0,500}\)))?\s{0,9}\)/gs;
/** `[//]: # (words that no page shows)`. */
const HIDDEN_LINE = /^ {0,3}\[[^\]\n]{1,200}\]:[ \t]*(?:#|<#?>)(?:[ \t]+[^\n]*)?$/gm;
const DEFINITION = /^ {0,3}\[[^\]\n]{1,200}\]:[ \t]*\S/m;

/**
 * The words of a text that somebody else wrote as Markdown or HTML: what a page would hide is gone, what
 * a page would fetch is words, a link shows where it leads.
 */
export function withoutMarkup(text: string): string {
  let now = text;
  if (!/<|!\[|\]\(|\]:/.test(text)) return text;
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = withoutImages(withoutTags(now)).replace(HIDDEN_LINE, '').replace(LINK, plainLink);
    if (next === now) return now;
    now = next;
  }
  return now.replaceAll('<', '‹').replaceAll('![', '! [').replaceAll('](', '] (');
}

/** No image that a client would fetch, not even one that stands in a log. */
export function withoutImages(text: string): string {
  if (!text.includes('![')) return text;
  const named = text
    .replace(IMAGE, (_all, alt: string, address: string) => imageWords(alt, address))
    .replace(IMAGE_BY_NAME, (_all, alt: string) => imageWords(alt, ''));
  if (!named.includes('![')) return named;
  // `vec![1]` is no image; before what looks like an address it might be one.
  const last = DEFINITION.test(named)
    ? named.length
    : Math.max(named.lastIndexOf(']('), named.lastIndexOf(']['));
  return named.replace(/!\[/g, (all, at: number) => (at < last ? '! [' : all));
}

function plainLink(all: string, label: string, address: string, title: string | undefined): string {
  const words = label.trim();
  if (words === '') return address;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address)?.[1]?.toLowerCase();
  if (scheme !== undefined && !['http', 'https', 'mailto'].includes(scheme)) return words;
  const [, shown] = /^(?:https?:\/\/)?((?:[\w-]+\.)+[a-z]{2,})(?:[/:?#]|$)/i.exec(words) ?? [];
  const [, real] = /^https?:\/\/(?:[^/?#@\s]*@)?([^/?#\s:]+)/i.exec(address) ?? [];
  if (shown !== undefined && real !== undefined && shown.toLowerCase() !== real.toLowerCase())
    return `${words} (${address})`;
  return title === undefined ? all : `[${label}](${address})`;
}
