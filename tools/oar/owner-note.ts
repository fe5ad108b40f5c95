/** The note by which a shipment's merge request names its release lead. */
const sentence = (username: string) => `QE Release Lead is @${username}`;
const marker = (username: string) => `<!-- sluice:qe-release-lead:${username} -->`;

export function ownerNote(username: string): string {
  return `${sentence(username)}\n\n${marker(username)}`;
}

/** Our note, by its marker, or the one that the older automation left: the bare sentence. */
export function isOwnerNote(body: string, username: string): boolean {
  return body.includes(marker(username)) || body.trim() === sentence(username);
}
