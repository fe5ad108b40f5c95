import { z } from 'zod';
import { type Call, json, type Reply, type System } from '../http.ts';
import type { JiraIssue } from '../scenario/schema-jira.ts';
import type { World } from '../world.ts';
import { parseJql, type Searchable } from './jira-search.ts';

const ISSUE = '/rest/api/3/issue/:key';

export const jira: System = {
  name: 'jira',
  guard: (call, world, secret) => {
    const given = /^Basic (.+)$/i.exec(call.headers.authorization ?? '')?.[1] ?? '';
    const [, token] = Buffer.from(given, 'base64').toString('utf8').split(':');
    return token === secret && world.scenario.jira !== undefined
      ? undefined
      : problem(401, 'Client must be authenticated to access this resource.');
  },
  routes: [
    {
      method: 'GET',
      path: '/rest/api/3/myself',
      answer: (_call, world) => json(200, person(world, world.scenario.jira?.me)),
    },
    { method: 'GET', path: '/rest/api/3/search/jql', answer: search },
    {
      method: 'GET',
      path: ISSUE,
      answer: known((key, call, world) => json(200, document(key, call, world))),
    },
    { method: 'PUT', path: ISSUE, mutates: true, answer: known(edit) },
    { method: 'GET', path: `${ISSUE}/comment`, answer: known(comments) },
    { method: 'POST', path: `${ISSUE}/comment`, mutates: true, answer: known(comment) },
    { method: 'GET', path: `${ISSUE}/transitions`, answer: known(transitions) },
    { method: 'POST', path: `${ISSUE}/transitions`, mutates: true, answer: known(transition) },
    {
      method: 'GET',
      path: `${ISSUE}/remotelink`,
      answer: known((key, _call, world) =>
        json(
          200,
          issueOf(world, key)?.links.map((url, index) => ({ id: index + 1, object: { url, title: url } })),
        ),
      ),
    },
  ],
};

function problem(status: number, ...errorMessages: string[]): Reply {
  return json(status, { errorMessages, errors: {} });
}

function known(answer: (key: string, call: Call, world: World) => Reply) {
  return (call: Call, world: World): Reply => {
    const key = call.param('key');
    if (issueOf(world, key) === undefined) {
      return problem(404, 'Issue does not exist or you do not have permission to see it.');
    }
    return answer(key, call, world);
  };
}

function issueOf(world: World, key: string): JiraIssue | undefined {
  return world.scenario.jira?.issues[key];
}

const place = (key: string, ...rest: string[]) => ['jira', 'issues', key, ...rest];
const iso = (at: number) => new Date(at).toISOString().replace('Z', '+0000');

function person(world: World, id: string | undefined) {
  if (id === undefined) return null;
  const known = world.scenario.jira?.people[id];
  return { accountId: id, displayName: known?.name ?? id, active: true, accountType: 'atlassian' };
}

function searchable(world: World, key: string, issue: JiraIssue): Searchable {
  const status = world.current<string>(place(key, 'status'), issue.status, (value) => value) ?? '';
  const labels = world.current<string[]>(place(key, 'labels'), [{ value: issue.labels }], (value) =>
    z.array(z.string()).parse(JSON.parse(value)),
  );
  const changes = issue.status
    .filter(({ at }) => at !== undefined && at <= world.now)
    .map(({ at, value }) => ({ at: at ?? 0, to: value }));
  return { key, issue, status, labels: labels ?? [], changes };
}

