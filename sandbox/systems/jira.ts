import { z } from 'zod';
import { contractOf } from '../contracts/contract.ts';
import { type Call, json, type Reply, type System } from '../http.ts';
import type { World } from '../world.ts';
import { comment, comments } from './jira-comments.ts';
import { document, historiesOf, search } from './jira-document.ts';
import { fieldList } from './jira-fields.ts';
import { projectRoutes } from './jira-projects.ts';
import { isCloud, issueOf, known, person, place, problem, searchable } from './jira-state.ts';
import { addWatcher, assign, createIssue, edit, link, watchersOf } from './jira-write.ts';

const API = '/rest/api/:v';
const ISSUE = `${API}/issue/:key`;

/** Cloud under version 3, Data Center under version 2; each with its own way to come in. */
export const jira: System = {
  name: 'jira',
  contract: contractOf('jira', (problems) => json(400, { errorMessages: [...problems], errors: {} })),
  guard: (call, world, secret) => {
    const { authorization = '' } = call.headers;
    const basic = /^Basic (.+)$/i.exec(authorization)?.[1] ?? '';
    const [, ofUser] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    const token = /^Bearer (.+)$/i.exec(authorization)?.[1] ?? ofUser;
    return token === secret && world.scenario.jira !== undefined
      ? undefined
      : problem(401, 'Client must be authenticated to access this resource.');
  },
  routes: [
    {
      method: 'GET',
      path: `${API}/myself`,
      answer: (call, world) => json(200, person(world, call, world.scenario.jira?.me)),
    },
    { method: 'GET', path: '/rest/api/:v/search/jql', answer: only('cloud', search) },
    { method: 'GET', path: '/rest/api/:v/search', answer: only('datacenter', search) },
    { method: 'GET', path: `${API}/field`, answer: (_call, world) => json(200, fieldList(world)) },
    { method: 'GET', path: `${API}/user/search`, answer: users },
    {
      method: 'GET',
      path: `${API}/issueLinkType`,
      answer: (_call, world) =>
        json(200, {
          issueLinkTypes: world.scenario.jira?.link_types.map((type, index) => ({
            id: String(index + 1),
            ...type,
          })),
        }),
    },
    { method: 'POST', path: `${API}/issueLink`, mutates: true, answer: link },
    ...projectRoutes,
    { method: 'POST', path: `${API}/issue`, mutates: true, answer: createIssue },
    {
      method: 'GET',
      path: ISSUE,
      answer: known((key, call, world) => json(200, document(key, call, world))),
    },
    { method: 'PUT', path: ISSUE, mutates: true, answer: known(edit) },
    { method: 'GET', path: `${ISSUE}/changelog`, answer: only('cloud', known(changelog)) },
    { method: 'PUT', path: `${ISSUE}/assignee`, mutates: true, answer: known(assign) },
    { method: 'GET', path: `${ISSUE}/watchers`, answer: known(watchers) },
    { method: 'POST', path: `${ISSUE}/watchers`, mutates: true, answer: known(addWatcher) },
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

/** What only one of the two kinds has. */
function only(kind: 'cloud' | 'datacenter', answer: (call: Call, world: World) => Reply) {
  return (call: Call, world: World): Reply =>
    isCloud(call) === (kind === 'cloud')
      ? answer(call, world)
      : problem(410, 'The requested API has been removed.');
}

/** Like the real one, it finds parts of names and addresses; an account id only whole and by its own parameter. */
function users(call: Call, world: World): Reply {
  const id = call.query.get('accountId');
  const words = call.query.get(isCloud(call) ? 'query' : 'username')?.toLowerCase();
  if (!words && (id === null || !isCloud(call))) return problem(400, 'The query must not be empty.');
  const people = Object.entries(world.scenario.jira?.people ?? {});
  const found = people.filter(([own, { name, email = '' }]) => {
    if (id !== null) return own === id;
    const seen = isCloud(call) ? [name, email] : [own, name, email];
    return seen.some((word) => word.toLowerCase().includes(words ?? ''));
  });
  return json(
    200,
    found.map(([own]) => person(world, call, own)),
  );
}

function changelog(key: string, call: Call, world: World): Reply {
  const all = historiesOf(key, call, world);
  const startAt = Number(call.query.get('startAt') ?? 0) || 0;
  const maxResults = Math.min(100, Number(call.query.get('maxResults') ?? 100) || 100);
  const values = all.slice(startAt, startAt + maxResults);
  return json(200, {
    startAt,
    maxResults,
    total: all.length,
    isLast: startAt + maxResults >= all.length,
    values,
  });
}

function watchers(key: string, call: Call, world: World): Reply {
  const ids = watchersOf(world, key);
  return json(200, {
    isWatching: false,
    watchCount: ids.length,
    watchers: ids.map((id) => person(world, call, id)),
  });
}

interface Offer {
  id: string;
  name: string;
  to: string;
  required: readonly string[];
}

function offered(world: World, key: string): Offer[] {
  const issue = issueOf(world, key);
  const status = issue === undefined ? '' : searchable(world, key, issue).status;
  const plain = Object.entries(world.scenario.jira?.transitions ?? {});
  const flow = Object.entries(world.scenario.jira?.workflow ?? {});
  return [
    ...plain.map(([id, name]) => ({ id, name, to: name, required: [] })),
    ...flow.filter(([, { from }]) => from?.includes(status) ?? true).map(([id, one]) => ({ id, ...one })),
  ];
}

function transitions(key: string, call: Call, world: World): Reply {
  const fields = new Map(fieldList(world).map((field) => [field.id, field]));
  const withFields = call.query.get('expand')?.includes('transitions.fields') === true;
  return json(200, {
    transitions: offered(world, key).map(({ id, name, to, required }) => ({
      id,
      name,
      to: { name: to },
      ...(withFields
        ? {
            fields: Object.fromEntries(
              required.map((field) => [
                field,
                {
                  required: true,
                  hasDefaultValue: false,
                  name: fields.get(field)?.name ?? field,
                  schema: fields.get(field)?.schema,
                },
              ]),
            ),
          }
        : {}),
    })),
  });
}

const Transition = z.strictObject({
  transition: z.strictObject({ id: z.string() }),
  fields: z.record(z.string(), z.unknown()).default({}),
});

function transition(key: string, call: Call, world: World): Reply {
  const asked = Transition.safeParse(call.body.fields);
  if (!asked.success) return problem(400, 'Invalid request payload.');
  const { transition: wanted, fields } = asked.data;
  const one = offered(world, key).find(({ id }) => id === wanted.id);
  if (one === undefined) return problem(400, 'The transition is not valid for this issue.');
  const missing = one.required.filter((field) => fields[field] === undefined);
  if (missing.length > 0) {
    return problem(
      400,
      undefined,
      Object.fromEntries(missing.map((field) => [field, `${field} is required.`])),
    );
  }
  const strange = Object.keys(fields).filter((field) => !one.required.includes(field));
  if (strange.length > 0)
    return problem(400, undefined, { [strange[0] ?? '']: 'It is not on the appropriate screen.' });
  world.change(place(key, 'status'), one.to);
  world.effect('jira', 'status_changed', key, { to: one.to, ...(one.required.length > 0 ? { fields } : {}) });
  return { status: 204, body: '' };
}
