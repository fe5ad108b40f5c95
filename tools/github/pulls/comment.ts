import { z } from 'zod';
import { sha256 } from '../../../src/kit/canonical.ts';
import { absent, present, unknown } from '../../../src/kit/effect.ts';
import { inertText } from '../../../src/kit/outgoing.ts';
import type { GitHubClient } from '../client.ts';
import { defineTool, outcomeOf, Repo, Written } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { CommentAnswer, CommentsAnswer } from './schema.ts';

const PAGES = 20;
const Evidence = z.object({ comment: z.int(), url: z.string() });

export const addComment = defineTool({
  name: 'github_add_comment',
  title: 'Comment on a pull request or issue',
  description: `
Adds a comment to a pull request or an issue, once: a hidden marker with the key stands at its end, and a comment that
carries it already is taken as this one. Without a key the text itself is it, so the same text is not posted twice.`,
  effect: 'notify',
  key: 'repository, number and marker: the comment that holds it',
  settles: '30s',
  input: z.object({
    repository: Repo,
    number: z.int().min(1).describe('of the pull request or issue'),
    body: z.string().min(1).max(60_000).regex(/\S/),
    key: z
      .string()
      .max(200)
      .regex(/^(?!.*--)[\w.:/@#-]+$/, 'holds letters, digits and . : / @ # - _ but no two - in a row')
      .optional()
      .describe('names this comment, e.g. release and step'),
  }),
  output: z.object({ ...Written, number: z.int(), comment: z.int(), url: z.string() }),
  effects: async ({ repository, number, body, key }, { client }) => {
    client.demandWritable(repository);
    const marker = markerOf(key ?? `text-${sha256(body).slice(0, 32)}`);
    // Whatever looks like a marker in it is taken out with the other comments.
    const text = inertText(body);
    const at = { ...repositoryOf(repository), issue_number: number };
    return [
      {
        key: `github:comment:${repository.toLowerCase()}#${number}:${marker}`,
        preview: {
          system: 'github',
          action: 'comment',
          target: `${repository}#${number}`,
          after: { body: text },
        },
        find: async () => await findComment(client, repository, number, marker),
        send: async (permit) => {
          const created = await client.library.send(CommentAnswer, permit, (octokit) =>
            octokit.rest.issues.createComment({ ...at, body: `${text}\n\n${marker}` }),
          );
          return { comment: created.id, url: created.html_url };
        },
      },
    ];
  },
  result: async ({ repository, number }, _context, done) => {
    const { comment, url } = Evidence.parse(done[0]?.data);
    const outcome = outcomeOf(done);
    return {
      repository,
      number,
      comment,
      url,
      outcome,
      summary:
        outcome === 'sent'
          ? `Commented on #${number} in ${repository}.`
          : `#${number} in ${repository} has this comment already.`,
      next: null,
    };
  },
});

function markerOf(key: string): string {
  return `<!-- sluice: ${key} -->`;
}

async function findComment(client: GitHubClient, repository: string, number: number, marker: string) {
  const at = { ...repositoryOf(repository), issue_number: number, per_page: 100 };
  const { items, complete } = await client.library.pages(
    CommentsAnswer,
    (octokit, page) => octokit.rest.issues.listComments({ ...at, page }),
    PAGES,
  );
  const marked = items.filter(({ body }) => body?.trimEnd().endsWith(marker) === true);
  // Anybody who may comment can write our marker; a token of an app has no user, and its comments say so.
  const us = marked.length === 0 ? undefined : await client.viewer();
  const own = marked.find(({ user, performed_via_github_app: app }) =>
    us === undefined ? app !== null && app !== undefined : user?.login === us,
  );
  if (own !== undefined) return present({ comment: own.id, url: own.html_url });
  return complete ? absent : unknown(`#${number} has more than ${items.length} comments.`);
}
