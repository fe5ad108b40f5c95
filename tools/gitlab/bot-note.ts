/** Accounts of access tokens, and those that say in their name what they are. */
const BOT_NAME = /^(?:project|group)_\d+_bot(?:_|$)|(?:^|[-_.])bot(?:$|[-_.\d])|\[bot\]$/i;
/** How notes of build and test systems begin that post as somebody's account. */
const BOT_WORDS =
  /^\W*(?:starting pipelinerun\b|integration test for\b|pipelines? as code\b|there (?:are no matching|is no) pipelineruns?\b|konflux\b.*\b(?:has|is|started|succeeded|failed)\b)/i;

export type NoteFrom = 'system' | 'bot' | 'person';

/** Whether a person wrote it: of the account where it tells, else of how such notes begin. */
export function noteFrom(note: {
  body: string;
  author: { username: string; bot?: boolean | null | undefined };
  system?: boolean | null | undefined;
}): NoteFrom {
  if (note.system === true) return 'system';
  if (note.author.bot === true || BOT_NAME.test(note.author.username)) return 'bot';
  return BOT_WORDS.test(note.body) ? 'bot' : 'person';
}
