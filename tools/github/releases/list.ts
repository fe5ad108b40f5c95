import { z } from 'zod';
import { defineTool, limitOf, Page, plural, Repo } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { rowOf } from './read.ts';
import { ReleaseRow, ReleasesAnswer } from './schema.ts';

export const listReleases = defineTool({
  name: 'github_list_releases',
  title: 'List releases',
  description: `
Releases of a repository, newest first: tag, name, draft or prerelease, when published. Drafts are shown to tokens that
may write alone. Tags without a release: github_list_tags.`,
  effect: 'read',
  input: z.object({ repository: Repo, limit: limitOf(20), page: Page }),
  output: z.object({
    repository: z.string(),
    releases: z.array(ReleaseRow),
    next_page: z.int().nullable(),
    summary: z.string(),
  }),
  run: async ({ repository, limit, page }, { client }) => {
    const query = { ...repositoryOf(repository), per_page: limit, page };
    const { items, more } = await client.library.page(ReleasesAnswer, (octokit) =>
      octokit.rest.repos.listReleases(query),
    );
    const newest = items.find(({ draft, prerelease }) => !draft && !prerelease);
    return {
      repository,
      releases: items.map(rowOf),
      next_page: more ? page + 1 : null,
      summary: `${plural(items.length, 'release')} of ${repository}${newest === undefined ? '' : `; the newest that is published and no prerelease is ${newest.tag_name}`}.`,
    };
  },
});
