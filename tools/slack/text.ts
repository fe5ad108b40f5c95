/**
 * Takes the power to alarm a whole channel out of a text: `<!channel>`, `<!here>`, `<!everyone>`,
 * `<!subteam^…>` and their plain forms. Links and mentions of one person stay.
 */
export function neutralise(text: string): string {
  return text.replaceAll('<!', '&lt;!').replace(/@(?=(?:channel|here|everyone|group)\b)/gi, '@ ');
}

/** A user group's mention: the one alarm that a message of ours may carry, and never by its text. */
export function subteamMention(id: string): string {
  return `<!subteam^${id}>`;
}
