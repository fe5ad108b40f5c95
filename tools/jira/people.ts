import { SluiceError } from '../../src/kit/errors.ts';
import { oneLine } from '../../src/kit/text.ts';
import type { UserAnswer } from './schema.ts';

const SHOWN = 5;

/** Whether a person is exactly who is asked for: by id, user name, address or whole name. */
export function isExactly(user: UserAnswer, asked: string): boolean {
  const wanted = asked.trim().replace(/^@/, '').toLowerCase();
  return [user.id, user.username, user.emailAddress, user.displayName].some(
    (name) => name !== undefined && name.toLowerCase() === wanted,
  );
}

/** The one active person that a name means; nobody is guessed. */
export function onlyPerson(users: readonly UserAnswer[], asked: string): UserAnswer {
  const exact = users.filter((user) => user.active && isExactly(user, asked));
  const [only] = exact;
  if (only !== undefined && exact.length === 1) return only;
  const candidates = (exact.length > 1 ? exact : users).filter(({ active }) => active);
  const shown = candidates
    .slice(0, SHOWN)
    .map(({ displayName, id }) => `${oneLine(displayName, 60)} (${oneLine(id, 60)})`);
  const more = candidates.length > SHOWN ? ` and ${candidates.length - SHOWN} more` : '';
  throw new SluiceError(candidates.length === 0 ? 'not_found' : 'precondition', {
    cause:
      candidates.length === 0
        ? `jira: nobody active is found by ${JSON.stringify(oneLine(asked, 80))}.`
        : `jira: ${JSON.stringify(oneLine(asked, 80))} is not exactly one person: ${shown.join(', ')}${more}.`,
    remedy: 'Give the id, the address or the whole name; jira_find_user lists who there is.',
  });
}

const BOT = /^\s*(starting pipelinerun|integration test for component)\b/i;

/** A machine's comment, by its author or by how it begins. */
export function isBot(author: { accountType?: string | undefined } | undefined, words: string): boolean {
  return author?.accountType === 'app' || BOT.test(words);
}
