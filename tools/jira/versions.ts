import { z } from 'zod';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { nearest } from '../../src/kit/suggest.ts';
import { oneLine } from '../../src/kit/text.ts';
import type { JiraClient } from './client.ts';
import { Day, defineTool, Key, Line, outcomeOf, Project, told, Written } from './define.ts';
import { projectOf } from './keys.ts';
import type { VersionAnswer } from './schema.ts';

const Version = z.object({
  id: z.string(),
  name: z.string(),
  released: z.boolean(),
  archived: z.boolean(),
  release_date: z.string().nullable(),
});

const shown = ({ id, name, released, archived, releaseDate }: VersionAnswer) => ({
  id,
  name,
  released,
  archived,
  release_date: releaseDate ?? null,
});

const listVersions = defineTool({
  name: 'jira_list_versions',
  title: 'List versions of a Jira project',
  description:
    "Versions of a project, the latest in the project's order first, with whether each is released.",
  effect: 'read',
  input: z.object({
    project: Project,
    contains: Line.optional().meta({ description: 'Only versions whose name holds this.' }),
    unreleased_only: z.boolean().default(false),
    limit: z.int().min(1).max(200).default(50),
  }),
  output: z.object({
    project: z.string(),
    versions: z.array(Version),
    total: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ project, contains = '', unreleased_only: open, limit }, { client }) => {
    const wanted = (await client.projects.versions(project))
      .filter(
        ({ name, released }) => name.toLowerCase().includes(contains.toLowerCase()) && !(open && released),
      )
      .reverse();
    const unreleased = wanted.filter(({ released }) => !released).length;
    return {
      project,
      versions: wanted.slice(0, limit).map(shown),
      total: wanted.length,
      truncated: wanted.length > limit,
      summary: `${wanted.length} versions of ${project}, ${unreleased} of them unreleased.`,
    };
  },
});

const createVersion = defineTool({
  name: 'jira_create_version',
  title: 'Create a Jira version',
  description:
    'Creates a version of a project, unreleased; one of that name that stands already is answered as it is.',
  effect: 'create',
  key: 'jira/<project>/version/<name>: the project has a version of this name',
  settles: '5s',
  input: z.object({
    project: Project,
    name: Line,
    description: Line.optional(),
    release_date: Day.optional(),
  }),
  output: z.object({ ...Written, project: z.string(), version: Version }),
  effects: async ({ project, name, description, release_date: day }, { client }) => {
    client.demandWritable(project);
    const wish = {
      projectId: await client.projects.idOf(project),
      name,
      ...(description === undefined ? {} : { description }),
      ...(day === undefined ? {} : { releaseDate: day }),
    };
    const effect: Effect = {
      key: `jira/${project}/version/${name}`,
      preview: { system: 'jira', action: 'create version', target: project, after: wish },
      find: async () => {
        const found = (await client.projects.versions(project)).find((version) => version.name === name);
        return found === undefined ? absent : present(shown(found));
      },
      send: async (permit) => shown(await client.projects.createVersion(project, wish, permit)),
    };
    return [effect];
  },
  result: async ({ project, name }, { client }, done) => ({
    project,
    version: Version.parse(done[0]?.data),
    outcome: outcomeOf(done),
    url: client.urlOf(project),
    summary: told(
      done,
      `Created version ${name} of ${project}.`,
      `Nothing sent: ${project} has version ${name} already.`,
    ),
    next: 'jira_set_fix_version puts it on issues.',
  }),
});