function document(key: string, call: Call, world: World) {
  const issue = issueOf(world, key);
  if (issue === undefined) return {};
  const { status, labels, changes } = searchable(world, key, issue);
  const steps = issue.status;
  const histories = changes.map(({ at, to }, index) => ({
    id: String(index + 1),
    created: iso(at),
    items: [{ field: 'status', fieldtype: 'jira', fromString: steps[index]?.value ?? 'New', toString: to }],
  }));
  return {
    id: String(10_000 + Number(key.replace(/\D/g, ''))),
    key,
    fields: {
      summary: issue.summary,
      status: { name: status },
      issuetype: { name: issue.type },
      priority: issue.priority === undefined ? null : { name: issue.priority },
      labels,
      assignee: person(world, issue.assignee),
      reporter: person(world, issue.reporter),
      updated: iso(world.now),
      description: null,
      subtasks: issue.subtasks.map((sub) => ({
        key: sub,
        fields: {
          summary: issueOf(world, sub)?.summary ?? '',
          status: { name: searchableStatus(world, sub) },
        },
      })),
      ...issue.fields,
      ...peopleFields(world, key, issue),
    },
    // Newest first, as Jira has it.
    ...(call.query.get('expand')?.includes('changelog') === true
      ? {
          changelog: {
            startAt: 0,
            maxResults: 100,
            total: histories.length,
            histories: histories.toReversed(),
          },
        }
      : {}),
  };
}

function searchableStatus(world: World, key: string): string {
  const issue = issueOf(world, key);
  return issue === undefined ? '' : searchable(world, key, issue).status;
}

function search(call: Call, world: World): Reply {
  const scenario = world.scenario.jira;
  const jql = call.query.get('jql') ?? '';
  const test = scenario === undefined ? undefined : parseJql(jql, scenario);
  if (test === undefined) return problem(400, `Error in the JQL Query: ${jql}`);
  const keys = Object.entries(scenario?.issues ?? {})
    .filter(([key, issue]) => test(searchable(world, key, issue)))
    .map(([key]) => key);
  const size = Math.min(100, Math.max(1, Number(call.query.get('maxResults') ?? 50)));
  const start = Number(Buffer.from(call.query.get('nextPageToken') ?? '', 'base64').toString('utf8')) || 0;
  const last = start + size >= keys.length;
  return json(200, {
    issues: keys.slice(start, start + size).map((key) => document(key, call, world)),
    isLast: last,
    ...(last ? {} : { nextPageToken: Buffer.from(String(start + size)).toString('base64') }),
  });
}

const Comment = z.object({
  body: z.looseObject({ type: z.literal('doc'), version: z.literal(1), content: z.array(z.unknown()) }),
  properties: z.array(z.object({ key: z.string(), value: z.unknown() })).default([]),
});
const KeptComment = Comment.extend({ created: z.number() });

function paragraph(text: string) {
  return { type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] };
}

function comments(key: string, call: Call, world: World): Reply {
  const older = (issueOf(world, key)?.comments ?? [])
    .filter(({ created }) => created <= world.now)
    .map(({ author, created, text }, index) => ({
      id: String(index + 1),
      author: person(world, author),
      created,
      body: paragraph(text),
      properties: [] as { key: string; value: unknown }[],
    }));
  const ours = world.changedUnder(place(key, 'comments')).map((id) => {
    const kept = world.current(place(key, 'comments', id), [], (value) =>
      KeptComment.parse(JSON.parse(value)),
    );
    return {
      id,
      author: person(world, world.scenario.jira?.me),
      created: kept?.created ?? 0,
      body: kept?.body,
      properties: kept?.properties ?? [],
    };
  });
  const all = [...older, ...ours].sort((a, b) => a.created - b.created);
  const startAt = Number(call.query.get('startAt') ?? 0) || 0;
  const maxResults = Math.min(100, Number(call.query.get('maxResults') ?? 50) || 50);
  const withProperties = call.query.get('expand')?.includes('properties') === true;
  return json(200, {
    startAt,
    maxResults,
    total: all.length,
    comments: all.slice(startAt, startAt + maxResults).map(({ properties, created, ...rest }) => ({
      ...rest,
      created: iso(created),
      ...(withProperties ? { properties } : {}),
    })),
  });
}

