import { type Call, json, type Reply, type Route, stringField } from '../http.ts';
import type { Release } from '../scenario/schema-github.ts';
import { isoSeconds } from '../scenario/time.ts';
import type { World } from '../world.ts';
import { refused, unprocessable } from './github-body.ts';
import { page } from './github-page.ts';
import { NOT_FOUND, type Repository, user, within } from './github-repository.ts';

const ROOT = '/repos/:owner/:repo';

export const releaseRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${ROOT}/releases`,
    answer: within((call, repository) =>
      page(
        call,
        releasesOf(repository).map((one) => releaseBody(repository, ...one)),
      ),
    ),
  },
  { method: 'POST', path: `${ROOT}/releases`, mutates: true, answer: within(create) },
  { method: 'GET', path: `${ROOT}/releases/latest`, answer: within(latest) },
  { method: 'GET', path: `${ROOT}/releases/tags/:tag`, answer: within(byTag) },
  { method: 'GET', path: `${ROOT}/environments`, answer: within(environments) },
  { method: 'GET', path: `${ROOT}/deployments`, answer: within(deployments) },
  { method: 'GET', path: `${ROOT}/deployments/:id/statuses`, answer: within(statuses) },
];

/** Newest first. */
function releasesOf({ name, data, world }: Repository): [number, Release][] {
  const made = [...world.store.github.releases]
    .filter(([key]) => key.startsWith(`${name}#`))
    .map(([key, release]) => [Number(key.slice(name.length + 1)), release] as [number, Release]);
  const given = Object.entries(data.releases).map(
    ([id, release]) => [Number(id), release] as [number, Release],
  );
  return [...given, ...made].filter(([, { created }]) => created <= world.now).sort((a, b) => b[0] - a[0]);
}

function releaseBody(repository: Repository, id: number, release: Release) {
  const place = `https://github.com/${repository.name}/releases`;
  return {
    id,
    tag_name: release.tag,
    target_commitish: release.target,
    name: release.name,
    body: release.body,
    draft: release.draft,
    prerelease: release.prerelease,
    created_at: isoSeconds(release.created),
    published_at: release.draft ? null : isoSeconds(release.created),
    html_url: release.draft ? `${place}/tag/untagged-${id}` : `${place}/tag/${release.tag}`,
    author: user(repository.world.scenario.github.token_user),
    assets: release.assets.map((asset, index) => ({
      id: index + 1,
      name: asset.name,
      size: asset.size,
      state: 'uploaded',
      digest: asset.digest ?? null,
      browser_download_url: `${place}/download/${release.tag}/${asset.name}`,
    })),
  };
}

/** A draft has no tag yet: it is not found by one. */
function byTag(call: Call, repository: Repository): Reply {
  const found = releasesOf(repository).find(([, { tag, draft }]) => !draft && tag === call.param('tag'));
  return found === undefined ? NOT_FOUND : json(200, releaseBody(repository, ...found));
}

function latest(_call: Call, repository: Repository): Reply {
  const found = releasesOf(repository).find(([, { draft, prerelease }]) => !draft && !prerelease);
  return found === undefined ? NOT_FOUND : json(200, releaseBody(repository, ...found));
}

function create(call: Call, repository: Repository, world: World): Reply {
  const wrong = refused(
    call,
    {
      tag_name: 'string',
      target_commitish: 'string',
      name: 'string',
      body: 'string',
      draft: 'boolean',
      prerelease: 'boolean',
      generate_release_notes: 'boolean',
      make_latest: 'true-false',
      discussion_category_name: 'string',
    },
    ['tag_name'],
  );
  if (wrong !== undefined) return wrong;
  const tag = stringField(call.body, 'tag_name') ?? '';
  const target = stringField(call.body, 'target_commitish') ?? repository.data.default_branch;
  const draft = call.body.fields?.draft === true;
  if (!draft && releasesOf(repository).some(([, there]) => !there.draft && there.tag === tag)) {
    return unprocessable('Release', 'tag_name already exists', 'already_exists');
  }
  const commit = repository.tag(tag)?.commit ?? repository.resolve(target);
  if (commit === undefined) return unprocessable('Release', 'target_commitish is invalid', 'invalid');
  const id = repository.data.first_id + world.count(`github release ${repository.name}`);
  const notes = call.body.fields?.generate_release_notes === true ? "\n## What's Changed" : '';
  const release: Release = {
    tag,
    name: stringField(call.body, 'name') ?? tag,
    body: `${stringField(call.body, 'body') ?? ''}${notes}`,
    draft,
    prerelease: call.body.fields?.prerelease === true,
    target,
    created: world.now,
    assets: [],
  };
  world.store.github.releases.set(repository.key(id), release);
  if (!draft && repository.tag(tag) === undefined) {
    world.store.github.tags.set(repository.key(tag), { commit, object: commit });
  }
  world.effect('github', 'release_created', `${repository.name}:${tag}`, {
    id,
    draft,
    prerelease: release.prerelease,
    commit,
  });
  return json(201, releaseBody(repository, id, release));
}

function environments(call: Call, repository: Repository): Reply {
  const found = Object.entries(repository.data.environments).map(
    ([name, { reviewers, wait, branches }], index) => ({
      id: index + 1,
      name,
      html_url: `https://github.com/${repository.name}/deployments/activity_log?environments_filter=${name}`,
      protection_rules: [
        ...(wait > 0 ? [{ id: 1, type: 'wait_timer', wait_timer: wait }] : []),
        ...(reviewers.length > 0
          ? [
              {
                id: 2,
                type: 'required_reviewers',
                reviewers: reviewers.map((login) => ({ type: 'User', reviewer: user(login) })),
              },
            ]
          : []),
        ...(branches === 'all' ? [] : [{ id: 3, type: 'branch_policy' }]),
      ],
      deployment_branch_policy:
        branches === 'all'
          ? null
          : { protected_branches: branches === 'protected', custom_branch_policies: branches === 'chosen' },
    }),
  );
  return page(call, found, (some) => ({ total_count: found.length, environments: some }));
}

function deployments(call: Call, repository: Repository, world: World): Reply {
  const { query } = call;
  const found = Object.entries(repository.data.deployments)
    .filter(([, { created }]) => created <= world.now)
    .map(([id, { environment, commit, ref, creator, created }]) => ({
      id: Number(id),
      sha: commit,
      ref,
      task: 'deploy',
      environment,
      description: null,
      creator: user(creator),
      created_at: isoSeconds(created),
    }))
    .filter((body) => [null, body.environment].includes(query.get('environment')))
    .filter((body) => [null, body.sha].includes(query.get('sha')))
    .filter((body) => [null, body.ref].includes(query.get('ref')))
    .sort((a, b) => b.id - a.id);
  return page(call, found);
}

function statuses(call: Call, repository: Repository, world: World): Reply {
  const found = repository.data.deployments[call.param('id')];
  if (found === undefined) return NOT_FOUND;
  const bodies = found.statuses
    .filter(({ at }) => at <= world.now)
    .map(({ state, at, description }) => ({
      state,
      description,
      created_at: isoSeconds(at),
      log_url: '',
      environment_url: '',
    }));
  return page(call, bodies.reverse());
}
