import { z } from 'zod';
import type { Call } from '../http.ts';
import type { JiraField } from '../scenario/schema-jira.ts';
import type { World } from '../world.ts';
import { AdfDocument } from './jira-adf.ts';
import { versionsOf } from './jira-projects.ts';
import { isCloud, issueOf, namedPerson } from './jira-state.ts';

const Named = z.strictObject({ name: z.string().min(1) });

/** What is wrong with the value of a field, in Jira's words; undefined when it takes it. */
export function fieldProblem(
  world: World,
  call: Call,
  project: string,
  id: string,
  value: unknown,
): string | undefined {
  const says = (good: boolean, words: string) => (good ? undefined : words);
  const named = (names: readonly string[]) =>
    z.array(Named.refine(({ name }) => names.includes(name))).safeParse(value).success;
  switch (id) {
    case 'summary':
      return says(
        z
          .string()
          .min(1)
          .max(255)
          .regex(/^[^\r\n]+$/)
          .safeParse(value).success,
        'The summary is invalid because it contains newline characters or is too long.',
      );
    case 'description':
    case 'environment':
      return says(value === null || isText(call, value), wrongText(call));
    case 'labels':
      return says(
        z.array(z.string().regex(/^\S{1,255}$/)).safeParse(value).success,
        "The label can't contain spaces.",
      );
    case 'priority':
      return says(Named.safeParse(value).success, 'Specify the Priority (id or name) in the string format');
    case 'components':
      return says(z.array(Named).safeParse(value).success, 'Component name is not valid');
    case 'fixVersions':
      return says(named(versionsOf(world, project).map(({ name }) => name)), 'Version name is not valid');
    case 'assignee':
      return says(value === null || namedPerson(world, call, value) !== undefined, 'Specify a valid user.');
    case 'parent': {
      const parent = z.strictObject({ key: z.string() }).safeParse(value);
      return says(
        parent.success && issueOf(world, parent.data.key) !== undefined,
        'Given parent work item does not exist.',
      );
    }
  }
  const field = world.scenario.jira?.fields[id];
  if (field === undefined) {
    return `Field '${id}' cannot be set. It is not on the appropriate screen, or unknown.`;
  }
  return value === null ? undefined : customProblem(world, call, field, value);
}

const isText = (call: Call, value: unknown) =>
  (isCloud(call) ? AdfDocument : z.string()).safeParse(value).success;

const wrongText = (call: Call) =>
  isCloud(call)
    ? 'Operation value must be an Atlassian Document (see the Atlassian Document Format)'
    : 'Operation value must be a string';

function customProblem(world: World, call: Call, field: JiraField, value: unknown): string | undefined {
  const option = z.strictObject({ value: z.string() });
  const item = (type: string, one: unknown): boolean => {
    if (type === 'number') return typeof one === 'number';
    if (type === 'option') return option.safeParse(one).success;
    if (type === 'version') return Named.safeParse(one).success;
    if (type === 'user') return namedPerson(world, call, one) !== undefined;
    if (type === 'date') return z.iso.date().safeParse(one).success;
    return typeof one === 'string';
  };
  if (field.long) return isText(call, value) ? undefined : wrongText(call);
  const good =
    field.type === 'array'
      ? Array.isArray(value) && value.every((one: unknown) => item(field.items ?? 'string', one))
      : item(field.type, value);
  return good ? undefined : `Operation value must be a ${field.type}`;
}

const SYSTEM: Record<string, { name: string; schema: { type: string; items?: string } }> = {
  summary: { name: 'Summary', schema: { type: 'string' } },
  description: { name: 'Description', schema: { type: 'string' } },
  labels: { name: 'Labels', schema: { type: 'array', items: 'string' } },
  priority: { name: 'Priority', schema: { type: 'priority' } },
  resolution: { name: 'Resolution', schema: { type: 'resolution' } },
  components: { name: 'Components', schema: { type: 'array', items: 'component' } },
  fixVersions: { name: 'Fix versions', schema: { type: 'array', items: 'version' } },
  assignee: { name: 'Assignee', schema: { type: 'user' } },
};

export function fieldList(world: World) {
  const { fields = {} } = world.scenario.jira ?? {};
  const kind = 'com.atlassian.jira.plugin.system.customfieldtypes';
  return [
    ...Object.entries(SYSTEM).map(([id, { name, schema }]) => ({
      id,
      name,
      custom: false,
      schema: { ...schema, system: id },
    })),
    ...Object.entries(fields).map(([id, { name, type, items, long }]) => ({
      id,
      name,
      custom: true,
      schema: {
        type,
        ...(items === undefined ? {} : { items }),
        custom: `${kind}:${long ? 'textarea' : 'textfield'}`,
      },
    })),
  ];
}
