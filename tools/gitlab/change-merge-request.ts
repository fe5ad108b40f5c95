import { z } from 'zod';
import { digestOf } from '../../src/kit/canonical.ts';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { inertText, inertTitle } from '../../src/kit/outgoing.ts';
import { given } from './api.ts';
import type { GitLabClient } from './client.ts';
import { defineTool, MERGE_REQUEST, mergeRequestOf } from './define.ts';
import type { MergeRequestAddress } from './merge-request-url.ts';
import { MergeRequestAnswer } from './schema.ts';

const Labels = z
  .array(
    z
      .string()
      .min(1)
      .max(100)
      .regex(/^[^,]+$/),
  )
  .max(20)
  .default([]);

const UpdateInput = z.object({
  ...MERGE_REQUEST,
  title: z.string().min(1).max(255).optional(),
  description: z.string().max(60_000).optional(),
  add_labels: Labels,
  remove_labels: Labels,
  draft: z.boolean().optional().meta({ description: 'false: ready for review.' }),
});
type UpdateInput = z.output<typeof UpdateInput>;

const Output = z.object({
  project: z.string(),
  iid: z.int(),
  title: z.string(),
  state: z.string(),
  draft: z.boolean(),
  labels: z.array(z.string()),
  url: z.string(),
  changed: z.boolean().meta({ description: 'false: it was so already.' }),
  summary: z.string(),
});

export const updateMergeRequest = defineTool({
  name: 'gitlab_update_merge_request',
  title: 'Update a merge request',
  description: `
Sets title, description or draft of a merge request, adds and removes labels; what is not given stays as it is. One that is
merged or closed is left alone. It neither approves nor merges.`,
  effect: 'update',
  key: 'gitlab/<project>!<iid>/update/<digest of what is wanted>',
  settles: '5s',
  input: UpdateInput,
  output: Output,
  effects: async (input, { client }) => {
    const wanted = wantedOf(input);
    const at = await placed(client, input);
    const found = await client.mergeRequest(at.project, at.iid);
    return [update(client, at, wanted, found)];
  },
  result: async (input, { client }, [outcome]) =>
    await resultOf(client, input, outcome?.outcome !== 'adopted', 'is as asked'),
});

export const closeMergeRequest = defineTool({
  name: 'gitlab_close_merge_request',
  title: 'Close a merge request',
  description: `
Closes a merge request without merging it, such as a release that was given up. A merged one is refused; its branch stays.`,
  effect: 'destroy',
  key: 'gitlab/<project>!<iid>/closed',
  settles: '5s',
  input: z.object(MERGE_REQUEST),
  output: Output,
  effects: async (input, { client }) => {
    const at = await placed(client, input);
    const found = await client.mergeRequest(at.project, at.iid);
    if (found.state === 'merged') throw merged(at);
    return [closing(client, at, found)];
  },
  result: async (input, { client }, [outcome]) =>
    await resultOf(client, input, outcome?.outcome !== 'adopted', 'is closed'),
});

type Wanted = Omit<UpdateInput, 'url' | 'project' | 'iid'>;
type Answer = z.output<typeof MergeRequestAnswer>;

function wantedOf({ url: _, project: __, iid: ___, ...wanted }: UpdateInput): Wanted {
  const both = wanted.add_labels.find((label) => wanted.remove_labels.includes(label));
  if (both !== undefined) {
    throw new SluiceError('invalid_input', {
      cause: `The label ${JSON.stringify(both)} is to be added and removed.`,
      remedy: 'Name it once.',
    });
  }
  const { title, description, draft, add_labels, remove_labels } = wanted;
  const nothing = [title, description, draft].every((one) => one === undefined);
  if (nothing && add_labels.length + remove_labels.length === 0) {
    throw new SluiceError('invalid_input', {
      cause: 'Nothing is to be changed.',
      remedy: 'Give title, description, draft, add_labels or remove_labels.',
    });
  }
  return {
    ...wanted,
    title: title === undefined ? undefined : inertTitle(title),
    description: description === undefined ? undefined : inertText(description),
  };
}

/** By its path, so that a key is the same however the project was named. */
async function placed(
  client: GitLabClient,
  input: Parameters<typeof mergeRequestOf>[0],
): Promise<MergeRequestAddress> {
  const { project, iid } = mergeRequestOf(input);
  const { path } = await client.api.project(project);
  await client.api.demandWritable(path);
  return { project: path, iid };
}

