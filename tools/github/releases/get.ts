import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { proseLines } from '../../../src/kit/hygiene.ts';
import type { GitHubClient } from '../client.ts';
import { defineTool, linesOf, plural, RefName, Repo, short } from '../define.ts';
import { tagged } from '../history/read.ts';
import { repositoryOf } from '../repository.ts';
import { releaseOf, rowOf } from './read.ts';
import { ReleaseAnswer, ReleaseRow } from './schema.ts';

const BODY_CAP = 4_000;
const MOST_ASSETS = 20;

export const getRelease = defineTool({
  name: 'github_get_release',
  title: 'Get a release',
  description: `
One release with its notes, assets with their digests, and the commit of its tag: by tag, drafts too, or without a tag
the one that GitHub calls the latest. A draft's tag is usually made when it is published: commit is null until then.`,
  effect: 'read',
  input: z.object({ repository: Repo, tag: RefName.optional() }),
  output: z.object({
    ...ReleaseRow.shape,
    repository: z.string(),
    commit: z.string().nullable(),
    notes: proseLines('GitHub'),
    assets: z.array(
      z.object({ name: z.string(), size: z.int(), digest: z.string().nullable(), url: z.string() }),
    ),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ repository, tag }, { client }) => {
    const release =
      tag === undefined ? await latest(client, repository) : await releaseOf(client, repository, tag);
    if (release === undefined) throw missing(repository, tag);
    const stands = await tagged(client, repository, release.tag_name);
    const notes = linesOf(release.body, BODY_CAP);
    const row = rowOf(release);
    return {
      ...row,
      repository,
      commit: stands?.commit ?? null,
      notes: notes.lines,
      assets: release.assets.slice(0, MOST_ASSETS).map((asset) => ({
        name: short(asset.name),
        size: asset.size,
        digest: asset.digest ?? null,
        url: asset.browser_download_url,
      })),
      truncated: notes.truncated || release.assets.length > MOST_ASSETS,
      summary: `${release.tag_name} of ${repository} is ${release.draft ? 'a draft' : release.prerelease ? 'a prerelease' : 'a release'} with ${plural(release.assets.length, 'asset')}${release.published_at ? `, published ${release.published_at}` : ''}.`,
    };
  },
});

async function latest(client: GitHubClient, repository: string): Promise<ReleaseAnswer | undefined> {
  const at = repositoryOf(repository);
  return await client.library.find(ReleaseAnswer, (octokit) => octokit.rest.repos.getLatestRelease(at));
}

function missing(repository: string, tag: string | undefined): SluiceError {
  return new SluiceError('not_found', {
    cause: `github: ${repository} has no ${tag === undefined ? 'published release' : `release of tag ${tag}`}, or the token may not see it.`,
    remedy: 'See github_list_releases; drafts are shown to tokens that may write alone.',
    status: 404,
  });
}
