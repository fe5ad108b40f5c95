import { cleanText } from '../../src/kit/text.ts';

const LINK = /<([a-z][a-z\d+.-]*:[^|<>\s]+)(?:\|([^<>]*))?>/gi;

/**
 * Takes all power out of a text: it alarms no channel, group or person (`<!…>`, `<@…>`, `@here`), names no
 * channel by id, and a link shows where it leads. Mentions are added beside the text, never by it.
 */
export function neutralise(text: string): string {
  return cleanText(text, text.length)
    .replace(LINK, (_link, url: string, label: string | undefined) =>
      label === undefined || label === url ? url : `${label} (${url})`,
    )
    .replace(/&(?=(?:amp|lt|gt);)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/@(?=(?:channel|here|everyone|group)\b)/gi, '@ ');
}

/** A user group's mention: the one alarm that a message of ours may carry, and never by its text. */
export function subteamMention(id: string): string {
  return `<!subteam^${id}>`;
}

export interface Person {
  /** `U…` or `W…`. */
  id: string;
  /** The handle, without @. */
  name: string;
}

export function personMention({ id }: Person): string {
  return `<@${id}>`;
}
