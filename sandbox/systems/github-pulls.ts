import { type Call, json, type Reply, type Route, stringField } from '../http.ts';
import { isoSeconds } from '../scenario/time.ts';
import { stepAt } from '../scenario/timeline.ts';
import type { World } from '../world.ts';
import { refused, strings, unprocessable } from './github-body.ts';
import { page } from './github-page.ts';
import { type NumberedPull, pullBody, pullNumbered, pullsOf } from './github-pull.ts';
import { NOT_FOUND, type Repository, repositoryNamed, user, within } from './github-repository.ts';
import type { PullChange } from './github-state.ts';

const ROOT = '/repos/:owner/:repo';

export const pullRoutes: readonly Route[] = [
  { method: 'GET', path: `${ROOT}/pulls`, answer: within(list) },
  { method: 'POST', path: `${ROOT}/pulls`, mutates: true, answer: within(open) },
  {
    method: 'GET',
    path: `${ROOT}/pulls/:number`,
    answer: one((_call, repository, found) => json(200, whole(repository, found))),
  },
  { method: 'PATCH', path: `${ROOT}/pulls/:number`, mutates: true, answer: one(change) },
  {
    method: 'GET',
    path: `${ROOT}/pulls/:number/files`,
    answer: one((call, _repository, { pull }) =>
      page(
        call,
        pull.files.map((filename) => ({ filename, status: 'modified' })),
      ),
    ),
  },
  { method: 'GET', path: `${ROOT}/pulls/:number/reviews`, answer: one(reviews) },
  { method: 'POST', path: `${ROOT}/pulls/:number/requested_reviewers`, mutates: true, answer: one(request) },
  { method: 'POST', path: `${ROOT}/issues/:number/labels`, mutates: true, answer: one(label) },
  { method: 'GET', path: `${ROOT}/issues/:number/comments`, answer: one(comments) },
  { method: 'POST', path: `${ROOT}/issues/:number/comments`, mutates: true, answer: one(comment) },
];

function one(answer: (call: Call, repository: Repository, found: NumberedPull, world: World) => Reply) {
  return within((call, repository, world) => {
    const found = pullNumbered(repository, call.param('number'));
    return found === undefined ? NOT_FOUND : answer(call, repository, found, world);
  });
}

/** What GitHub tells of one alone, not in a list. */
function whole(repository: Repository, found: NumberedPull) {
  const { pull, state } = found;
  const { now } = repository.world;
  return {
    ...pullBody(repository, found),
    merged: state === 'merged',
    mergeable: state === 'open' ? (stepAt(pull.mergeable, now)?.value ?? null) : null,
    mergeable_state: state === 'open' ? (stepAt(pull.merge_state, now)?.value ?? 'unknown') : 'unknown',
    changed_files: pull.files.length,
    additions: pull.files.length,
    deletions: 0,
  };
}

function list(call: Call, repository: Repository): Reply {
  const state = call.query.get('state') ?? 'open';
  const base = call.query.get('base');
  const head = call.query.get('head');
  const found = pullsOf(repository)
    .filter((given) => state === 'all' || (given.state === 'open') === (state === 'open'))
    .map((given) => pullBody(repository, given))
    .filter((body) => base === null || body.base.ref === base)
    // A head without an owner is no filter: GitHub ignores it.
    .filter((body) => head?.includes(':') !== true || body.head.label === head);
  if (call.query.get('sort') === 'updated') found.sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
  return page(call, found);
}

function open(call: Call, repository: Repository, world: World): Reply {
  const wrong = refused(
    call,
    {
      title: 'string',
      head: 'string',
      base: 'string',
      body: 'string',
      draft: 'boolean',
      maintainer_can_modify: 'boolean',
    },
    ['title', 'head', 'base'],
  );
  if (wrong !== undefined) return wrong;
  const [title = '', head = '', base = ''] = ['title', 'head', 'base'].map((name) =>
    stringField(call.body, name),
  );
  const [branch = '', owner = repository.owner] = head.split(':').reverse();
  const from =
    owner === repository.owner
      ? repository
      : repositoryNamed(`${owner}/${repository.name.split('/')[1]}`, world);
  const commit = from?.head(branch);
  if (commit === undefined) return unprocessable('PullRequest', 'head is invalid', 'invalid');
  const target = repository.head(base);
  if (target === undefined) return unprocessable('PullRequest', 'base is invalid', 'invalid');
  if (target === commit) return unprocessable('PullRequest', `No commits between ${base} and ${branch}`);
  const label = `${owner}:${branch}`;
  const there = pullsOf(repository).some(
    (given) =>
      given.state === 'open' && pullBody(repository, given).head.label === label && given.pull.base === base,
  );
  if (there) return unprocessable('PullRequest', `A pull request already exists for ${label}.`);
  const number = Math.max(0, ...pullsOf(repository).map((given) => given.number)) + 1;
  const draft = call.body.fields?.draft === true;
  world.store.github.pulls.set(repository.key(number), {
    title,
    body: stringField(call.body, 'body') ?? '',
    author: world.scenario.github.token_user,
    state: [{ value: 'open' }],
    draft,
    branch,
    head: commit,
    base,
    created: world.now,
    files: [],
    labels: [],
    reviewers: [],
    teams: [],
    reviews: [],
    comments: [],
    mergeable: [{ value: null }],
    merge_state: [{ value: 'unknown' }],
    ...(from === undefined || from === repository ? {} : { fork: from.name }),
  });
  world.effect('github', 'pull_request_opened', `${repository.name}:${label}:${base}`, {
    number,
    title,
    draft,
  });
  const made = pullNumbered(repository, String(number));
  return made === undefined ? NOT_FOUND : json(201, whole(repository, made));
}

