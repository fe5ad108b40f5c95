import { z } from 'zod';
import { absent, type Effect, present, unknown } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import { inertText, inertTitle } from '../../../src/kit/outgoing.ts';
import type { GitHubClient } from '../client.ts';
import { defineTool, FullId, outcomeOf, RefName, Repo, Written } from '../define.ts';
import { commitOf, tagged } from '../history/read.ts';
import { repositoryOf } from '../repository.ts';
import { releaseOf } from './read.ts';
import { ReleaseAnswer } from './schema.ts';

const Evidence = z.object({ id: z.int(), url: z.string() });

const Input = z.object({
  repository: Repo,
  tag: RefName,
  commit: FullId.optional().describe('where the tag is or is to be made; needed when it is not there yet'),
  name: z.string().min(1).max(250).optional(),
  notes: z.string().max(100_000).optional(),
  generate_notes: z.boolean().default(false).describe('GitHub writes the notes, after those given'),
  draft: z.boolean().default(false),
  prerelease: z.boolean().default(false),
  latest: z
    .boolean()
    .optional()
    .describe('whether it is to be called the latest; GitHub decides when absent'),
});
type Wanted = z.output<typeof Input>;

export const createRelease = defineTool({
  name: 'github_create_release',
  title: 'Create a release',
  description: `
Creates the release of a tag, published, as a draft or as a prerelease. A tag that is not there yet is made at commit
when it is published; one that stands at another commit is a conflict. A release of this tag that is there already is
taken as it is when draft and prerelease agree. Publishing is seen by all at once: use draft where a person looks first.`,
  effect: 'create',
  key: 'repository and tag: the release of that tag, drafts too',
  settles: '30s',
  input: Input,
  output: z.object({ ...Written, tag: z.string(), id: z.int(), url: z.string(), draft: z.boolean() }),
  effects: async (input, { client }) => {
    client.demandWritable(input.repository);
    await demandTag(client, input);
    const there = await releaseOf(client, input.repository, input.tag);
    if (there !== undefined && !agrees(there, input)) throw other(input, there);
    return [releaseEffect(client, input)];
  },
  result: async ({ repository, tag, draft }, _context, done) => {
    const { id, url } = Evidence.parse(done[0]?.data);
    const outcome = outcomeOf(done);
    const what = `${draft ? 'draft release' : 'release'} ${tag} of ${repository}`;
    return {
      repository,
      tag,
      id,
      url,
      draft,
      outcome,
      summary: outcome === 'sent' ? `Made ${what}.` : `There was a ${what} already.`,
      next: draft ? 'A person publishes it in GitHub.' : null,
    };
  },
});

/** Without a commit GitHub would make the tag wherever the default branch stands by then. */
async function demandTag(client: GitHubClient, { repository, tag, commit }: Wanted): Promise<void> {
  const stands = await tagged(client, repository, tag);
  if (stands === undefined) {
    if (commit === undefined) {
      throw new SluiceError('precondition', {
        cause: `github: ${repository} has no tag ${tag}, and no commit is named to make it at.`,
        remedy: 'Give commit, or make the tag first: github_create_tag.',
      });
    }
    await commitOf(client, repository, commit);
  } else if (commit !== undefined && stands.commit !== commit) {
    throw new SluiceError('conflict', {
      cause: `github: tag ${tag} of ${repository} stands at ${stands.commit}, not at ${commit}; nothing was changed.`,
      remedy: 'Tags are never moved: use another name, or find out who made this one.',
      rule: 'github.tag-exists',
    });
  }
}

function releaseEffect(client: GitHubClient, wanted: Wanted): Effect {
  const { repository, tag, commit, name, notes, generate_notes, draft, prerelease, latest } = wanted;
  const fields = {
    tag_name: tag,
    draft,
    prerelease,
    generate_release_notes: generate_notes,
    ...(commit === undefined ? {} : { target_commitish: commit }),
    ...(name === undefined ? {} : { name: inertTitle(name) }),
    ...(notes === undefined ? {} : { body: inertText(notes) }),
    ...(latest === undefined ? {} : { make_latest: latest ? ('true' as const) : ('false' as const) }),
  };
  return {
    key: `github:release:${repository.toLowerCase()}:${tag}`,
    preview: {
      system: 'github',
      action: draft ? 'create a draft release' : 'publish a release',
      target: `${tag} of ${repository}`,
      after: fields,
    },
    find: async () => {
      const there = await releaseOf(client, repository, tag);
      if (there === undefined) return absent;
      if (agrees(there, wanted)) return present({ id: there.id, url: there.html_url });
      return unknown(`the release of ${tag} in ${repository} is ${kindOf(there)}`);
    },
    send: async (permit) => {
      const at = repositoryOf(repository);
      const made = await client.library.send(ReleaseAnswer, permit, (octokit) =>
        octokit.rest.repos.createRelease({ ...at, ...fields }),
      );
      return { id: made.id, url: made.html_url };
    },
  };
}

type Kind = Pick<ReleaseAnswer, 'draft' | 'prerelease'>;

/** A draft that a person has published meanwhile is the one that was made. */
function agrees(there: Kind, wanted: Kind): boolean {
  return there.prerelease === wanted.prerelease && (wanted.draft || !there.draft);
}

function kindOf({ draft, prerelease }: Kind): string {
  return `${draft ? 'a draft' : 'published'}${prerelease ? ', marked as a prerelease' : ''}`;
}

function other({ repository, tag, draft, prerelease }: Wanted, there: ReleaseAnswer): SluiceError {
  return new SluiceError('conflict', {
    cause: `github: there is a release of ${tag} in ${repository}, ${kindOf(there)}, where one was wanted that is ${kindOf({ draft, prerelease })}; nothing was changed.`,
    remedy: `Look at ${there.html_url}: publish, change or remove it there.`,
    rule: 'github.release-exists',
  });
}
