import { SluiceError } from '../../src/kit/errors.ts';
import { oneLine } from '../../src/kit/text.ts';
import type { SlackClient } from './client.ts';
import type { PersonEntry } from './directory.ts';
import type { Person } from './text.ts';

export type PersonLookUp =
  | { outcome: 'found'; person: Person }
  | { outcome: 'unknown' | 'ambiguous'; candidates: readonly PersonEntry[]; complete: boolean };

const USER_ID = /^[UW][A-Z0-9]+$/;

/** By address, or by exact handle, display name or id. One who merely has a similar name is a candidate. */
export async function findPerson(client: SlackClient, who: string): Promise<PersonLookUp> {
  if (/^[^@\s]+@[^@\s]+$/.test(who)) {
    const person = await client.lookupByEmail(who);
    return person === undefined || !USER_ID.test(person.id)
      ? { outcome: 'unknown', candidates: [], complete: true }
      : { outcome: 'found', person };
  }
  const { matches, candidates, complete } = await client.findPerson(who);
  const [found, other] = matches;
  if (found === undefined || !USER_ID.test(found.id)) return { outcome: 'unknown', candidates, complete };
  // A display name may be anybody's: one that is another person's handle names neither.
  if (other !== undefined) return { outcome: 'ambiguous', candidates, complete };
  return { outcome: 'found', person: { id: found.id, name: found.name } };
}

/** People to mention; who is not found exactly is left out when the caller says so, and refused otherwise. */
export async function peopleToMention(
  client: SlackClient,
  asked: readonly string[],
  skipUnknown: boolean,
): Promise<{ people: Person[]; left: string[] }> {
  const people: Person[] = [];
  const left: string[] = [];
  for (const who of new Set(asked)) {
    const found = await findPerson(client, who);
    if (found.outcome === 'found') {
      if (people.every(({ id }) => id !== found.person.id)) people.push(found.person);
    } else if (skipUnknown) left.push(who);
    else throw notExactly(who, found);
  }
  return { people, left };
}

function notExactly(who: string, found: Exclude<PersonLookUp, { outcome: 'found' }>): SluiceError {
  const named = found.candidates
    .map(({ id, name, realName }) => `@${oneLine(name, 80)} (${oneLine(realName, 80)}, ${id})`)
    .join(', ');
  const ambiguous = found.outcome === 'ambiguous';
  return new SluiceError(ambiguous ? 'conflict' : 'not_found', {
    cause: ambiguous
      ? `slack: ${JSON.stringify(who)} is more than one person. Nothing was posted.`
      : `slack: nobody is exactly ${JSON.stringify(who)}. Nothing was posted.`,
    remedy: `${named === '' ? '' : `Did you mean ${named}? `}Give an e-mail address or an exact handle, or post without the mention (skip_unknown_mentions).`,
    rule: 'slack.mention-exact',
  });
}
