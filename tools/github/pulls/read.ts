import type { GitHubClient } from '../client.ts';
import { repositoryOf } from '../repository.ts';
import {
  type ListedPull,
  PullAnswer,
  PullFilesAnswer,
  PullsAnswer,
  type Review,
  ReviewsAnswer,
} from './schema.ts';

/** GitHub itself lists 3000 files of a pull request. */
const FILE_PAGES = 30;
const REVIEW_PAGES = 10;

export async function pullOf(client: GitHubClient, repository: string, number: number): Promise<PullAnswer> {
  const at = { ...repositoryOf(repository), pull_number: number };
  return await client.library.read(PullAnswer, (octokit) => octokit.rest.pulls.get(at));
}

/** Oldest first. */
export async function reviewsOf(client: GitHubClient, repository: string, number: number): Promise<Review[]> {
  const at = { ...repositoryOf(repository), pull_number: number, per_page: 100 };
  const { items } = await client.library.pages(
    ReviewsAnswer,
    (octokit, page) => octokit.rest.pulls.listReviews({ ...at, page }),
    REVIEW_PAGES,
  );
  return items;
}

/** Paths that a pull request touches, the old names of moved files too. */
export async function filesOf(client: GitHubClient, repository: string, number: number): Promise<string[]> {
  const at = { ...repositoryOf(repository), pull_number: number, per_page: 100 };
  const { items } = await client.library.pages(
    PullFilesAnswer,
    (octokit, page) => octokit.rest.pulls.listFiles({ ...at, page }),
    FILE_PAGES,
  );
  return items.flatMap(({ filename, previous_filename }) =>
    previous_filename ? [filename, previous_filename] : [filename],
  );
}

/** Pull requests from one branch into another, newest first. */
export async function pullsBetween(
  client: GitHubClient,
  repository: string,
  head: string,
  base: string,
  state: 'open' | 'closed',
): Promise<ListedPull[]> {
  const label = headLabel(repository, head);
  const query = { ...repositoryOf(repository), head: label, base, state, per_page: 50 };
  const pulls = await client.library.read(PullsAnswer, (octokit) => octokit.rest.pulls.list(query));
  // A filter that GitHub does not understand is one that it ignores.
  return pulls
    .filter((pull) => pull.base.ref === base && sameLabel(pull.head.label, label))
    .sort((a, b) => b.number - a.number);
}

/** `owner:branch`, also where the branch is the repository's own. */
export function headLabel(repository: string, head: string): string {
  return head.includes(':') ? head : `${repositoryOf(repository).owner}:${head}`;
}

/** Owners are the same in any case, branches are not. */
function sameLabel(given: string | null | undefined, wanted: string): boolean {
  const [owner = '', branch = ''] = split(given ?? '');
  const [wantedOwner = '', wantedBranch = ''] = split(wanted);
  return branch === wantedBranch && owner.toLowerCase() === wantedOwner.toLowerCase();
}

function split(label: string): string[] {
  const colon = label.indexOf(':');
  return [label.slice(0, colon), label.slice(colon + 1)];
}
