import { z } from 'zod';
import { absent, type Effect, present, unknown } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import { inertText } from '../../../src/kit/outgoing.ts';
import { Anything, Sha } from '../answers.ts';
import type { GitHubClient } from '../client.ts';
import { defineTool, FullId, outcomeOf, RefName, Repo, shortId, Written } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { commitOf, tagged } from './read.ts';

const TagMade = z.object({ sha: Sha });

export const createTag = defineTool({
  name: 'github_create_tag',
  title: 'Create a tag',
  description: `
Makes an annotated tag at a commit through the API. Tags never move: one of that name at this commit is answered as it
is, one at another commit is a conflict, found before anything is sent. Where the module git knows the repository,
git_create_tag does the same with an author of its own.`,
  effect: 'create',
  key: 'repository and tag, at the commit',
  settles: '30s',
  input: z.object({
    repository: Repo,
    tag: RefName.describe('name'),
    commit: FullId,
    message: z.string().min(1).max(4_000).regex(/\S/),
  }),
  output: z.object({ ...Written, tag: z.string(), commit: z.string() }),
  effects: async (input, { client }) => {
    client.demandWritable(input.repository);
    const stands = await tagged(client, input.repository, input.tag);
    if (stands !== undefined && stands.commit !== input.commit) throw taken(input, stands.commit);
    await commitOf(client, input.repository, input.commit);
    return [tagEffect(client, input)];
  },
  result: async ({ repository, tag, commit }, _context, done) => {
    const outcome = outcomeOf(done);
    return {
      repository,
      tag,
      commit,
      outcome,
      summary: `Tag ${tag} of ${repository} ${outcome === 'sent' ? 'was made' : 'stood already'} at ${shortId(commit)}.`,
      next: null,
    };
  },
});

interface Wanted {
  repository: string;
  tag: string;
  commit: string;
  message: string;
}

function tagEffect(client: GitHubClient, wanted: Wanted): Effect {
  const { repository, tag, commit } = wanted;
  const message = inertText(wanted.message);
  const at = repositoryOf(repository);
  const { library } = client;
  return {
    key: `github:tag:${repository.toLowerCase()}:${tag}:${commit}`,
    preview: {
      system: 'github',
      action: 'create tag',
      target: `tag ${tag} of ${repository}`,
      after: { tag, commit, message },
    },
    find: async () => {
      const stands = await tagged(client, repository, tag);
      if (stands === undefined) return absent;
      if (stands.commit === commit) return present({ commit });
      return unknown(`tag ${tag} of ${repository} stands at ${stands.commit}`);
    },
    send: async (permit) => {
      // An object that nothing refers to: nobody sees it, and one more of them changes nothing.
      const object = await library
        .send(TagMade, permit, (octokit) =>
          octokit.rest.git.createTag({ ...at, tag, message, object: commit, type: 'commit' }),
        )
        .catch(notReached);
      await library.send(Anything, permit, (octokit) =>
        octokit.rest.git.createRef({ ...at, ref: `refs/tags/${tag}`, sha: object.sha }),
      );
      return { commit };
    },
  };
}

/** Whether the object was made is of no account: the tag was not. */
function notReached(thrown: unknown): never {
  if (!(thrown instanceof SluiceError) || thrown.reached === 'no') throw thrown;
  throw new SluiceError(thrown.code, {
    cause: thrown.message,
    remedy: thrown.remedy,
    reached: 'no',
    ...(thrown.status === undefined ? {} : { status: thrown.status }),
  });
}

function taken({ repository, tag, commit }: Wanted, stands: string): SluiceError {
  return new SluiceError('conflict', {
    cause: `github: tag ${tag} of ${repository} is there already, at ${stands} and not at ${commit}; nothing was changed.`,
    remedy: 'Tags are never moved: use another name, or find out who made this one.',
    rule: 'github.tag-exists',
  });
}
