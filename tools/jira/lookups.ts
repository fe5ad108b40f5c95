import { z } from 'zod';
import { oneLine } from '../../src/kit/text.ts';
import { defineTool, Key, Line } from './define.ts';
import { isExactly } from './people.ts';
import { wordsIn } from './schema.ts';

const listProjects = defineTool({
  name: 'jira_list_projects',
  title: 'List Jira projects',
  description: 'Projects that the account can see, by key and name. Ask with query where there are many.',
  effect: 'read',
  input: z.object({ query: Line.optional(), limit: z.int().min(1).max(100).default(50) }),
  output: z.object({
    projects: z.array(z.object({ key: z.string(), name: z.string() })),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ query, limit }, { client }) => {
    const { projects, more } = await client.projects.list(query, limit);
    return {
      projects: projects.map(({ key, name }) => ({ key, name: oneLine(name) })),
      truncated: more,
      summary: `${projects.length} projects${more ? ', and there are more: ask with query' : ''}.`,
    };
  },
});

const findUser = defineTool({
  name: 'jira_find_user',
  title: 'Find a Jira user',
  description: `
People whom Jira finds by a name, address or id. user is the one who fits exactly, or null: then one of the candidates has
to be chosen by a person.`,
  effect: 'read',
  input: z.object({ query: Line, limit: z.int().min(1).max(50).default(10) }),
  output: z.object({
    user: z.object({ id: z.string(), name: z.string() }).nullable(),
    candidates: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        email: z.string().nullable(),
        active: z.boolean(),
        exact: z.boolean(),
      }),
    ),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ query, limit }, { client }) => {
    const users = await client.findUsers(query);
    const exact = users.filter((user) => user.active && isExactly(user, query));
    const only = exact.length === 1 ? exact[0] : undefined;
    return {
      user: only === undefined ? null : { id: only.id, name: only.displayName },
      candidates: users.slice(0, limit).map((user) => ({
        id: user.id,
        name: oneLine(user.displayName),
        email: user.emailAddress ?? null,
        active: user.active,
        exact: exact.includes(user),
      })),
      truncated: users.length > limit,
      summary:
        only === undefined
          ? `Nobody fits exactly; ${users.length} candidates.`
          : `It is ${oneLine(only.displayName, 80)} (${oneLine(only.id, 80)}).`,
    };
  },
});

const getChangelog = defineTool({
  name: 'jira_get_changelog',
  title: 'Get the changelog of a Jira issue',
  description: `
Who changed which field of an issue when, from what to what: the latest changes, oldest first. field narrows it, e.g.
status or Fix Version.`,
  effect: 'read',
  input: z.object({
    key: Key,
    field: Line.optional(),
    limit: z.int().min(1).max(200).default(40),
  }),
  output: z.object({
    key: z.string(),
    changes: z.array(
      z.object({
        at: z.string(),
        by: z.string(),
        field: z.string(),
        from: z.string().nullable(),
        to: z.string().nullable(),
      }),
    ),
    total: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ key, field, limit }, { client }) => {
    const histories = await client.changelog(key);
    const all = histories
      .toSorted((a, b) => Date.parse(a.created) - Date.parse(b.created))
      .flatMap(({ created, author, items }) =>
        items.map((item) => ({
          at: created,
          by: author?.displayName ?? '',
          field: item.field,
          from: short(wordsIn(item, 'fromString')),
          to: short(wordsIn(item, 'toString')),
        })),
      )
      .filter((change) => field === undefined || change.field.toLowerCase() === field.toLowerCase());
    const changes = all.slice(-limit);
    return {
      key,
      changes,
      total: all.length,
      truncated: changes.length < all.length,
      summary: `${key} has ${all.length} changes${field === undefined ? '' : ` of ${oneLine(field, 60)}`}.`,
    };
  },
});

const short = (words: string | null) => (words === null ? null : oneLine(words, 200));

export const lookupTools = [listProjects, findUser, getChangelog];
