import { createHash } from 'node:crypto';
import { type Call, json, type Reply, type Route, stringField } from '../http.ts';
import { isoSeconds } from '../scenario/time.ts';
import type { World } from '../world.ts';
import { refused, unprocessable } from './github-body.ts';
import { page } from './github-page.ts';
import { pullBody, pullsOf } from './github-pull.ts';
import { NOT_FOUND, type Repository, user, within } from './github-repository.ts';

const ROOT = '/repos/:owner/:repo';

export const historyRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: ROOT,
    answer: within((_call, { name, data }) =>
      json(200, { full_name: name, default_branch: data.default_branch }),
    ),
  },
  { method: 'GET', path: `${ROOT}/commits/:ref`, answer: within(commit) },
  { method: 'GET', path: `${ROOT}/commits/:sha/branches-where-head`, answer: within(headsAt) },
  { method: 'GET', path: `${ROOT}/commits/:sha/pulls`, answer: within(pullsWith) },
  { method: 'GET', path: `${ROOT}/compare/:range`, answer: within(compare) },
  { method: 'GET', path: `${ROOT}/tags`, answer: within(tags) },
  { method: 'GET', path: `${ROOT}/branches`, answer: within(branches) },
  { method: 'GET', path: `${ROOT}/branches/:branch`, answer: within(branch) },
  {
    method: 'GET',
    path: `${ROOT}/branches/:branch/protection/required_pull_request_reviews`,
    answer: within(protection),
  },
  { method: 'GET', path: `${ROOT}/rules/branches/:branch`, answer: within(rules) },
  { method: 'GET', path: `${ROOT}/git/ref/:ref`, answer: within(gitRef) },
  { method: 'GET', path: `${ROOT}/git/tags/:sha`, answer: within(tagObject) },
  { method: 'POST', path: `${ROOT}/git/tags`, mutates: true, answer: within(makeTagObject) },
  { method: 'POST', path: `${ROOT}/git/refs`, mutates: true, answer: within(makeRef) },
];

function commitBody({ name, data }: Repository, sha: string) {
  const found = data.commits[sha];
  const who = { name: found?.author ?? 'sandbox', date: isoSeconds(found?.at ?? 0) };
  return {
    sha,
    html_url: `https://github.com/${name}/commit/${sha}`,
    commit: {
      message: found?.message ?? 'As it was before',
      author: who,
      committer: who,
      verification: { verified: false, reason: 'unsigned' },
    },
    author: user(who.name),
    parents: (found?.parents ?? []).map((parent) => ({ sha: parent })),
  };
}

function commit(call: Call, repository: Repository): Reply {
  const ref = call.param('ref');
  const sha = repository.resolve(ref);
  if (sha === undefined) return json(422, { message: `No commit found for SHA: ${ref}`, status: '422' });
  const files = repository.data.commits[sha]?.files ?? [];
  return json(200, {
    ...commitBody(repository, sha),
    stats: { additions: files.length, deletions: 0, total: files.length },
    files: files.map((filename) => ({ filename, status: 'modified', additions: 1, deletions: 0 })),
  });
}

function compare(call: Call, repository: Repository): Reply {
  const [from = '', to = ''] = call.param('range').split('...');
  const base = repository.resolve(from);
  const head = repository.resolve(to);
  if (base === undefined || head === undefined) return NOT_FOUND;
  const before = repository.history(base);
  const after = repository.history(head);
  const ahead = after.filter((sha) => !before.includes(sha)).reverse();
  const behind = before.filter((sha) => !after.includes(sha));
  const mergeBase = after.find((sha) => before.includes(sha));
  if (mergeBase === undefined) return json(404, { message: 'No common ancestor', status: '404' });
  const status =
    ahead.length === 0
      ? behind.length === 0
        ? 'identical'
        : 'behind'
      : behind.length === 0
        ? 'ahead'
        : 'diverged';
  return page(call, ahead, (some) => ({
    html_url: `https://github.com/${repository.name}/compare/${from}...${to}`,
    base_commit: commitBody(repository, base),
    merge_base_commit: commitBody(repository, mergeBase),
    status,
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: some.map((sha) => commitBody(repository, sha)),
    files: [],
  }));
}

function headsAt(call: Call, repository: Repository): Reply {
  const names = Object.keys(repository.data.branches).filter(
    (name) => repository.head(name) === call.param('sha'),
  );
  return json(
    200,
    names.map((name) => ({ name, commit: { sha: call.param('sha') }, protected: false })),
  );
}

function pullsWith(call: Call, repository: Repository): Reply {
  const sha = call.param('sha');
  const found = pullsOf(repository).filter(({ pull }) => pull.merge_commit === sha || pull.head === sha);
  return page(
    call,
    found.map((one) => pullBody(repository, one)),
  );
}

function tags(call: Call, repository: Repository): Reply {
  return page(
    call,
    repository
      .tagNames()
      .map((name) => ({ name, commit: { sha: repository.tag(name)?.commit }, node_id: name })),
  );
}

