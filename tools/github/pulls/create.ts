import { z } from 'zod';
import { absent, type Effect, type Found, present, unknown } from '../../../src/kit/effect.ts';
import { inertText } from '../../../src/kit/outgoing.ts';
import { Sha } from '../answers.ts';
import type { GitHubClient } from '../client.ts';
import { defineTool, outcomeOf, RefName, Repo, Written } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { headLabel, pullsBetween } from './read.ts';
import { stateOf } from './row.ts';
import { type ListedPull, PullAnswer } from './schema.ts';
import { PULL_STATES } from './shape.ts';

const HEAD = /^(?:[A-Za-z0-9][A-Za-z0-9-]*:)?[^:]+$/;

const Evidence = z.object({
  number: z.int(),
  url: z.string(),
  state: z.enum(PULL_STATES),
  head_commit: z.string(),
});
const RefAnswer = z.object({ object: z.object({ sha: Sha }) });

interface Wanted {
  repository: string;
  head: string;
  base: string;
  title: string;
  body: string;
  draft: boolean;
}

export const createPullRequest = defineTool({
  name: 'github_create_pull_request',
  title: 'Open a pull request',
  description: `
Opens a pull request from a branch that is there already, of the repository or of a fork (owner:branch), into base. One
that is open between the two is taken as it is: change it with github_update_pull_request. One that was merged from the
same commit counts as done; one that was closed without a merge blocks, for a person to look at.`,
  effect: 'create',
  key: 'repository, head (owner:branch) and base: the open pull request between them, or the merged one of the same commit',
  settles: '30s',
  input: z.object({
    repository: Repo,
    head: z
      .string()
      .regex(HEAD)
      .pipe(z.string().refine((head) => RefName.safeParse(head.split(':').at(-1)).success, 'is no branch'))
      .describe('branch, or owner:branch of a fork'),
    base: RefName.describe('target branch'),
    title: z.string().min(1).max(250).regex(/\S/),
    body: z.string().max(60_000).default(''),
    draft: z.boolean().default(false),
  }),
  output: z.object({ ...Written, number: z.int(), url: z.string(), state: z.enum(PULL_STATES) }),
  effects: async (input, { client }) => {
    client.demandWritable(input.repository);
    return [createEffect(client, input)];
  },
  result: async ({ repository, head, base }, _context, done) => {
    const { number, url, state } = Evidence.parse(done[0]?.data);
    const outcome = outcomeOf(done);
    return {
      repository,
      number,
      url,
      state,
      outcome,
      summary:
        outcome === 'sent'
          ? `Opened #${number} in ${repository}, from ${head} into ${base}.`
          : `#${number} from ${head} into ${base} was there already and is ${state}.`,
      next: state === 'merged' ? null : 'Checks and reviews: github_get_pull_request.',
    };
  },
});

function createEffect(client: GitHubClient, wanted: Wanted): Effect {
  const { repository, head, base, draft } = wanted;
  const title = inertText(wanted.title);
  const body = inertText(wanted.body);
  const label = headLabel(repository, head);
  return {
    key: `github:pull:${repository.toLowerCase()}:${label}:${base}`,
    preview: {
      system: 'github',
      action: draft ? 'open a draft pull request' : 'open a pull request',
      target: `${repository}, ${label} into ${base}`,
      after: { title, body, head: label, base, draft },
    },
    find: async () => await findPull(client, wanted),
    send: async (permit) => {
      const fields = { ...repositoryOf(repository), head: label, base, title, body, draft };
      const pull = await client.library.send(PullAnswer, permit, (octokit) =>
        octokit.rest.pulls.create(fields),
      );
      return evidenceOf(pull);
    },
  };
}

async function findPull(client: GitHubClient, { repository, head, base }: Wanted): Promise<Found> {
  const [open] = await pullsBetween(client, repository, head, base, 'open');
  if (open !== undefined) return present(evidenceOf(open));
  const [ended] = await pullsBetween(client, repository, head, base, 'closed');
  if (ended === undefined) return absent;
  const stands = await headCommit(client, ended, repository);
  const what = `#${ended.number} from ${head} into ${base}`;
  if (stands === undefined) return unknown(`${what} is ${stateOf(ended)}, and its branch is gone.`);
  // The branch has gone on: what stands there now was not proposed yet.
  if (stands !== ended.head.sha) return absent;
  if (ended.merged_at) return present(evidenceOf(ended));
  return unknown(`${what} proposed this very commit and was closed without a merge.`);
}

async function headCommit(
  client: GitHubClient,
  pull: ListedPull,
  repository: string,
): Promise<string | undefined> {
  const place = repositoryOf(pull.head.repo?.full_name ?? repository);
  const found = await client.library.find(RefAnswer, (octokit) =>
    octokit.rest.git.getRef({ ...place, ref: `heads/${pull.head.ref}` }),
  );
  return found?.object.sha;
}

function evidenceOf(pull: ListedPull): z.output<typeof Evidence> {
  return { number: pull.number, url: pull.html_url, state: stateOf(pull), head_commit: pull.head.sha };
}
