import { z } from 'zod';
import { absent, type Effect, type Found, present, unknown } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { inertText, inertTitle } from '../../src/kit/outgoing.ts';
import { oneLine } from '../../src/kit/text.ts';
import { given, type Project } from './api.ts';
import type { GitLabClient } from './client.ts';
import { call, defineTool, ProjectInput } from './define.ts';
import { MergeRequestAnswer, type MergeRequestRow, MergeRequestRows } from './schema.ts';
import { type BranchAnswer, BranchAnswer as BranchSchema } from './schema-repository.ts';

const Branch = z.string().min(1).max(255);

const Input = z.object({
  project: ProjectInput.meta({ description: 'Where it is to be merged.' }),
  target_branch: Branch.optional().meta({ description: "The project's default branch when absent." }),
  source_project: ProjectInput.optional().meta({ description: 'A fork; the project itself when absent.' }),
  source_branch: Branch,
  title: z.string().min(1).max(255),
  description: z.string().max(60_000).default(''),
  labels: z
    .array(
      z
        .string()
        .min(1)
        .max(100)
        .regex(/^[^,]+$/),
    )
    .max(20)
    .default([]),
  draft: z.boolean().default(false),
  squash: z.boolean().optional(),
  remove_source_branch: z.boolean().optional(),
});
type Input = z.output<typeof Input>;
type Row = z.output<typeof MergeRequestRow>;

interface Place {
  source: Project;
  target: Project;
  targetBranch: string;
}

export const createMergeRequest = defineTool({
  name: 'gitlab_create_merge_request',
  title: 'Create a merge request',
  description: `
Opens a merge request of a branch that is pushed already, also from a fork. One that is open from the same branch into the
same one is taken as it is, and so is one that was merged from the same commit. A protected or default branch is never a
source. It merges nothing and pushes nothing.`,
  effect: 'create',
  key: 'gitlab/<target project>/merge-request/<source project>:<source branch>/<target branch>',
  settles: '10s',
  input: Input,
  output: z.object({
    project: z.string(),
    iid: z.int(),
    url: z.string(),
    state: z.string(),
    title: z.string(),
    source_project: z.string(),
    source_branch: z.string(),
    target_branch: z.string(),
    created: z.boolean().meta({ description: 'false: it was there already.' }),
    differs: z.array(z.string()).meta({ description: 'What of it is not as asked; it was left so.' }),
    summary: z.string(),
    next: z.string(),
  }),
  effects: async (input, { client }) => {
    const place = await placeOf(client, input);
    await client.api.demandWritable(place.source.path);
    await client.api.demandWritable(place.target.path);
    return [creation(client, input, place)];
  },
  result: async (input, { client }, [outcome]) => {
    const place = await placeOf(client, input);
    const { iid } = z.object({ iid: z.int() }).parse(outcome?.data);
    const found = await client.mergeRequest(place.target.id, iid);
    const created = outcome?.outcome !== 'adopted';
    const differs = differences(input, found);
    return {
      project: place.target.path,
      iid,
      url: found.web_url,
      state: found.state,
      title: found.title,
      source_project: place.source.path,
      source_branch: found.source_branch,
      target_branch: found.target_branch,
      created,
      differs,
      summary: `!${iid} of ${place.target.path} ${created ? 'is open' : `was there already, ${found.state}`}: ${found.web_url}`,
      next:
        differs.length > 0 && found.state === 'opened'
          ? call('gitlab_update_merge_request', { url: found.web_url })
          : call('gitlab_get_merge_request', { url: found.web_url }),
    };
  },
});

async function placeOf({ api }: GitLabClient, input: Input): Promise<Place> {
  const target = await api.project(input.project);
  const source = input.source_project === undefined ? target : await api.project(input.source_project);
  const targetBranch = input.target_branch ?? target.defaultBranch;
  if (targetBranch === undefined) {
    throw new SluiceError('invalid_input', {
      cause: `${target.path} has no default branch.`,
      remedy: 'Give target_branch.',
    });
  }
  return { source, target, targetBranch };
}