function comment(key: string, call: Call, world: World): Reply {
  const asked = Comment.safeParse(call.body.fields);
  if (!asked.success) return problem(400, 'Comment body is not valid!');
  const id = String(500_000 + world.count('jira comments'));
  world.change(place(key, 'comments', id), JSON.stringify({ ...asked.data, created: world.now }));
  world.effect('jira', 'comment_added', key, { id, ...asked.data });
  return json(201, {
    id,
    author: person(world, world.scenario.jira?.me),
    created: iso(world.now),
    body: asked.data.body,
  });
}

const EditLabels = z.strictObject({ labels: z.array(z.strictObject({ add: z.string().regex(/^\S+$/) })) });
const EditPeople = z.record(
  z.string().regex(/^customfield_\d+$/),
  z.array(z.strictObject({ add: z.strictObject({ accountId: z.string() }) })),
);
const Edit = z.object({ update: z.union([EditLabels, EditPeople]) });

/** Fields of several people that requests have added to. */
function peopleFields(world: World, key: string, issue: JiraIssue): Record<string, unknown[]> {
  const changed = world.changedUnder(place(key, 'fields'));
  return Object.fromEntries(changed.map((field) => [field, peopleOf(world, key, issue, field)]));
}

function peopleOf(world: World, key: string, issue: JiraIssue, field: string): unknown[] {
  const before = z.array(z.unknown()).parse(issue.fields[field] ?? []);
  const read = (value: string) => z.array(z.unknown()).parse(JSON.parse(value));
  return world.current(place(key, 'fields', field), [{ value: before }], read) ?? [];
}

function addPeople(world: World, key: string, issue: JiraIssue, edits: z.output<typeof EditPeople>): Reply {
  const { people = {} } = world.scenario.jira ?? {};
  for (const [field, steps] of Object.entries(edits)) {
    const added = steps.map(({ add }) => add.accountId);
    if (added.some((id) => !Object.hasOwn(people, id))) {
      return json(400, { errorMessages: [], errors: { [field]: 'Specify a valid user.' } });
    }
    const held = peopleOf(world, key, issue, field);
    const ids = new Set(held.map((one) => z.object({ accountId: z.string() }).parse(one).accountId));
    const further = added.filter((id) => !ids.has(id)).map((id) => person(world, id));
    world.change(place(key, 'fields', field), JSON.stringify([...held, ...further]));
    world.effect('jira', 'people_added', key, { field, added, held: [...new Set([...ids, ...added])] });
  }
  return { status: 204, body: '' };
}

function edit(key: string, call: Call, world: World): Reply {
  const issue = issueOf(world, key);
  const asked = Edit.safeParse(call.body.fields);
  if (!asked.success || issue === undefined) return problem(400, 'Invalid request payload.');
  const labelled = EditLabels.safeParse(asked.data.update);
  if (!labelled.success) return addPeople(world, key, issue, EditPeople.parse(asked.data.update));
  const added = labelled.data.labels.map(({ add }) => add);
  const labels = [...new Set([...searchable(world, key, issue).labels, ...added])];
  world.change(place(key, 'labels'), JSON.stringify(labels));
  world.effect('jira', 'labels_added', key, { added });
  return { status: 204, body: '' };
}

function transitions(_key: string, _call: Call, world: World): Reply {
  const known = Object.entries(world.scenario.jira?.transitions ?? {});
  return json(200, { transitions: known.map(([id, name]) => ({ id, name, to: { name } })) });
}

function transition(key: string, call: Call, world: World): Reply {
  const asked = z.object({ transition: z.object({ id: z.string() }) }).safeParse(call.body.fields);
  const to = asked.success ? world.scenario.jira?.transitions[asked.data.transition.id] : undefined;
  if (to === undefined) return problem(400, 'The transition is not valid for this issue.');
  world.change(place(key, 'status'), to);
  world.effect('jira', 'status_changed', key, { to });
  return { status: 204, body: '' };
}
