import type { Pull } from '../scenario/schema-github.ts';
import { isoSeconds } from '../scenario/time.ts';
import { stepAt } from '../scenario/timeline.ts';
import { type Repository, user } from './github-repository.ts';

export interface NumberedPull {
  number: number;
  pull: Pull;
  state: 'open' | 'closed' | 'merged';
  /** When it came to be in this state. */
  since: number;
}

/** Every pull request that is there by now, as requests have left it. */
export function pullsOf(repository: Repository): NumberedPull[] {
  const { world, data } = repository;
  const { pulls, changes } = world.store.github;
  const made = [...pulls]
    .filter(([key]) => key.startsWith(`${repository.name}#`))
    .map(([key, pull]) => [key.slice(repository.name.length + 1), pull] as const);
  return [...Object.entries(data.pull_requests), ...made]
    .filter(([, pull]) => pull.created <= world.now)
    .map(([id, given]) => {
      const { state: asked, ...change } = changes.get(repository.key(id)) ?? {};
      const pull: Pull = { ...given, ...change };
      const step = stepAt(given.state, world.now);
      const own = step?.value ?? 'open';
      const state = own === 'merged' ? own : (asked ?? own);
      return { number: Number(id), pull, state, since: step?.at ?? given.created };
    })
    .sort((a, b) => b.number - a.number);
}

export function pullNumbered(repository: Repository, number: string): NumberedPull | undefined {
  return pullsOf(repository).find((found) => String(found.number) === number);
}

export function pullBody(repository: Repository, { number, pull, state, since }: NumberedPull) {
  const { name, world } = repository;
  const from = pull.fork ?? name;
  const ended = state === 'open' ? null : isoSeconds(since);
  const answered = new Set(pull.reviews.filter(({ at }) => at <= world.now).map(({ author }) => author));
  return {
    number,
    title: pull.title,
    state: state === 'open' ? 'open' : 'closed',
    draft: pull.draft,
    merged_at: state === 'merged' ? ended : null,
    closed_at: ended,
    user: user(pull.author),
    body: pull.body === '' ? null : pull.body,
    labels: pull.labels.map((label, index) => ({ id: index + 1, name: label, color: 'ededed' })),
    html_url: `https://github.com/${name}/pull/${number}`,
    created_at: isoSeconds(pull.created),
    updated_at: isoSeconds(Math.max(pull.created, since)),
    head: {
      ref: pull.branch,
      sha: pull.head,
      label: `${from.split('/')[0]}:${pull.branch}`,
      repo: { full_name: from },
    },
    base: {
      ref: pull.base,
      sha: repository.head(pull.base) ?? '0'.repeat(40),
      label: `${repository.owner}:${pull.base}`,
      repo: { full_name: name },
    },
    merge_commit_sha: pull.merge_commit ?? null,
    requested_reviewers: pull.reviewers.filter((login) => !answered.has(login)).map(user),
    requested_teams: pull.teams.map((slug) => ({ slug, name: slug })),
  };
}
