import { type Call, json, type Reply, stringField } from '../http.ts';
import type { Project } from '../scenario/schema-gitlab.ts';
import { isoSeconds } from '../scenario/time.ts';
import type { World } from '../world.ts';
import { checkBody } from './gitlab-body.ts';
import { projectAt, userNamed } from './gitlab-users.ts';
import { paged } from './paging.ts';

type Listed = (project: Project, world: World, call: Call) => readonly unknown[];

const list =
  (of: Listed) =>
  (call: Call, world: World): Reply => {
    const project = projectAt(world, call.param('project'))?.project;
    if (project === undefined) return json(404, { message: '404 Project Not Found' });
    return paged(call, of(project, world, call));
  };

export const environments = list(({ environments: all }, _world, call) => {
  const state = call.query.get('states');
  return all
    .filter((one) => state === null || one.state === state)
    .map((one) => ({ ...one, external_url: null }));
});

export const deployments = list(({ deployments: all }, world, call) => {
  const asked = (name: string) => call.query.get(name);
  return all
    .filter(({ created }) => created <= world.now)
    .filter(({ environment, status }) => {
      const there = asked('environment') === null || asked('environment') === environment;
      return there && (asked('status') === null || asked('status') === status);
    })
    .toSorted((a, b) => b.created - a.created)
    .map((one) => ({
      id: one.id,
      iid: one.id,
      status: one.status,
      ref: one.ref,
      sha: one.sha,
      created_at: isoSeconds(one.created),
      updated_at: isoSeconds(one.created),
      environment: { id: 1, name: one.environment },
      user: userNamed(world, one.user),
      deployable: null,
    }));
});

export const freezePeriods = list(({ freeze_periods: all }) =>
  all.map(({ id, start, end, time_zone }) => ({
    id,
    freeze_start: start,
    freeze_end: end,
    cron_timezone: time_zone,
  })),
);

function releasesOf(world: World, idOrPath: string) {
  const entry = projectAt(world, idOrPath);
  if (entry === undefined) return [];
  const { path, project } = entry;
  const given = Object.entries(project.releases).map(([tag, one]) => ({
    tag,
    name: one.name,
    description: one.description,
    created: one.released,
  }));
  const made = world.store.releases.filter((one) => one.project === path);
  return [...given, ...made]
    .toSorted((a, b) => b.created - a.created)
    .map(({ tag, name, description, created }) => ({
      tag_name: tag,
      name,
      description,
      released_at: isoSeconds(created),
      upcoming_release: false,
      commit: project.tags[tag] === undefined ? null : { id: project.tags[tag] },
      _links: { self: `${project.web_url}/-/releases/${tag}` },
    }));
}

export const releases = list((project, world) => releasesOf(world, String(project.id)));

export function release(call: Call, world: World): Reply {
  const found = releasesOf(world, call.param('project')).find(
    ({ tag_name }) => tag_name === call.param('tag'),
  );
  return found === undefined ? json(404, { message: '404 Not Found' }) : json(200, found);
}

export function createRelease(call: Call, world: World): Reply {
  const entry = projectAt(world, call.param('project'));
  if (entry === undefined) return json(404, { message: '404 Project Not Found' });
  const refused = checkBody(
    call,
    { tag_name: 'string', name: 'string', description: 'string', ref: 'string' },
    ['tag_name'],
  );
  if (refused !== undefined) return refused;
  const tag = stringField(call.body, 'tag_name') ?? '';
  if (releasesOf(world, entry.path).some(({ tag_name }) => tag_name === tag)) {
    return json(409, { message: 'Release already exists' });
  }
  if (entry.project.tags[tag] === undefined) return json(422, { message: 'Ref is not specified' });
  const name = stringField(call.body, 'name') ?? tag;
  const description = stringField(call.body, 'description') ?? '';
  world.store.releases.push({ project: entry.path, tag, name, description, created: world.now });
  world.effect('gitlab', 'release_created', `${entry.path}@${tag}`, { name });
  return json(
    201,
    releasesOf(world, entry.path).find(({ tag_name }) => tag_name === tag),
  );
}
