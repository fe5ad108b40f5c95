import { z } from 'zod';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { prose } from '../../src/kit/hygiene.ts';
import { inertText, inertTitle } from '../../src/kit/outgoing.ts';
import type { GitLabClient } from './client.ts';
import { defineTool, PAGE, PAGE_OUTPUT, ProjectInput, pageOutput, pageWish } from './define.ts';
import { ReleaseAnswer, ReleasesAnswer } from './schema-delivery.ts';
import { TagAnswer } from './schema-repository.ts';

const DESCRIPTION_CAP = 300;

export const listReleases = defineTool({
  name: 'gitlab_list_releases',
  title: 'List releases',
  description:
    'Releases of a project in GitLab, newest first: tag, name, when, by whom, and how their notes begin.',
  effect: 'read',
  input: z.object({ project: ProjectInput, ...PAGE }),
  output: z.object({
    project: z.string(),
    releases: z.array(
      z.object({
        tag: z.string(),
        name: z.string(),
        released_at: z.string().nullable(),
        upcoming: z.boolean(),
        commit: z.string().nullable(),
        by: z.string().nullable(),
        notes: prose('GitLab'),
      }),
    ),
    ...PAGE_OUTPUT,
    summary: z.string(),
  }),
  run: async ({ project, ...wanted }, { client }) => {
    const page = await client.api.page(
      'releases',
      ReleasesAnswer,
      ({ ProjectReleases }, wish) =>
        ProjectReleases.all(project, { orderBy: 'released_at', sort: 'desc', ...wish }),
      pageWish(wanted),
    );
    const [first] = page.items;
    return {
      project,
      releases: page.items.map((one) => ({
        tag: one.tag_name,
        name: one.name ?? one.tag_name,
        released_at: one.released_at ?? null,
        upcoming: one.upcoming_release === true,
        commit: one.commit?.id ?? null,
        by: one.author?.username ?? null,
        notes: (one.description ?? '').slice(0, DESCRIPTION_CAP),
      })),
      ...pageOutput(page),
      summary:
        first === undefined
          ? `${project} has no release.`
          : `The newest release of ${project} is ${first.tag_name}.`,
    };
  },
});

const Input = z.object({
  project: ProjectInput,
  tag: z.string().min(1).max(255),
  name: z.string().min(1).max(255).optional(),
  description: z.string().max(60_000).default(''),
});

export const createRelease = defineTool({
  name: 'gitlab_create_release',
  title: 'Create a release',
  description: `
Makes a release of a tag that is there already, with a name and notes. It makes no tag. A release of the tag that is there
is taken as it is.`,
  effect: 'create',
  key: 'gitlab/<project>/release/<tag>',
  settles: '5s',
  input: Input,
  output: z.object({
    project: z.string(),
    tag: z.string(),
    name: z.string(),
    commit: z.string().nullable(),
    created: z.boolean(),
    differs: z.array(z.string()).meta({ description: 'What of it is not as asked; it was left so.' }),
    url: z.string().nullable(),
    summary: z.string(),
  }),
  effects: async (input, { client }) => {
    const { path } = await client.api.project(input.project);
    await client.api.demandWritable(path);
    return [releasing(client, path, input)];
  },
  result: async (input, { client }, [outcome]) => {
    const { project, tag } = input;
    const found = await client.api.read('the release', ReleaseAnswer, ({ ProjectReleases }) =>
      ProjectReleases.show(project, tag),
    );
    const created = outcome?.outcome !== 'adopted';
    return {
      project,
      tag,
      name: found.name ?? tag,
      commit: found.commit?.id ?? null,
      created,
      differs: [
        ...((found.name ?? tag) === nameOf(input) ? [] : ['name']),
        ...((found.description ?? '') === inertText(input.description) ? [] : ['description']),
      ],
      url: found._links?.self ?? null,
      summary: `Release ${tag} of ${project} ${created ? 'is there now' : 'was there already'}.`,
    };
  },
});

function nameOf({ name, tag }: z.output<typeof Input>): string {
  return name === undefined ? tag : inertTitle(name);
}

function releasing(client: GitLabClient, project: string, input: z.output<typeof Input>): Effect {
  const { tag } = input;
  const name = nameOf(input);
  const description = inertText(input.description);
  return {
    key: `gitlab/${project}/release/${tag}`,
    preview: {
      system: 'gitlab',
      action: 'create a release',
      target: `tag ${tag} of ${project}`,
      after: { name, description },
    },
    ready: async () => {
      const found = await client.api.readIfThere('the tag', TagAnswer, ({ Tags }) => Tags.show(project, tag));
      if (found !== undefined) return;
      throw new SluiceError('precondition', {
        cause: `gitlab: ${project} has no tag ${JSON.stringify(tag)}: a release is of a tag.`,
        remedy: 'Make and push the tag first (git_create_tag).',
      });
    },
    find: async () => {
      const found = await client.api.readIfThere('the release', ReleaseAnswer, ({ ProjectReleases }) =>
        ProjectReleases.show(project, tag),
      );
      return found === undefined ? absent : present({ tag });
    },
    send: async (permit) => {
      await client.api.write(
        'the release',
        ReleaseAnswer,
        ({ ProjectReleases }) => ProjectReleases.create(project, { tagName: tag, name, description }),
        { permit, project },
      );
      return { tag };
    },
  };
}