function branchBody(repository: Repository, name: string) {
  const { protection } = repository.data.branches[name] ?? {};
  const own = protection !== undefined && !protection.ruleset;
  return {
    name,
    commit: { sha: repository.head(name) },
    protected: protection !== undefined,
    protection: {
      enabled: own,
      required_status_checks: {
        enforcement_level: own ? 'everyone' : 'off',
        contexts: own ? protection.checks : [],
      },
    },
  };
}

function branches(call: Call, repository: Repository): Reply {
  const guarded = call.query.get('protected');
  const all = Object.keys(repository.data.branches)
    .sort()
    .map((name) => branchBody(repository, name));
  return page(call, guarded === null ? all : all.filter((found) => String(found.protected) === guarded));
}

function branch(call: Call, repository: Repository): Reply {
  const name = call.param('branch');
  if (repository.data.branches[name] === undefined)
    return json(404, { message: 'Branch not found', status: '404' });
  return json(200, branchBody(repository, name));
}

/** Only for those who administer the repository, which the sandbox's token does not. */
function protection(): Reply {
  return json(403, { message: 'Resource not accessible by personal access token', status: '403' });
}

function rules(call: Call, repository: Repository): Reply {
  const { protection: found } = repository.data.branches[call.param('branch')] ?? {};
  if (found === undefined || !found.ruleset) return json(200, []);
  return json(200, [
    { type: 'deletion', ruleset_id: 1 },
    { type: 'pull_request', parameters: { required_approving_review_count: found.approvals } },
    {
      type: 'required_status_checks',
      parameters: { required_status_checks: found.checks.map((context) => ({ context })) },
    },
  ]);
}

function gitRef(call: Call, repository: Repository): Reply {
  const [kind, ...rest] = call.param('ref').split('/');
  const name = rest.join('/');
  const head = kind === 'heads' ? repository.head(name) : undefined;
  const tag = kind === 'tags' ? repository.tag(name) : undefined;
  const object =
    head !== undefined
      ? { type: 'commit', sha: head }
      : tag === undefined
        ? undefined
        : { type: tag.object === undefined ? 'commit' : 'tag', sha: tag.object ?? tag.commit };
  return object === undefined ? NOT_FOUND : json(200, { ref: `refs/${kind}/${name}`, object });
}

function tagObject(call: Call, repository: Repository): Reply {
  const sha = call.param('sha');
  const made = repository.world.store.github.tagObjects.get(repository.key(sha));
  const name = repository.tagNames().find((tag) => repository.tag(tag)?.object === sha);
  const commitSha = made?.commit ?? (name === undefined ? undefined : repository.tag(name)?.commit);
  if (commitSha === undefined) return NOT_FOUND;
  return json(200, { sha, tag: made?.tag ?? name, object: { type: 'commit', sha: commitSha } });
}

function makeTagObject(call: Call, repository: Repository, world: World): Reply {
  const wrong = refused(call, { tag: 'string', message: 'string', object: 'string', type: 'string' }, [
    'tag',
    'message',
    'object',
    'type',
  ]);
  if (wrong !== undefined) return wrong;
  const [tag = '', message = '', object = ''] = ['tag', 'message', 'object'].map((name) =>
    stringField(call.body, name),
  );
  if (repository.data.commits[object] === undefined) return unprocessable('Tag', 'Object does not exist');
  const sha = createHash('sha1').update(`${tag} ${object} ${message} ${world.now}`).digest('hex');
  world.store.github.tagObjects.set(repository.key(sha), { tag, commit: object, message });
  return json(201, { sha, tag, message, object: { type: 'commit', sha: object } });
}

function makeRef(call: Call, repository: Repository, world: World): Reply {
  const wrong = refused(call, { ref: 'string', sha: 'string' }, ['ref', 'sha']);
  if (wrong !== undefined) return wrong;
  const name = /^refs\/tags\/(.+)$/.exec(stringField(call.body, 'ref') ?? '')?.[1];
  const sha = stringField(call.body, 'sha') ?? '';
  if (name === undefined)
    return json(422, { message: 'Reference name must be below refs/tags here', status: '422' });
  if (repository.tag(name) !== undefined)
    return json(422, { message: 'Reference already exists', status: '422' });
  const object = world.store.github.tagObjects.get(repository.key(sha));
  if (object === undefined && repository.data.commits[sha] === undefined) {
    return json(422, { message: 'Object does not exist', status: '422' });
  }
  const target = object?.commit ?? sha;
  world.store.github.tags.set(repository.key(name), { commit: target, object: sha });
  world.effect('github', 'tag_created', `${repository.name}:${name}`, {
    commit: target,
    message: object?.message ?? null,
  });
  return json(201, {
    ref: `refs/tags/${name}`,
    object: { type: object === undefined ? 'commit' : 'tag', sha },
  });
}
