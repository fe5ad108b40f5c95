import { z } from 'zod';
import { type Call, json, type Reply, type Route } from '../http.ts';
import type { JiraProject } from '../scenario/schema-jira.ts';
import type { World } from '../world.ts';
import { isCloud, problem, projectsOf } from './jira-state.ts';

const API = '/rest/api/:v';
const DEFAULT_TYPES = ['Epic', 'Story', 'Task', 'Bug', 'Sub-task'];

const Version = z.object({
  id: z.string(),
  name: z.string(),
  released: z.boolean(),
  archived: z.boolean(),
  releaseDate: z.string().optional(),
  description: z.string().optional(),
});
type Version = z.infer<typeof Version>;

export const projectRoutes: Route[] = [
  { method: 'GET', path: `${API}/project/search`, answer: listProjects },
  {
    method: 'GET',
    path: `${API}/project`,
    answer: (call, world) => (isCloud(call) ? gone() : json(200, projects(world))),
  },
  { method: 'GET', path: `${API}/project/:key`, answer: inProject((one) => json(200, one)) },
  {
    method: 'GET',
    path: `${API}/project/:key/versions`,
    answer: inProject(({ key }, _call, world) => json(200, versionsOf(world, key))),
  },
  { method: 'GET', path: `${API}/issue/createmeta/:key/issuetypes`, answer: inProject(issueTypes) },
  { method: 'POST', path: `${API}/version`, mutates: true, answer: createVersion },
  { method: 'PUT', path: `${API}/version/:id`, mutates: true, answer: updateVersion },
];

const gone = () => problem(410, 'The requested API has been removed.');

interface Project {
  id: string;
  key: string;
  name: string;
}

function projects(world: World): Project[] {
  const { jira } = world.scenario;
  return (jira === undefined ? [] : projectsOf(jira)).map((key, index) => ({
    id: String(10_001 + index),
    key,
    name: projectFacts(world, key)?.name || key,
  }));
}

export function projectFacts(world: World, key: string): JiraProject | undefined {
  return world.scenario.jira?.projects[key];
}

/** The types of a project, each with the id it has everywhere. */
export function typesOf(world: World, key: string) {
  if (projectFacts(world, key)?.may_create === false) return [];
  const names = projectFacts(world, key)?.issue_types ?? DEFAULT_TYPES;
  return names.map((name, index) => ({ id: String(10_100 + index), name, subtask: /sub-?task/i.test(name) }));
}

function inProject(answer: (project: Project, call: Call, world: World) => Reply) {
  return (call: Call, world: World): Reply => {
    const asked = call.param('key');
    const found = projects(world).find(({ id, key }) => key === asked || id === asked);
    return found === undefined
      ? problem(404, `No project could be found with key '${asked}'.`)
      : answer(found, call, world);
  };
}

function listProjects(call: Call, world: World): Reply {
  if (!isCloud(call)) return problem(404, 'null for uri');
  const query = (call.query.get('query') ?? '').toLowerCase();
  const found = projects(world).filter(({ key, name }) => `${key} ${name}`.toLowerCase().includes(query));
  const size = Number(call.query.get('maxResults') ?? 50);
  return json(200, {
    startAt: 0,
    maxResults: size,
    total: found.length,
    isLast: found.length <= size,
    values: found.slice(0, size),
  });
}

function issueTypes({ key }: Project, call: Call, world: World): Reply {
  const types = typesOf(world, key);
  const page = { startAt: 0, maxResults: 50, total: types.length };
  return json(200, isCloud(call) ? { ...page, issueTypes: types } : { ...page, values: types });
}

const place = (project: string, name: string) => ['jira', 'versions', project, name];

export function versionsOf(world: World, project: string): Version[] {
  const read = (value: string) => Version.parse(JSON.parse(value));
  const written = (projectFacts(world, project)?.versions ?? []).map(
    ({ name, released, archived, release_date: day }, index): Version => ({
      id: `${project}-${index + 1}`,
      name,
      released,
      archived,
      ...(day === undefined ? {} : { releaseDate: day }),
    }),
  );
  const now = written.map((one) => world.current(place(project, one.name), [{ value: one }], read) ?? one);
  const names = new Set(written.map(({ name }) => name));
  const made = world
    .changedUnder(['jira', 'versions', project])
    .filter((name) => !names.has(name))
    .map((name) => world.current<Version>(place(project, name), [], read));
  return [...now, ...made.filter((one) => one !== undefined)];
}

const NewVersion = z.strictObject({
  projectId: z.int(),
  name: z.string().min(1).max(255),
  description: z.string().optional(),
  releaseDate: z.iso.date().optional(),
});

function createVersion(call: Call, world: World): Reply {
  const asked = NewVersion.safeParse(call.body.fields);
  if (!asked.success)
    return problem(400, 'Invalid request payload. Refer to the REST API documentation and try again.');
  const { projectId, ...wish } = asked.data;
  const project = projects(world).find(({ id }) => id === String(projectId));
  if (project === undefined) return problem(404, undefined, { project: 'Project does not exist.' });
  if (versionsOf(world, project.key).some(({ name }) => name === wish.name)) {
    return problem(400, undefined, { name: 'A version with this name already exists in this project.' });
  }
  const id = String(20_000 + world.count('jira versions'));
  const version: Version = { id, released: false, archived: false, ...wish };
  world.change(place(project.key, wish.name), JSON.stringify(version));
  world.effect('jira', 'version_created', `${project.key} ${wish.name}`, { ...version });
  return json(201, version);
}

const VersionChange = z.strictObject({ released: z.boolean(), releaseDate: z.iso.date().optional() });

function updateVersion(call: Call, world: World): Reply {
  const asked = VersionChange.safeParse(call.body.fields);
  if (!asked.success)
    return problem(400, 'Invalid request payload. Refer to the REST API documentation and try again.');
  for (const { key } of projects(world)) {
    const version = versionsOf(world, key).find(({ id }) => id === call.param('id'));
    if (version === undefined) continue;
    const changed = { ...version, ...asked.data };
    world.change(place(key, version.name), JSON.stringify(changed));
    world.effect('jira', 'version_released', `${key} ${version.name}`, asked.data);
    return json(200, changed);
  }
  return problem(404, `Could not find version for id '${call.param('id')}'`);
}