function update(client: GitLabClient, at: MergeRequestAddress, wanted: Wanted, before: Answer): Effect {
  const name = `${at.project}!${at.iid}`;
  return {
    key: `gitlab/${name}/update/${digestOf(given(wanted)).slice(0, 16)}`,
    preview: {
      system: 'gitlab',
      action: 'update a merge request',
      target: name,
      before: { title: before.title, labels: before.labels },
      after: given(wanted),
    },
    ready: async () => {
      const found = await client.mergeRequest(at.project, at.iid);
      if (found.state === 'opened' || stands(found, wanted)) return;
      throw new SluiceError('precondition', {
        cause: `${name} is ${found.state}: it is not changed any more.`,
        remedy: 'Choose an open merge request.',
      });
    },
    find: async () =>
      stands(await client.mergeRequest(at.project, at.iid), wanted) ? present({ iid: at.iid }) : absent,
    send: async (permit) => {
      const { title } = await client.mergeRequest(at.project, at.iid);
      return await edit(client, at, permit, {
        title: titleFor(title, wanted),
        description: wanted.description,
        addLabels: wanted.add_labels.join(',') || undefined,
        removeLabels: wanted.remove_labels.join(',') || undefined,
      });
    },
  };
}

function closing(client: GitLabClient, at: MergeRequestAddress, before: Answer): Effect {
  const name = `${at.project}!${at.iid}`;
  return {
    key: `gitlab/${name}/closed`,
    preview: {
      system: 'gitlab',
      action: 'close a merge request',
      target: name,
      before: { state: before.state, title: before.title },
      after: { state: 'closed' },
    },
    find: async () => {
      const { state } = await client.mergeRequest(at.project, at.iid);
      if (state === 'merged') throw merged(at);
      return state === 'closed' ? present({ iid: at.iid }) : absent;
    },
    send: async (permit) => await edit(client, at, permit, { stateEvent: 'close' }),
  };
}

interface Edit {
  title?: string | undefined;
  description?: string | undefined;
  addLabels?: string | undefined;
  removeLabels?: string | undefined;
  stateEvent?: 'close';
}

async function edit(
  client: GitLabClient,
  { project, iid }: MergeRequestAddress,
  permit: Parameters<Effect['send']>[0],
  change: Edit,
) {
  await client.api.write(
    `!${iid}`,
    MergeRequestAnswer,
    ({ MergeRequests }) => MergeRequests.edit(project, iid, given(change)),
    { permit, project },
  );
  return { iid };
}

const DRAFT = /^\s*(?:\[draft\]|\(draft\)|draft:)\s*/i;

function titleFor(current: string, { title, draft }: Wanted): string | undefined {
  if (title === undefined && draft === undefined) return undefined;
  const bare = (title ?? current).replace(DRAFT, '');
  const asDraft = draft ?? (DRAFT.test(title ?? '') || DRAFT.test(current));
  return asDraft ? `Draft: ${bare}` : bare;
}

function stands(found: Answer, wanted: Wanted): boolean {
  const title = titleFor(found.title, wanted);
  return (
    (title === undefined || title === found.title) &&
    (wanted.description === undefined || wanted.description === (found.description ?? '')) &&
    wanted.add_labels.every((label) => found.labels.includes(label)) &&
    !wanted.remove_labels.some((label) => found.labels.includes(label))
  );
}

async function resultOf(
  client: GitLabClient,
  input: Parameters<typeof mergeRequestOf>[0],
  changed: boolean,
  words: string,
): Promise<z.input<typeof Output>> {
  const { project, iid } = mergeRequestOf(input);
  const found = await client.mergeRequest(project, iid);
  return {
    project,
    iid,
    title: found.title,
    state: found.state,
    draft: found.draft === true,
    labels: found.labels,
    url: found.web_url,
    changed,
    summary: `!${iid} of ${project} ${words}${changed ? '' : ', as it was before'}.`,
  };
}

function merged({ project, iid }: MergeRequestAddress): SluiceError {
  return new SluiceError('precondition', {
    cause: `${project}!${iid} is merged: it cannot be closed.`,
    remedy: 'Undo a merged change by another merge request.',
  });
}
