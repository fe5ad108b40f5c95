import { z } from 'zod';
import { type Call, json, type Reply } from '../http.ts';
import type { JiraIssue } from '../scenario/schema-jira.ts';
import type { World } from '../world.ts';
import { fixVersionsOf, linksFrom, peopleOf } from './jira-document.ts';
import { fieldProblem } from './jira-fields.ts';
import { typesOf } from './jira-projects.ts';
import {
  allKeys,
  held,
  hold,
  issueOf,
  keepCreated,
  namedPerson,
  person,
  place,
  problem,
  projectOf,
  projectsOf,
  searchable,
} from './jira-state.ts';

const DONE: Reply = { status: 204, body: '' };
const Fields = z.record(z.string(), z.unknown());
const NewIssue = z.strictObject({
  fields: z
    .object({
      project: z.strictObject({ key: z.string() }),
      issuetype: z.strictObject({ id: z.string() }),
      summary: z.string(),
      labels: z.array(z.string()).default([]),
      parent: z.strictObject({ key: z.string() }).optional(),
    })
    .and(Fields),
});

export function createIssue(call: Call, world: World): Reply {
  const { jira } = world.scenario;
  const asked = NewIssue.safeParse(call.body.fields);
  if (!asked.success || jira === undefined) return problem(400, 'Invalid request payload.');
  const { project, issuetype, ...fields } = asked.data.fields;
  if (!projectsOf(jira).includes(project.key)) {
    return problem(400, undefined, { project: 'valid project is required' });
  }
  const type = typesOf(world, project.key).find(({ id }) => id === issuetype.id);
  if (type === undefined) {
    return typesOf(world, project.key).length === 0
      ? problem(403, 'You do not have permission to create issues in this project.')
      : problem(400, undefined, { issuetype: 'Specify a valid issue type' });
  }
  const errors = problemsOf(world, call, project.key, fields);
  if (type.subtask !== (fields.parent !== undefined)) {
    errors.parent = type.subtask
      ? 'Work items of this type need a parent.'
      : 'The parent is not allowed here.';
  }
  if (Object.keys(errors).length > 0) return problem(400, undefined, errors);
  const key = nextKey(world, project.key);
  const { summary, labels, parent, ...further } = fields;
  keepCreated(world, key, {
    type: type.name,
    summary,
    labels,
    created: world.now,
    ...(parent === undefined ? {} : { parent: parent.key }),
  });
  setFields(world, call, key, further);
  world.effect('jira', 'issue_created', key, { type: type.name, ...fields });
  return json(201, { id: String(10_000 + Number(key.replace(/\D/g, ''))), key, self: `${call.base}/${key}` });
}

function nextKey(world: World, project: string): string {
  const numbers = allKeys(world)
    .filter((key) => projectOf(key) === project)
    .map((key) => Number(key.slice(project.length + 1)));
  return `${project}-${Math.max(0, ...numbers) + 1}`;
}

function problemsOf(world: World, call: Call, project: string, fields: Record<string, unknown>) {
  const errors: Record<string, string> = {};
  for (const [id, value] of Object.entries(fields)) {
    const wrong = fieldProblem(world, call, project, id, value);
    if (wrong !== undefined) errors[id] = wrong;
  }
  return errors;
}

const Names = z.array(z.object({ name: z.string() })).transform((all) => all.map(({ name }) => name));

function setFields(world: World, call: Call, key: string, fields: Record<string, unknown>): void {
  for (const [id, value] of Object.entries(fields)) {
    if (id === 'assignee') hold(world, key, id, namedPerson(world, call, value) ?? null);
    else if (id === 'fixVersions') hold(world, key, id, Names.parse(value));
    else if (id === 'labels') world.change(place(key, 'labels'), JSON.stringify(value));
    else hold(world, key, `field\n${id}`, value);
  }
}

const EditLabels = z.strictObject({ labels: z.array(z.strictObject({ add: z.string().regex(/^\S+$/) })) });
const EditVersions = z.strictObject({
  fixVersions: z.array(z.strictObject({ add: z.strictObject({ name: z.string() }) })),
});
const EditPeople = z.record(
  z.string().regex(/^customfield_\d+$/),
  z.array(
    z.strictObject({
      add: z.union([z.strictObject({ accountId: z.string() }), z.strictObject({ name: z.string() })]),
    }),
  ),
);
const Edit = z.union([
  z.strictObject({ fields: Fields }),
  z.strictObject({ update: z.union([EditLabels, EditVersions, EditPeople]) }),
]);