function change(
  call: Call,
  repository: Repository,
  { number, pull, state }: NumberedPull,
  world: World,
): Reply {
  const wrong = refused(call, {
    title: 'string',
    body: 'string',
    base: 'string',
    state: 'string',
    maintainer_can_modify: 'boolean',
  });
  if (wrong !== undefined) return wrong;
  const wanted = stringField(call.body, 'state');
  if (wanted !== undefined && (state === 'merged' || !['open', 'closed'].includes(wanted))) {
    return unprocessable('PullRequest', 'state cannot be changed', 'invalid');
  }
  const fields: PullChange = {};
  for (const name of ['title', 'body', 'base'] as const) {
    const value = stringField(call.body, name);
    if (value !== undefined) fields[name] = value;
  }
  if (wanted === 'open' || wanted === 'closed') fields.state = wanted;
  if (repository.head(fields.base ?? pull.base) === undefined)
    return unprocessable('PullRequest', 'base is invalid', 'invalid');
  keep(repository, number, fields);
  world.effect('github', 'pull_request_changed', repository.key(number), { ...fields });
  const now = pullNumbered(repository, String(number));
  return now === undefined ? NOT_FOUND : json(200, whole(repository, now));
}

function keep(repository: Repository, number: number, change: PullChange): void {
  const { changes } = repository.world.store.github;
  const key = repository.key(number);
  changes.set(key, { ...changes.get(key), ...change });
}

function reviews(call: Call, repository: Repository, { pull }: NumberedPull): Reply {
  const { now } = repository.world;
  return page(
    call,
    pull.reviews
      .filter(({ at }) => at <= now)
      .map((review, index) => ({
        id: index + 1,
        user: user(review.author),
        state: review.state,
        body: review.body,
        commit_id: review.commit ?? pull.head,
        submitted_at: isoSeconds(review.at),
        author_association: review.association,
      })),
  );
}

function request(call: Call, repository: Repository, found: NumberedPull, world: World): Reply {
  const wrong = refused(call, { reviewers: 'strings', team_reviewers: 'strings' });
  if (wrong !== undefined) return wrong;
  const wanted = strings(call, 'reviewers');
  if (wanted.includes(found.pull.author))
    return unprocessable('PullRequest', 'Review cannot be requested from pull request author.');
  keep(repository, found.number, { reviewers: [...new Set([...found.pull.reviewers, ...wanted])] });
  world.effect('github', 'reviewers_requested', repository.key(found.number), { reviewers: wanted });
  return json(201, whole(repository, pullNumbered(repository, String(found.number)) ?? found));
}

function label(call: Call, repository: Repository, found: NumberedPull, world: World): Reply {
  const wrong = refused(call, { labels: 'strings' }, ['labels']);
  if (wrong !== undefined) return wrong;
  const labels = [...new Set([...found.pull.labels, ...strings(call, 'labels')])];
  keep(repository, found.number, { labels });
  world.effect('github', 'labels_added', repository.key(found.number), { labels: strings(call, 'labels') });
  return json(
    200,
    labels.map((name, index) => ({ id: index + 1, name, color: 'ededed' })),
  );
}

function comments(call: Call, repository: Repository, { number, pull }: NumberedPull, world: World): Reply {
  const found = world.store.github.comments.filter(
    (given) => given.repository === repository.name && given.number === number,
  );
  return page(call, [
    ...pull.comments.map(({ id, author, body }) => ({
      ...commentBody(repository, { id, body, at: pull.created, number }),
      user: user(author),
      performed_via_github_app: null,
    })),
    ...found.map((given) => commentBody(repository, given)),
  ]);
}

function comment(call: Call, repository: Repository, { number }: NumberedPull, world: World): Reply {
  const wrong = refused(call, { body: 'string' }, ['body']);
  if (wrong !== undefined) return wrong;
  const body = stringField(call.body, 'body') ?? '';
  const id = repository.data.first_id + world.count(`github comment ${repository.name}`);
  const made = { repository: repository.name, number, id, body, at: world.now };
  world.store.github.comments.push(made);
  world.effect('github', 'comment_added', repository.key(number), { id, body });
  return json(201, commentBody(repository, made));
}

function commentBody(repository: Repository, made: { id: number; body: string; at: number; number: number }) {
  const { app, token_user } = repository.world.scenario.github;
  const author = app
    ? { user: { ...user(`${token_user}[bot]`), type: 'Bot' }, performed_via_github_app: { slug: token_user } }
    : { user: user(token_user), performed_via_github_app: null };
  return {
    id: made.id,
    body: made.body,
    ...author,
    created_at: isoSeconds(made.at),
    html_url: `https://github.com/${repository.name}/pull/${made.number}#issuecomment-${made.id}`,
  };
}
