import { z } from 'zod';
import { proseLines } from '../../../src/kit/hygiene.ts';
import { defineTool, limitOf, linesOf, Ref, Repo, short, shortId } from '../define.ts';
import { CommitRow, commitOf, rowOf } from './read.ts';
import { ticketKeys } from './ticket-keys.ts';

export const getCommit = defineTool({
  name: 'github_get_commit',
  title: 'Get a commit',
  description: `
One commit: its full id, author, message, parents, whether GitHub holds its signature for good, ticket keys, and the
files that it changes.`,
  effect: 'read',
  input: z.object({ repository: Repo, ref: Ref, limit: limitOf(50) }),
  output: z.object({
    ...CommitRow.shape,
    repository: z.string(),
    message: proseLines('GitHub'),
    parents: z.array(z.string()),
    verified: z.boolean().nullable(),
    ticket_keys: z.array(z.string()),
    files: z.array(
      z.object({ path: z.string(), status: z.string(), additions: z.int(), deletions: z.int() }),
    ),
    truncated: z.boolean(),
    url: z.string().nullable(),
    summary: z.string(),
  }),
  run: async ({ repository, ref, limit }, { client }) => {
    const found = await commitOf(client, repository, ref);
    const files = found.files ?? [];
    const message = linesOf(found.commit.message, 2_000);
    const row = rowOf(found);
    return {
      ...row,
      repository,
      message: message.lines,
      parents: found.parents.map(({ sha }) => sha),
      verified: found.commit.verification?.verified ?? null,
      ticket_keys: ticketKeys([found.commit.message]).slice(0, 50),
      files: files.slice(0, limit).map(({ filename, status, additions, deletions }) => ({
        path: short(filename, 300),
        status,
        additions,
        deletions,
      })),
      truncated: files.length > limit || message.truncated,
      url: found.html_url ?? null,
      summary: `${shortId(found.sha)} by ${row.author ?? 'somebody'}: ${row.subject}`,
    };
  },
});
