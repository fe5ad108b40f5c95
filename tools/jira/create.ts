import { z } from 'zod';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { oneLine } from '../../src/kit/text.ts';
import type { JiraClient } from './client.ts';
import {
  defineTool,
  Key,
  Label,
  Line,
  Markdown,
  NaturalKey,
  outcomeOf,
  Project,
  told,
  Who,
  Written,
} from './define.ts';
import { FieldInput } from './fields.ts';
import { issueType } from './issue-type.ts';
import { projectOf } from './keys.ts';
import { labelOf } from './natural-key.ts';

const What = {
  title: Line,
  description: Markdown.optional(),
  labels: z.array(Label).max(30).default([]),
  assignee: Who.optional(),
  fields: z.record(z.string(), FieldInput).default({}).meta({
    description: 'Further fields by name, id or alias (points, epic, user_story, acceptance_criteria, dod).',
  }),
  key: NaturalKey.meta({
    description:
      'What the issue is for, e.g. release id and step: a second call with it finds the first issue.',
  }),
};

const Evidence = z.object({ key: z.string(), title: z.string() });

const Created = {
  ...Written,
  key: z.string(),
  title: z.string(),
  label: z.string().meta({ description: 'The label by which it is found again.' }),
};

const createIssue = defineTool({
  name: 'jira_create_issue',
  title: 'Create a Jira issue',
  description: `
Creates an issue, or answers with the one that was created for the same key before. Types and fields are checked
against the project before anything is sent. The right one for a ticket of its own; a part of another one is
jira_create_subtask.`,
  effect: 'create',
  key: 'jira/<project>/issue/<label>: the label sluice-<16 hex digits of key>; without key, of project, type and title',
  settles: '60s',
  input: z.object({
    project: Project,
    type: Line.default('Task'),
    ...What,
    components: z.array(Line).max(20).default([]),
    fix_versions: z.array(Line).max(20).default([]),
    priority: Line.optional(),
  }),
  output: z.object(Created),
  effects: async (input, { client }) => {
    client.demandWritable(input.project);
    const type = issueType(input.type, await typesIn(client, input.project));
    const named = (names: readonly string[]) => names.map((name) => ({ name }));
    const fields = {
      ...(input.components.length === 0 ? {} : { components: named(input.components) }),
      ...(input.fix_versions.length === 0 ? {} : { fixVersions: named(input.fix_versions) }),
      ...(input.priority === undefined ? {} : { priority: { name: input.priority } }),
      ...(await fieldsOf(client, input)),
      issuetype: { id: type.id },
    };
    const label = labelOfInput(input);
    return [creation(client, { project: input.project, type: type.name, label, fields, title: input.title })];
  },
  result: async (input, { client }, done) => resultOf(client, labelOfInput(input), done),
});

const createSubtask = defineTool({
  name: 'jira_create_subtask',
  title: 'Create a Jira sub-task',
  description: `
Creates a sub-task of an issue, or answers with the one that was created for the same key before, or that stands
under the parent with the same title.`,
  effect: 'create',
  key: 'jira/<parent>/subtask/<label>: the title among the sub-tasks of the parent, or the label sluice-<16 hex digits of key>; without key, of parent and title',
  settles: '60s',
  input: z.object({ parent: Key, type: Line.default('Sub-task'), ...What }),
  output: z.object({ ...Created, parent: z.string() }),
  effects: async (input, { client }) => {
    const project = projectOf(input.parent);
    client.demandWritable(project);
    const types = (await typesIn(client, project)).filter(({ subtask }) => subtask);
    const type = issueType(input.type, types);
    const fields = {
      ...(await fieldsOf(client, input)),
      parent: { key: input.parent },
      issuetype: { id: type.id },
    };
    const { parent, title } = input;
    return [
      creation(client, { project, type: type.name, label: subtaskLabel(input), fields, title, parent }),
    ];
  },
  result: async (input, { client }, done) => ({
    ...resultOf(client, subtaskLabel(input), done),
    parent: input.parent,
  }),
});

async function typesIn(client: JiraClient, project: string) {
  const types = await client.projects.issueTypes(project);
  if (types.length > 0) return types;
  throw new SluiceError('forbidden', {
    cause: `jira: the account may create no issues in ${project}.`,
    remedy: 'Ask for the right to create issues there, or name another project.',
  });
}

function labelOfInput({
  key,
  project,
  type,
  title,
}: {
  key?: string | undefined;
  project: string;
  type: string;
  title: string;
}) {
  return labelOf(key ?? `${project}/${type.trim().toLowerCase()}/${title}`);
}

function subtaskLabel({
  key,
  parent,
  title,
}: {
  key?: string | undefined;
  parent: string;
  title: string;
}): string {
  return labelOf(`${parent}/${key ?? title}`);
}

interface Wish {
  title: string;
  description?: string | undefined;
  labels: string[];
  assignee?: string | undefined;
  fields: Record<string, FieldInput>;
}

async function fieldsOf(client: JiraClient, wish: Wish): Promise<Record<string, unknown>> {
  const further = await client.fieldValues(wish.fields);
  const assignee = wish.assignee === undefined ? undefined : (await client.person(wish.assignee)).id;
  return {
    ...further,
    summary: wish.title,
    labels: wish.labels,
    ...(wish.description === undefined ? {} : { description: client.body(wish.description) }),
    ...(assignee === undefined ? {} : { assignee: client.personRef(assignee) }),
  };
}

interface Creation {
  project: string;
  type: string;
  label: string;
  title: string;
  fields: Record<string, unknown> & { labels?: unknown };
  parent?: string;
}

function creation(client: JiraClient, { project, type, label, title, fields, parent }: Creation): Effect {
  const jql = `project = "${project}" AND labels = "${label}"`;
  const labels = [...(Array.isArray(fields.labels) ? fields.labels : []), label];
  return {
    key: parent === undefined ? `jira/${project}/issue/${label}` : `jira/${parent}/subtask/${label}`,
    preview: {
      system: 'jira',
      action: `create ${type}`,
      target: parent ?? project,
      after: { title: oneLine(title), ...fields, labels },
    },
    find: async () => {
      // What stands under its parent is seen at once; what a search finds, some time later.
      const siblings = parent === undefined ? [] : await client.subtasks(parent);
      const sibling = siblings.find(({ summary }) => summary === title);
      if (sibling !== undefined) return present({ key: sibling.key, title: sibling.summary });
      const { issues } = await client.search(jql, { limit: 2 });
      const [first] = issues;
      return first === undefined ? absent : present({ key: first.key, title: first.summary });
    },
    send: async (permit) => {
      const { key } = await client.createIssue({ ...fields, labels }, project, permit);
      return { key, title };
    },
  };
}

function resultOf(client: JiraClient, label: string, done: Parameters<typeof outcomeOf>[0]) {
  const { key, title } = Evidence.parse(done[0]?.data);
  return {
    key,
    title: oneLine(title),
    label,
    outcome: outcomeOf(done),
    url: client.urlOf(key),
    summary: told(done, `Created ${key}.`, `Nothing sent: ${key} was created for this already.`),
    next: `jira_get_issue ${key} shows it; jira_link_issues and jira_add_comment go on from here.`,
  };
}

export const createTools = [createIssue, createSubtask];