export function edit(key: string, call: Call, world: World): Reply {
  const issue = issueOf(world, key);
  const asked = Edit.safeParse(call.body.fields);
  if (!asked.success || issue === undefined) return problem(400, 'Invalid request payload.');
  if ('fields' in asked.data) return setAll(world, call, key, asked.data.fields);
  const { update } = asked.data;
  const labelled = EditLabels.safeParse(update);
  if (labelled.success) {
    const added = labelled.data.labels.map(({ add }) => add);
    const labels = [...new Set([...searchable(world, key, issue).labels, ...added])];
    world.change(place(key, 'labels'), JSON.stringify(labels));
    world.effect('jira', 'labels_added', key, { added });
    return DONE;
  }
  const versioned = EditVersions.safeParse(update);
  if (versioned.success) {
    const wanted = versioned.data.fixVersions.map(({ add }) => add);
    const wrong = fieldProblem(world, call, projectOf(key), 'fixVersions', wanted);
    if (wrong !== undefined) return problem(400, undefined, { fixVersions: wrong });
    const added = wanted.map(({ name }) => name);
    hold(world, key, 'fixVersions', [...new Set([...fixVersionsOf(world, key, issue), ...added])]);
    world.effect('jira', 'fix_versions_added', key, { added });
    return DONE;
  }
  return addPeople(world, call, key, issue, EditPeople.parse(update));
}

function setAll(world: World, call: Call, key: string, fields: Record<string, unknown>): Reply {
  const errors = problemsOf(world, call, projectOf(key), fields);
  if (Object.keys(errors).length > 0) return problem(400, undefined, errors);
  setFields(world, call, key, fields);
  world.effect('jira', 'fields_set', key, fields);
  return DONE;
}

function addPeople(
  world: World,
  call: Call,
  key: string,
  issue: JiraIssue,
  edits: z.output<typeof EditPeople>,
): Reply {
  for (const [field, steps] of Object.entries(edits)) {
    const added = steps.map(({ add }) => namedPerson(world, call, add));
    if (added.some((id) => id === undefined))
      return problem(400, undefined, { [field]: 'Specify a valid user.' });
    const before = peopleOf(world, key, issue, field);
    const one = z.object({ accountId: z.string().optional(), name: z.string().optional() });
    const ids = new Set(
      before.map((user) => one.parse(user)).map(({ accountId, name }) => accountId ?? name ?? ''),
    );
    const further = added
      .filter((id) => id !== undefined && !ids.has(id))
      .map((id) => person(world, call, id));
    world.change(place(key, 'fields', field), JSON.stringify([...before, ...further]));
    world.effect('jira', 'people_added', key, { field, added, held: [...new Set([...ids, ...added])] });
  }
  return DONE;
}

export function assign(key: string, call: Call, world: World): Reply {
  const { fields: asked } = call.body;
  const nobody = z.union([z.strictObject({ accountId: z.null() }), z.strictObject({ name: z.null() })]);
  const id = nobody.safeParse(asked).success ? null : namedPerson(world, call, asked);
  if (id === undefined) return problem(400, undefined, { assignee: 'Specify a valid user.' });
  hold(world, key, 'assignee', id);
  world.effect('jira', 'assigned', key, { to: id });
  return DONE;
}

export function watchersOf(world: World, key: string): string[] {
  return z.array(z.string()).parse(held(world, key, 'watchers', issueOf(world, key)?.watchers ?? []));
}

/** The body is a bare JSON string. */
export function addWatcher(key: string, call: Call, world: World): Reply {
  let id: unknown;
  try {
    id = JSON.parse(call.body.raw.toString('utf8'));
  } catch {
    return problem(400, 'Invalid request payload.');
  }
  if (typeof id !== 'string' || !Object.hasOwn(world.scenario.jira?.people ?? {}, id)) {
    return problem(400, 'Specify a valid user.');
  }
  hold(world, key, 'watchers', [...new Set([...watchersOf(world, key), id])]);
  world.effect('jira', 'watcher_added', key, { id });
  return DONE;
}

const NewLink = z.strictObject({
  type: z.strictObject({ name: z.string() }),
  inwardIssue: z.strictObject({ key: z.string() }),
  outwardIssue: z.strictObject({ key: z.string() }),
});

/** The inward issue is where the link begins. */
export function link(call: Call, world: World): Reply {
  const asked = NewLink.safeParse(call.body.fields);
  if (!asked.success) return problem(400, 'Invalid request payload.');
  const [from, to, type] = [asked.data.inwardIssue.key, asked.data.outwardIssue.key, asked.data.type.name];
  if (world.scenario.jira?.link_types.every(({ name }) => name !== type) === true) {
    return problem(404, `No issue link type with name '${type}' found.`);
  }
  if (issueOf(world, from) === undefined || issueOf(world, to) === undefined) {
    return problem(404, 'Issue does not exist or you do not have permission to see it.');
  }
  const before = linksFrom(world, from);
  const stands = before.some((one) => one.type === type && one.to === to);
  if (!stands) hold(world, from, 'issuelinks', [...before, { type, to }]);
  world.effect('jira', 'link_created', from, { type, to });
  return { status: 201, body: '' };
}
