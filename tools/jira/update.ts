import { z } from 'zod';
import { digestOf } from '../../src/kit/canonical.ts';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { oneLine } from '../../src/kit/text.ts';
import type { JiraClient } from './client.ts';
import { defineTool, Key, Label, Line, Markdown, outcomeOf, Person, told, Who, Written } from './define.ts';
import { FieldInput, holds } from './fields.ts';

const updateIssue = defineTool({
  name: 'jira_update_issue',
  title: 'Change fields of a Jira issue',
  description: `
Sets fields of an issue, all by one request; what holds its value already is no change. For labels, assignee, status and
fix versions there are tools of their own, which take nothing away.`,
  effect: 'update',
  key: 'jira/<issue>/fields/<digest of the values>: the fields hold the values',
  settles: '5s',
  input: z.object({
    key: Key,
    title: Line.optional(),
    description: Markdown.optional(),
    priority: Line.optional(),
    fields: z.record(z.string(), FieldInput).default({}).meta({
      description: 'Further fields by name, id or alias; null empties one.',
    }),
  }),
  output: z.object({ ...Written, key: z.string(), changed: z.array(z.string()) }),
  effects: async (input, { client }) => {
    client.demandWritable(input.key);
    const wanted = await wantedOf(client, input);
    const ids = Object.keys(wanted);
    const differing = async () => {
      const { fields } = await client.getIssue(input.key, ids);
      return ids.filter((id) => !holds(fields[id], wanted[id]));
    };
    const { fields: before } = await client.getIssue(input.key, ids);
    const effect: Effect = {
      key: `jira/${input.key}/fields/${digestOf(wanted).slice(0, 16)}`,
      preview: {
        system: 'jira',
        action: `set ${ids.map((id) => oneLine(id, 40)).join(', ')}`,
        target: input.key,
        before: Object.fromEntries(ids.map((id) => [id, before[id] ?? null])),
        after: wanted,
      },
      find: async () => ((await differing()).length === 0 ? present({ changed: [] }) : absent),
      send: async (permit) => {
        await client.editIssue(input.key, { fields: wanted }, permit);
        return { changed: ids };
      },
    };
    return [effect];
  },
  result: async ({ key }, { client }, done) => {
    const { changed } = z.object({ changed: z.array(z.string()) }).parse(done[0]?.data);
    return {
      key,
      changed,
      outcome: outcomeOf(done),
      url: client.urlOf(key),
      summary: told(
        done,
        `Set ${changed.join(', ')} of ${key}.`,
        `Nothing sent: ${key} holds these values already.`,
      ),
      next: null,
    };
  },
});

async function wantedOf(
  client: JiraClient,
  input: {
    title?: string | undefined;
    description?: string | undefined;
    priority?: string | undefined;
    fields: Record<string, FieldInput>;
  },
): Promise<Record<string, unknown>> {
  const wanted = {
    ...(await client.fieldValues(input.fields)),
    ...(input.title === undefined ? {} : { summary: input.title }),
    ...(input.description === undefined ? {} : { description: client.body(input.description) }),
    ...(input.priority === undefined ? {} : { priority: { name: input.priority } }),
  };
  if (Object.keys(wanted).length > 0) return wanted;
  throw new SluiceError('invalid_input', {
    cause: 'jira_update_issue was given nothing to change.',
    remedy: 'Give title, description, priority or fields.',
  });
}

