import { z } from 'zod';
import { digestOf } from '../../../src/kit/canonical.ts';
import { absent, type Effect, present } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import { inertText } from '../../../src/kit/outgoing.ts';
import { Anything } from '../answers.ts';
import type { GitHubClient } from '../client.ts';
import { defineTool, outcomeOf, PullNumber, RefName, Repo, Written } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { pullOf, reviewsOf } from './read.ts';
import { stateOf } from './row.ts';
import type { PullAnswer } from './schema.ts';
import { PULL_STATES } from './shape.ts';

const Input = z.object({
  repository: Repo,
  number: PullNumber,
  title: z.string().min(1).max(250).regex(/\S/).optional(),
  body: z.string().max(60_000).optional(),
  base: RefName.optional().describe('another target branch'),
  state: z.enum(['open', 'closed']).optional(),
  add_labels: z.array(z.string().min(1).max(50)).min(1).max(20).optional(),
  request_reviewers: z.array(z.string().min(1).max(100)).min(1).max(15).optional().describe('logins'),
});
type Wanted = z.output<typeof Input>;

export const updatePullRequest = defineTool({
  name: 'github_update_pull_request',
  title: 'Change a pull request',
  description: `
Changes title, text, target branch or state (open, closed) of a pull request, adds labels, asks for reviews. What stands
as wanted already is left alone; labels and reviewers that are there stay. A merged one keeps its state. It does not
merge, and does not turn a draft into a ready one.`,
  effect: 'update',
  key: 'repository and number, for each of fields, labels and reviewers: read again and compared',
  settles: '30s',
  input: Input,
  output: z.object({ ...Written, number: z.int(), url: z.string(), state: z.enum(PULL_STATES) }),
  effects: async (input, { client }) => {
    client.demandWritable(input.repository);
    const pull = await pullOf(client, input.repository, input.number);
    if (pull.merged && input.state !== undefined) throw merged(input);
    const effects = [
      fieldsEffect(client, input, pull),
      labelsEffect(client, input, pull),
      reviewersEffect(client, input, pull),
    ].filter((effect) => effect !== undefined);
    if (effects.length > 0) return effects;
    throw new SluiceError('invalid_input', {
      cause: 'github_update_pull_request: nothing is to be changed.',
      remedy: 'Give title, body, base, state, add_labels or request_reviewers.',
    });
  },
  result: async ({ repository, number }, { client }, done) => {
    const pull = await pullOf(client, repository, number);
    const outcome = outcomeOf(done);
    const state = stateOf(pull);
    return {
      repository,
      number,
      url: pull.html_url,
      state,
      outcome,
      summary:
        outcome === 'sent'
          ? `Changed #${number} in ${repository}; it is ${state}.`
          : `#${number} in ${repository} stood as wanted already; it is ${state}.`,
      next: null,
    };
  },
});

function fieldsEffect(client: GitHubClient, wanted: Wanted, pull: PullAnswer): Effect | undefined {
  const { repository, number, base, state } = wanted;
  const title = wanted.title === undefined ? undefined : inertText(wanted.title);
  const body = wanted.body === undefined ? undefined : inertText(wanted.body);
  const fields = {
    ...(title === undefined ? {} : { title }),
    ...(body === undefined ? {} : { body }),
    ...(base === undefined ? {} : { base }),
    ...(state === undefined ? {} : { state }),
  };
  if (Object.keys(fields).length === 0) return undefined;
  const stands = (now: PullAnswer) =>
    (title === undefined || now.title === title) &&
    (body === undefined || plain(now.body) === plain(body)) &&
    (base === undefined || now.base.ref === base) &&
    (state === undefined || now.state === state);
  return {
    key: `${keyOf(wanted)}:fields:${digestOf(fields).slice(0, 16)}`,
    preview: {
      system: 'github',
      action: `change ${Object.keys(fields).join(', ')}`,
      target: `${repository}#${number}`,
      before: { title: pull.title, base: pull.base.ref, state: pull.state },
      after: fields,
    },
    find: async () => (stands(await pullOf(client, repository, number)) ? present({ number }) : absent),
    send: async (permit) => {
      const at = { ...repositoryOf(repository), pull_number: number };
      await client.library.send(Anything, permit, (octokit) =>
        octokit.rest.pulls.update({ ...at, ...fields }),
      );
      return { number };
    },
  };
}

function labelsEffect(client: GitHubClient, wanted: Wanted, pull: PullAnswer): Effect | undefined {
  const { repository, number, add_labels: labels } = wanted;
  if (labels === undefined) return undefined;
  return {
    key: `${keyOf(wanted)}:labels:${digestOf(labels.toSorted()).slice(0, 16)}`,
    preview: {
      system: 'github',
      action: 'add labels',
      target: `${repository}#${number}`,
      before: { labels: pull.labels.map(({ name }) => name) },
      after: { labels },
    },
    find: async () => {
      const there = (await pullOf(client, repository, number)).labels.map(({ name }) => name.toLowerCase());
      return labels.every((label) => there.includes(label.toLowerCase())) ? present({ labels }) : absent;
    },
    send: async (permit) => {
      const at = { ...repositoryOf(repository), issue_number: number };
      await client.library.send(Anything, permit, (octokit) =>
        octokit.rest.issues.addLabels({ ...at, labels }),
      );
      return { labels };
    },
  };
}

function reviewersEffect(client: GitHubClient, wanted: Wanted, pull: PullAnswer): Effect | undefined {
  const { repository, number, request_reviewers: reviewers } = wanted;
  if (reviewers === undefined) return undefined;
  return {
    key: `${keyOf(wanted)}:reviewers:${digestOf(reviewers.toSorted()).slice(0, 16)}`,
    preview: {
      system: 'github',
      action: 'ask for reviews',
      target: `${repository}#${number}`,
      before: { requested: (pull.requested_reviewers ?? []).map(({ login }) => login) },
      after: { reviewers },
    },
    find: async () => {
      // Who has answered is not among the requested any more.
      const [now, reviews] = await Promise.all([
        pullOf(client, repository, number),
        reviewsOf(client, repository, number),
      ]);
      const known = [...(now.requested_reviewers ?? []), ...reviews.map(({ user }) => user)];
      const there = new Set(known.map((user) => user?.login.toLowerCase()));
      return reviewers.every((login) => there.has(login.toLowerCase())) ? present({ reviewers }) : absent;
    },
    send: async (permit) => {
      const at = { ...repositoryOf(repository), pull_number: number };
      await client.library.send(Anything, permit, (octokit) =>
        octokit.rest.pulls.requestReviewers({ ...at, reviewers }),
      );
      return { reviewers };
    },
  };
}

function keyOf({ repository, number }: Wanted): string {
  return `github:pull:${repository.toLowerCase()}#${number}`;
}

/** GitHub may give lines back with other ends. */
function plain(text: string | null | undefined): string {
  return (text ?? '').replace(/\r\n?/g, '\n').trimEnd();
}

function merged({ repository, number }: Wanted): SluiceError {
  return new SluiceError('precondition', {
    cause: `#${number} in ${repository} is merged: its state cannot change any more; nothing was sent.`,
    remedy: 'Leave state away; to take the change back, propose a revert.',
  });
}
