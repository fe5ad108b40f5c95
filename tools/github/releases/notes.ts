import { z } from 'zod';
import { proseLines } from '../../../src/kit/hygiene.ts';
import type { GitHubClient } from '../client.ts';
import { defineTool, linesOf, plural, Ref, Repo, short } from '../define.ts';
import { compared } from '../history/read.ts';
import type { CommitAnswer } from '../history/schema.ts';
import { type ListedPull, PullsAnswer } from '../pulls/schema.ts';
import { repositoryOf } from '../repository.ts';
import { type Change, notesConfigFrom, sorted } from './notes-config.ts';

const PAGES = 10;
const NOTES_CAP = 7_000;

export const generateReleaseNotes = defineTool({
  name: 'github_generate_release_notes',
  title: 'Draft release notes',
  description: `
Release notes from the pull requests that were merged between two refs, under the categories of .github/release.yml at
head. It is put together here from what GitHub shows, so a token that reads is enough and nothing is changed; to have
GitHub write them, use generate_notes of github_create_release. Commits without a pull request are not listed.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    base: Ref.describe('the release before'),
    head: Ref.describe('what is to be released'),
  }),
  output: z.object({
    repository: z.string(),
    notes: proseLines('GitHub, Markdown line by line'),
    pull_requests: z.array(z.int()),
    commits: z.int(),
    complete: z.boolean(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ repository, base, head }, { client }) => {
    const range = await compared(client, repository, base, head);
    const [merged, file] = await Promise.all([
      mergedIn(client, repository, range.commits),
      client.getFile(repository, '.github/release.yml', head),
    ]);
    const sections = sorted(merged.pulls.map(changeOf), notesConfigFrom(file?.text));
    const text = [
      "## What's Changed",
      ...sections.flatMap(({ title, changes }) => [
        ...(title === '' ? [] : [`### ${short(title)}`]),
        ...changes.map(({ title: said, author, url }) => `* ${said} by @${author ?? 'ghost'} in ${url}`),
      ]),
    ].join('\n');
    const { lines, truncated } = linesOf(text, NOTES_CAP);
    const complete = range.complete && merged.complete;
    return {
      repository,
      notes: lines,
      pull_requests: merged.pulls.map(({ number }) => number).slice(0, 200),
      commits: range.ahead_by,
      complete,
      truncated,
      summary: `${plural(merged.pulls.length, 'pull request')} came with ${plural(range.ahead_by, 'commit')} between ${short(base)} and ${short(head)}${complete ? '' : '; not all of them were read'}.`,
    };
  },
});

/** Pull requests whose merge is among the commits, in the order of their merge. */
async function mergedIn(client: GitHubClient, repository: string, commits: readonly CommitAnswer[]) {
  const ids = new Set(commits.map(({ sha }) => sha));
  const dates = commits.map(({ commit }) => commit.committer?.date ?? '').filter((date) => date !== '');
  const since = dates.toSorted()[0] ?? '';
  const pulls: ListedPull[] = [];
  const query = { ...repositoryOf(repository), state: 'closed', sort: 'updated', direction: 'desc' } as const;
  let complete = ids.size === 0;
  for (let page = 1; page <= PAGES && !complete; page += 1) {
    const { items, more } = await client.library.page(PullsAnswer, (octokit) =>
      octokit.rest.pulls.list({ ...query, per_page: 100, page }),
    );
    pulls.push(...items.filter((pull) => pull.merged_at && ids.has(pull.merge_commit_sha ?? '')));
    // What was changed last before the first commit cannot have brought it.
    complete = !more || (items.at(-1)?.updated_at ?? '') < since;
  }
  const sorted = pulls.toSorted((a, b) => ((a.merged_at ?? '') < (b.merged_at ?? '') ? -1 : 1));
  return { pulls: sorted, complete };
}

function changeOf(pull: ListedPull): Change {
  return {
    number: pull.number,
    title: short(pull.title),
    author: pull.user?.login ?? null,
    labels: pull.labels.map(({ name }) => name),
    url: pull.html_url,
  };
}
