import { z } from 'zod';
import { defineTool, limitOf, plural, Ref, Repo, short } from '../define.ts';
import { CommitRow, compared, rowOf } from './read.ts';
import { ticketKeys } from './ticket-keys.ts';

const MOST_KEYS = 120;

export const compareRefs = defineTool({
  name: 'github_compare_refs',
  title: 'Compare two refs',
  description: `
What head has beyond base and what it lacks: status (ahead, behind, diverged, identical), how many commits come and go,
the newest of them, and the ticket keys in their messages. Behind means that going from base to head would take commits
back. Counts are of all commits, lists are cut to limit.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    base: Ref.describe('from: commit id, tag or branch'),
    head: Ref.describe('to: commit id, tag or branch'),
    limit: limitOf(15),
  }),
  output: z.object({
    repository: z.string(),
    base_commit: z.string(),
    merge_base: z.string().nullable(),
    status: z.enum(['ahead', 'behind', 'diverged', 'identical']),
    ahead_by: z.int(),
    behind_by: z.int(),
    coming: z.array(CommitRow).describe('newest first'),
    going: z.array(CommitRow).describe('in base and not in head, newest first'),
    ticket_keys: z.array(z.string()).describe('of what comes'),
    ticket_keys_going: z.array(z.string()),
    keys_complete: z.boolean().describe('false: not every message was read'),
    truncated: z.boolean(),
    url: z.string().nullable(),
    summary: z.string(),
  }),
  run: async ({ repository, base, head, limit }, { client }) => {
    const forth = await compared(client, repository, base, head);
    const back = forth.behind_by > 0 ? await compared(client, repository, head, base) : undefined;
    const coming = forth.commits.toReversed();
    const going = back?.commits.toReversed() ?? [];
    const keys = ticketKeys(forth.commits.map(({ commit }) => commit.message));
    const keysGoing = ticketKeys(going.map(({ commit }) => commit.message));
    return {
      repository,
      base_commit: forth.base_commit.sha,
      merge_base: forth.merge_base_commit?.sha ?? null,
      status: forth.status,
      ahead_by: forth.ahead_by,
      behind_by: forth.behind_by,
      coming: coming.slice(0, limit).map(rowOf),
      going: going.slice(0, limit).map(rowOf),
      ticket_keys: keys.slice(0, MOST_KEYS),
      ticket_keys_going: keysGoing.slice(0, MOST_KEYS),
      keys_complete:
        forth.complete &&
        (back?.complete ?? true) &&
        keys.length <= MOST_KEYS &&
        keysGoing.length <= MOST_KEYS,
      truncated: forth.ahead_by > limit || forth.behind_by > limit,
      url: forth.html_url ?? null,
      summary: sentenceOf(short(base), short(head), forth.ahead_by, forth.behind_by, keys.length),
    };
  },
});

function sentenceOf(base: string, head: string, ahead: number, behind: number, keys: number): string {
  if (ahead === 0 && behind === 0) return `${head} is the same as ${base}.`;
  const parts = [
    ahead > 0 ? `${plural(ahead, 'commit')} ahead` : '',
    behind > 0 ? `${plural(behind, 'commit')} behind` : '',
  ].filter((part) => part !== '');
  return `${head} is ${parts.join(' and ')} of ${base}${keys > 0 ? `, with ${plural(keys, 'ticket key')}` : ''}.`;
}