const assignIssue = defineTool({
  name: 'jira_assign_issue',
  title: 'Assign a Jira issue',
  description: `
Makes exactly one person the assignee, or nobody with null. A name that fits several people changes nothing: the answer
names the candidates.`,
  effect: 'update',
  key: 'jira/<issue>/assignee/<person id>: the issue is assigned so',
  settles: '5s',
  input: z.object({ key: Key, to: Who.nullable() }),
  output: z.object({ ...Written, key: z.string(), assignee: Person.nullable() }),
  effects: async ({ key, to }, { client }) => {
    client.demandWritable(key);
    const person = to === null ? null : await client.person(to);
    const { assignee: before } = await client.getIssue(key);
    const effect: Effect = {
      key: `jira/${key}/assignee/${person?.id ?? 'nobody'}`,
      preview: {
        system: 'jira',
        action: person === null ? 'unassign' : 'assign',
        target: key,
        before,
        after: person,
      },
      find: async () => {
        const { assignee } = await client.getIssue(key);
        return (assignee?.id ?? null) === (person?.id ?? null) ? present({ assignee }) : absent;
      },
      send: async (permit) => {
        await client.assign(key, person?.id ?? null, permit);
        return { assignee: person };
      },
    };
    return [effect];
  },
  result: async ({ key }, { client }, done) => {
    const { assignee } = z.object({ assignee: Person.nullable() }).parse(done[0]?.data);
    const who = assignee === null ? 'nobody' : assignee.name || assignee.id;
    return {
      key,
      assignee,
      outcome: outcomeOf(done),
      url: client.urlOf(key),
      summary: told(
        done,
        `Assigned ${key} to ${who}.`,
        `Nothing sent: ${key} is assigned to ${who} already.`,
      ),
      next: null,
    };
  },
});

const addLabels = defineTool({
  name: 'jira_add_labels',
  title: 'Add labels to a Jira issue',
  description:
    'Adds labels to an issue; those that stand there stay. Nothing is sent when all of them stand.',
  effect: 'update',
  key: 'jira/<issue>/labels/<labels>: they stand on the issue',
  settles: '5s',
  input: z.object({ key: Key, labels: z.array(Label).min(1).max(30) }),
  output: z.object({ ...Written, key: z.string(), labels: z.array(z.string()) }),
  effects: async ({ key, labels }, { client }) => {
    client.demandWritable(key);
    const wanted = [...new Set(labels)].sort();
    const { labels: before } = await client.getIssue(key);
    const effect: Effect = {
      key: `jira/${key}/labels/${wanted.join('+')}`,
      preview: { system: 'jira', action: 'add labels', target: key, before, after: wanted },
      find: async () => {
        const { labels: held } = await client.getIssue(key);
        return wanted.every((label) => held.includes(label)) ? present({ labels: held }) : absent;
      },
      send: async (permit) => {
        await client.addLabels(key, wanted, permit);
        return { labels: [...new Set([...before, ...wanted])] };
      },
    };
    return [effect];
  },
  result: async ({ key, labels }, { client }, done) => ({
    key,
    ...z.object({ labels: z.array(z.string()) }).parse(done[0]?.data),
    outcome: outcomeOf(done),
    url: client.urlOf(key),
    summary: told(
      done,
      `Labelled ${key} ${labels.join(', ')}.`,
      `Nothing sent: ${key} has these labels already.`,
    ),
    next: null,
  }),
});

const addWatcher = defineTool({
  name: 'jira_add_watcher',
  title: 'Add a watcher to a Jira issue',
  description: 'Makes exactly one person watch an issue; they hear of its changes from then on.',
  effect: 'update',
  key: 'jira/<issue>/watcher/<person id>: the person is among the watchers',
  settles: '5s',
  input: z.object({ key: Key, who: Who }),
  output: z.object({ ...Written, key: z.string(), watcher: Person }),
  effects: async ({ key, who }, { client }) => {
    client.demandWritable(key);
    const person = await client.person(who);
    const effect: Effect = {
      key: `jira/${key}/watcher/${person.id}`,
      preview: { system: 'jira', action: 'add watcher', target: key, after: person },
      find: async () => {
        const watching = await client.watchers(key);
        return watching.some(({ id }) => id === person.id) ? present({ watcher: person }) : absent;
      },
      send: async (permit) => {
        await client.addWatcher(key, person.id, permit);
        return { watcher: person };
      },
    };
    return [effect];
  },
  result: async ({ key }, { client }, done) => {
    const { watcher } = z.object({ watcher: Person }).parse(done[0]?.data);
    const who = watcher.name || watcher.id;
    return {
      key,
      watcher,
      outcome: outcomeOf(done),
      url: client.urlOf(key),
      summary: told(done, `${who} watches ${key}.`, `Nothing sent: ${who} watches ${key} already.`),
      next: null,
    };
  },
});

export const updateTools = [updateIssue, assignIssue, addLabels, addWatcher];