function creation(client: GitLabClient, input: Input, place: Place): Effect {
  const { source, target, targetBranch } = place;
  const title = titleOf(input);
  return {
    key: `gitlab/${target.path}/merge-request/${source.path}:${input.source_branch}/${targetBranch}`,
    preview: {
      system: 'gitlab',
      action: 'create a merge request',
      target: `${target.path}, branch ${targetBranch}`,
      after: {
        title,
        from: `${source.path}:${input.source_branch}`,
        labels: input.labels,
        description: inertText(input.description),
      },
    },
    ready: async () => {
      if ((await look(client, input, place)).state === 'absent') await demandSource(client, input, place);
    },
    find: async () => await look(client, input, place),
    send: async (permit) => {
      const answer = await client.api.write(
        'the merge request',
        MergeRequestAnswer,
        ({ MergeRequests }) =>
          MergeRequests.create(source.id, input.source_branch, targetBranch, title, {
            targetProjectId: target.id,
            description: inertText(input.description),
            ...(input.labels.length === 0 ? {} : { labels: input.labels.join(',') }),
            ...given({ squash: input.squash, removeSourceBranch: input.remove_source_branch }),
          }),
        { permit, project: target.path },
      );
      return { iid: answer.iid, url: answer.web_url };
    },
  };
}

async function look(client: GitLabClient, input: Input, place: Place): Promise<Found> {
  const { source, target, targetBranch } = place;
  const all = await client.api.pages('merge requests', MergeRequestRows, ({ MergeRequests }, wish) =>
    MergeRequests.all({
      projectId: target.id,
      sourceBranch: input.source_branch,
      targetBranch,
      ...wish,
    }),
  );
  const ours = all
    .filter((row) => row.source_branch === input.source_branch && row.target_branch === targetBranch)
    .filter((row) => row.source_project_id === source.id)
    .toSorted((a, b) => b.iid - a.iid);
  const open = ours.find(({ state }) => state === 'opened' || state === 'locked');
  if (open !== undefined) return present(evidence(open));
  const [last] = ours;
  if (last === undefined) return absent;
  const branch = await branchOf(client, source, input.source_branch);
  // The branch has moved on since: this is about another change.
  if (branch !== undefined && branch.commit.id !== last.sha) return absent;
  if (last.state === 'merged') return present(evidence(last));
  return unknown(
    `!${last.iid} from the same branch at the same commit was closed: reopen it, or push another branch`,
  );
}

function evidence({ iid, web_url, state }: Row) {
  return { iid, url: web_url, state };
}

async function demandSource(client: GitLabClient, input: Input, { source, target, targetBranch }: Place) {
  const name = oneLine(input.source_branch, 120);
  if (source.id === target.id && input.source_branch === targetBranch) {
    throw new SluiceError('invalid_input', {
      cause: `Source and target are the same branch, ${name} of ${target.path}.`,
      remedy: 'Give the branch that holds the change as source_branch.',
    });
  }
  const branch = await branchOf(client, source, input.source_branch);
  if (branch === undefined) {
    throw new SluiceError('precondition', {
      cause: `gitlab: ${source.path} has no branch ${name}: nothing is pushed.`,
      remedy: 'Push the branch first, then call again.',
    });
  }
  if (!branch.protected && branch.default !== true) return;
  throw new SluiceError('forbidden', {
    cause: `gitlab: ${name} of ${source.path} is ${branch.default === true ? 'the default branch' : 'protected'}: it is no source of a merge request here.`,
    remedy: 'Push the change to a branch of its own.',
    rule: 'gitlab.protected-source',
  });
}

async function branchOf(
  { api }: GitLabClient,
  project: Project,
  name: string,
): Promise<BranchAnswer | undefined> {
  return await api.readIfThere('the branch', BranchSchema, ({ Branches }) => Branches.show(project.id, name));
}

function titleOf({ title, draft }: Input): string {
  const shown = draft && !title.startsWith('Draft:') ? `Draft: ${title}` : title;
  return inertTitle(shown);
}

function differences(input: Input, found: z.output<typeof MergeRequestAnswer>): string[] {
  const lacks = input.labels.some((label) => !found.labels.includes(label));
  return [
    ...(found.title === titleOf(input) ? [] : ['title']),
    ...((found.description ?? '') === inertText(input.description) ? [] : ['description']),
    ...(lacks ? ['labels'] : []),
  ];
}
