import type { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { GitHubClient } from '../client.ts';
import { short } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { ReleaseAnswer, type ReleaseRow, ReleasesAnswer } from './schema.ts';

const PAGES = 10;

/** The release of a tag. GitHub finds drafts in its list alone, and shows them to those who may write. */
export async function releaseOf(
  client: GitHubClient,
  repository: string,
  tag: string,
): Promise<ReleaseAnswer | undefined> {
  const at = repositoryOf(repository);
  const published = await client.library.find(ReleaseAnswer, (octokit) =>
    octokit.rest.repos.getReleaseByTag({ ...at, tag }),
  );
  if (published !== undefined) return published;
  const { items, complete } = await client.library.pages(
    ReleasesAnswer,
    (octokit, page) => octokit.rest.repos.listReleases({ ...at, per_page: 100, page }),
    PAGES,
  );
  const draft = items.find(({ tag_name }) => tag_name === tag);
  if (draft !== undefined || complete) return draft;
  throw new SluiceError('upstream', {
    cause: `github: ${repository} has more than ${items.length} releases, and no published one of ${tag}.`,
    remedy: 'Whether there is a draft of it cannot be told: look at the releases in GitHub.',
  });
}

export function rowOf(release: ReleaseAnswer): z.output<typeof ReleaseRow> {
  return {
    id: release.id,
    tag: release.tag_name,
    name: short(release.name),
    draft: release.draft,
    prerelease: release.prerelease,
    target: release.target_commitish,
    author: release.author?.login ?? null,
    published_at: release.published_at ?? null,
    url: release.html_url,
  };
}
