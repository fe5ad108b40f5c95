import { z } from 'zod';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { prose } from '../../src/kit/hygiene.ts';
import { oneLine } from '../../src/kit/text.ts';
import type { JiraClient } from './client.ts';
import { defineTool, Key, Line, outcomeOf, told, Written } from './define.ts';
import type { LinkType } from './schema.ts';

const linkIssues = defineTool({
  name: 'jira_link_issues',
  title: 'Link two Jira issues',
  description: `
Links two issues so that "from <type> to" reads as a sentence: from AAP-1, type "blocks", to AAP-2. Takes the name of a
link type or either of its phrases.`,
  effect: 'create',
  key: 'jira/<from>/link/<type>/<to>: the link stands on the issue',
  settles: '5s',
  input: z.object({ from: Key, to: Key, type: Line.default('relates to') }),
  output: z.object({ ...Written, from: z.string(), to: z.string(), type: z.string() }),
  effects: async ({ from, to, type: phrase }, { client }) => {
    client.demandWritable(from);
    client.demandWritable(to);
    const link = await linkOf(client, from, to, phrase);
    const effect: Effect = {
      key: `jira/${link.from}/link/${link.type.name}/${link.to}`,
      preview: {
        system: 'jira',
        action: `link: ${oneLine(link.type.outward, 60)}`,
        target: `${link.from} to ${link.to}`,
      },
      find: async () => {
        const links = await client.issueLinks(link.from);
        // A link that reads the same from both ends is one link, whichever end it was made at.
        const mutual = link.type.inward === link.type.outward;
        const stands = links.some(
          ({ type, outwardIssue, inwardIssue }) =>
            type.name === link.type.name &&
            (outwardIssue?.key === link.to || (mutual && inwardIssue?.key === link.to)),
        );
        return stands ? present({ type: link.type.name }) : absent;
      },
      send: async (permit) => {
        await client.link(link.type.name, link.from, link.to, permit);
        return { type: link.type.name };
      },
    };
    return [effect];
  },
  result: async ({ from, to, type: phrase }, { client }, done) => {
    const { type } = z.object({ type: z.string() }).parse(done[0]?.data);
    const words = oneLine(phrase, 60);
    return {
      from,
      to,
      type,
      outcome: outcomeOf(done),
      url: client.urlOf(from),
      summary: told(done, `Linked: ${from} ${words} ${to}.`, `Nothing sent: ${from} ${words} ${to} already.`),
      next: null,
    };
  },
});

/** The link turned so that its outward phrase is said of `from`. */
async function linkOf(client: JiraClient, from: string, to: string, phrase: string) {
  if (from === to) {
    throw new SluiceError('invalid_input', {
      cause: `${from} cannot be linked to itself.`,
      remedy: 'Name two issues.',
    });
  }
  const wanted = plainWords(phrase);
  const types = await client.linkTypes();
  const by = (words: (type: LinkType) => string) => types.find((type) => plainWords(words(type)) === wanted);
  const forward = by(({ name }) => name) ?? by(({ outward }) => outward);
  if (forward !== undefined) return { type: forward, from, to };
  const backward = by(({ inward }) => inward);
  if (backward !== undefined) return { type: backward, from: to, to: from };
  throw new SluiceError('invalid_input', {
    cause: `jira: there is no link type ${JSON.stringify(oneLine(phrase, 60))}.`,
    remedy: `Give one of ${types.map(({ outward, inward }) => `${oneLine(outward, 60)} / ${oneLine(inward, 60)}`).join(', ') || 'none: links are switched off'}.`,
  });
}

const plainWords = (text: string) =>
  text
    .trim()
    .toLowerCase()
    .replace(/[-_\s]+/g, ' ');

const listLinks = defineTool({
  name: 'jira_list_links',
  title: 'List links of a Jira issue',
  description: `
Everything an issue is linked to: other issues, each with the phrase that reads from this one to the other, and addresses
outside Jira.`,
  effect: 'read',
  input: z.object({ key: Key }),
  output: z.object({
    key: z.string(),
    issues: z.array(
      z.object({
        type: z.string(),
        phrase: z.string(),
        key: z.string(),
        title: prose('Jira'),
        status: z.string(),
      }),
    ),
    addresses: z.array(z.string()),
    summary: z.string(),
  }),
  run: async ({ key }, { client }) => {
    const [links, addresses] = await Promise.all([client.issueLinks(key), client.remoteLinks(key)]);
    const issues = links.flatMap(({ type, inwardIssue, outwardIssue }) => {
      const other = outwardIssue ?? inwardIssue;
      if (other === undefined) return [];
      const phrase = outwardIssue === undefined ? type.inward : type.outward;
      const { summary = '', status } = other.fields;
      return [
        { type: type.name, phrase, key: other.key, title: oneLine(summary), status: status?.name ?? '' },
      ];
    });
    return {
      key,
      issues,
      addresses,
      summary: `${key} is linked to ${issues.length} issues and ${addresses.length} addresses.`,
    };
  },
});

const listSubtasks = defineTool({
  name: 'jira_list_subtasks',
  title: 'List sub-tasks of a Jira issue',
  description:
    'The sub-tasks of an issue with their status; open is how many are not in one of the statuses named as done.',
  effect: 'read',
  input: z.object({
    key: Key,
    done: z.array(Line).max(20).default(['Closed', 'Done', 'Resolved', 'Verified']).meta({
      description: 'Statuses that count as done.',
    }),
  }),
  output: z.object({
    key: z.string(),
    subtasks: z.array(z.object({ key: z.string(), title: z.string(), status: z.string() })),
    open: z.int(),
    summary: z.string(),
  }),
  run: async ({ key, done }, { client }) => {
    const finished = new Set(done.map((status) => status.toLowerCase()));
    const subtasks = (await client.subtasks(key)).map(({ key: own, summary, status }) => ({
      key: own,
      title: oneLine(summary),
      status,
    }));
    const open = subtasks.filter(({ status }) => !finished.has(status.toLowerCase())).length;
    return { key, subtasks, open, summary: `${key} has ${subtasks.length} sub-tasks, ${open} of them open.` };
  },
});

export const linkTools = [linkIssues, listLinks, listSubtasks];