const releaseVersion = defineTool({
  name: 'jira_release_version',
  title: 'Release a Jira version',
  description: `
Marks a version of a project as released. It does not look at its issues: look at them by jira_search_issues (fixVersion =
…) before. One that is released already stays as it is.`,
  effect: 'update',
  key: 'jira/<project>/version/<name>/released: the version is marked as released',
  settles: '5s',
  input: z.object({ project: Project, name: Line, release_date: Day.optional() }),
  output: z.object({ ...Written, project: z.string(), version: Version }),
  effects: async ({ project, name, release_date: day }, { client }) => {
    client.demandWritable(project);
    const { projects } = client;
    const before = (await projects.versions(project)).find((version) => version.name === name);
    const effect: Effect = {
      key: `jira/${project}/version/${name}/released`,
      preview: {
        system: 'jira',
        action: 'release version',
        target: `${project} ${name}`,
        before: before === undefined ? null : shown(before),
        after: { released: true, ...(day === undefined ? {} : { release_date: day }) },
      },
      // A step before this one may have to make it first: a plan does not ask.
      ready: async () => void (await demandVersion(client, project, name)),
      find: async () => {
        const version = await demandVersion(client, project, name);
        return version.released ? present(shown(version)) : absent;
      },
      send: async (permit) => {
        const { id } = await demandVersion(client, project, name);
        return shown(await projects.releaseVersion(project, id, day, permit));
      },
    };
    return [effect];
  },
  result: async ({ project, name }, { client }, done) => ({
    project,
    version: Version.parse(done[0]?.data),
    outcome: outcomeOf(done),
    url: client.urlOf(project),
    summary: told(
      done,
      `Released version ${name} of ${project}.`,
      `Nothing sent: version ${name} of ${project} is released already.`,
    ),
    next: null,
  }),
});

async function demandVersion(client: JiraClient, project: string, name: string): Promise<VersionAnswer> {
  const versions = await client.projects.versions(project);
  const found = versions.find((version) => version.name === name);
  if (found !== undefined) return found;
  const hint = nearest(
    name,
    versions.map((version) => version.name),
  );
  throw new SluiceError('not_found', {
    cause: `jira: ${project} has no version ${JSON.stringify(oneLine(name, 80))}.`,
    remedy:
      hint === undefined
        ? 'Create it by jira_create_version.'
        : `Did you mean ${oneLine(hint, 80)}? Else create it by jira_create_version.`,
  });
}

const setFixVersion = defineTool({
  name: 'jira_set_fix_version',
  title: 'Set the fix version of a Jira issue',
  description: `
Adds a version of its project to the fix versions of an issue; those that stand there stay. A version that does not exist
is refused, never made.`,
  effect: 'update',
  key: 'jira/<issue>/fix-version/<name>: it is among the fix versions of the issue',
  settles: '5s',
  input: z.object({ key: Key, version: Line }),
  output: z.object({ ...Written, key: z.string(), fix_versions: z.array(z.string()) }),
  effects: async ({ key, version: name }, { client }) => {
    client.demandWritable(key);
    const before = await fixVersions(client, key);
    const effect: Effect = {
      key: `jira/${key}/fix-version/${name}`,
      preview: { system: 'jira', action: 'add fix version', target: key, before, after: name },
      ready: async () => void (await demandVersion(client, projectOf(key), name)),
      find: async () => {
        const names = await fixVersions(client, key);
        return names.includes(name) ? present({ fix_versions: names }) : absent;
      },
      send: async (permit) => {
        await client.editIssue(key, { update: { fixVersions: [{ add: { name } }] } }, permit);
        return { fix_versions: [...before, name] };
      },
    };
    return [effect];
  },
  result: async ({ key, version }, { client }, done) => ({
    key,
    ...z.object({ fix_versions: z.array(z.string()) }).parse(done[0]?.data),
    outcome: outcomeOf(done),
    url: client.urlOf(key),
    summary: told(
      done,
      `${key} is to be fixed in ${version}.`,
      `Nothing sent: ${key} has fix version ${version} already.`,
    ),
    next: null,
  }),
});

async function fixVersions(client: JiraClient, key: string): Promise<string[]> {
  const { fields } = await client.getIssue(key, ['fixVersions']);
  return z
    .array(z.object({ name: z.string() }))
    .default([])
    .parse(fields.fixVersions ?? undefined)
    .map(({ name }) => name);
}

export const versionTools = [listVersions, createVersion, releaseVersion, setFixVersion];
