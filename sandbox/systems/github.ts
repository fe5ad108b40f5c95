import { createHash } from 'node:crypto';
import { contractOf } from '../contracts/contract.ts';
import { bearer, type Call, json, type Reply, type System, stringField } from '../http.ts';
import { serialise } from '../scenario/content.ts';
import type { World } from '../world.ts';
import { actionRoutes } from './github-actions.ts';
import { invalid } from './github-body.ts';
import { commits, fileAtCommit } from './github-commits.ts';
import { historyRoutes } from './github-history.ts';
import { labels } from './github-labels.ts';
import { pullRoutes } from './github-pulls.ts';
import { releaseRoutes } from './github-releases.ts';
import { repositoryOf, user } from './github-repository.ts';

const CONTENTS = '/repos/:owner/:repo/contents/*path';

export const github: System = {
  name: 'github',
  contract: contractOf('github', invalid),
  guard: (call, _world, secret) => {
    const given = /^(?:Bearer|token) (.+)$/i.exec(call.headers.authorization ?? '')?.[1] ?? bearer(call);
    if (given === undefined && call.method === 'GET') return undefined;
    if (given === secret) return undefined;
    // GitHub hides from strangers that a repository could be written to.
    return given === undefined
      ? json(404, { message: 'Not Found' })
      : json(401, { message: 'Bad credentials' });
  },
  routes: [
    { method: 'GET', path: '/user', answer: whoIsIt },
    { method: 'GET', path: CONTENTS, answer: read },
    { method: 'GET', path: '/repos/:owner/:repo/commits', answer: commits },
    { method: 'GET', path: '/repos/:owner/:repo/issues/:number/labels', answer: labels },
    { method: 'PUT', path: CONTENTS, mutates: true, answer: write },
    ...historyRoutes,
    ...pullRoutes,
    ...actionRoutes,
    ...releaseRoutes,
  ],
};

function whoIsIt({ headers }: Call, world: World): Reply {
  const { app, token_user } = world.scenario.github;
  if (headers.authorization === undefined) return json(401, { message: 'Requires authentication' });
  if (app) return json(403, { message: 'Resource not accessible by integration' });
  return json(200, user(token_user));
}

interface Place {
  repository: string;
  /** A branch or a commit. */
  name: string;
}

interface Branch extends Place {
  files: Map<string, string>;
  place: string[];
}

function branchOf(world: World, repository: string, name: string): Branch | undefined {
  const branch = world.scenario.github.repositories[repository]?.branches[name];
  if (branch === undefined) return undefined;
  const place = ['github', 'repositories', repository, 'branches', name, 'files'];
  const files = new Map<string, string>();
  for (const path of new Set([...Object.keys(branch.files), ...world.changedUnder(place)])) {
    const steps = (branch.files[path] ?? []).map(({ at, value }) => ({ at, value: serialise(path, value) }));
    const content = world.current<string | undefined>([...place, path], steps, (changed) => changed);
    if (content !== undefined) files.set(path, content);
  }
  return { repository, name, files, place };
}

function locate(call: Call, world: World, ref: string | undefined): Branch | Reply {
  const repository = `${call.param('owner')}/${call.param('repo')}`;
  if (world.scenario.github.repositories[repository] === undefined)
    return json(404, { message: 'Not Found' });
  const name = ref ?? 'main';
  return branchOf(world, repository, name) ?? json(404, { message: `No commit found for the ref ${name}` });
}

function read(call: Call, world: World): Reply {
  const past = fileAtCommit(call, world, call.query.get('ref') ?? '');
  if (past !== undefined) return fileReply(call, past, call.param('path'), past.content);
  const branch = locate(call, world, branchMeant(call, world));
  if ('status' in branch) return branch;
  const path = call.param('path').replace(/\/$/, '');
  const content = branch.files.get(path);
  if (content !== undefined) return fileReply(call, branch, path, content);
  const listed = folder(call, branch, path);
  return listed.length === 0 ? json(404, { message: 'Not Found' }) : json(200, listed);
}

/** The branch that a request names, also by a tag or commit at which it stands. */
function branchMeant(call: Call, world: World): string | undefined {
  const repository = repositoryOf(call, world);
  const ref = call.query.get('ref')?.replace('refs/heads/', '') ?? repository?.data.default_branch;
  if (repository === undefined || ref === undefined || repository.data.branches[ref] !== undefined)
    return ref;
  const commit = repository.resolve(ref);
  return Object.keys(repository.data.branches).find((name) => repository.head(name) === commit) ?? ref;
}

function fileReply(call: Call, branch: Place, path: string, content: string): Reply {
  if (/application\/vnd\.github\.(v3\.)?raw/.test(call.headers.accept ?? '')) {
    return { status: 200, headers: { 'content-type': 'application/vnd.github.raw+json' }, body: content };
  }
  const encoded = Buffer.from(content)
    .toString('base64')
    .replace(/(.{60})/g, '$1\n');
  return json(200, { ...entry(call, branch, path, content), encoding: 'base64', content: `${encoded}\n` });
}

function folder(call: Call, branch: Branch, path: string) {
  const found = new Map<string, object>();
  for (const [file, content] of branch.files) {
    if (!file.startsWith(`${path}/`)) continue;
    const [name = '', ...deeper] = file.slice(path.length + 1).split('/');
    const full = `${path}/${name}`;
    found.set(
      full,
      deeper.length === 0
        ? entry(call, branch, full, content)
        : { type: 'dir', name, path: full, sha: createHash('sha1').update(full).digest('hex'), size: 0 },
    );
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function write(call: Call, world: World): Reply {
  const branch = locate(call, world, stringField(call.body, 'branch'));
  if ('status' in branch) return branch;
  const path = call.param('path');
  const encoded = stringField(call.body, 'content');
  const message = stringField(call.body, 'message');
  if (encoded === undefined || message === undefined) return json(422, { message: 'Invalid request.' });
  const given = stringField(call.body, 'sha');
  const old = branch.files.get(path);
  if (old !== undefined && given === undefined) {
    return json(422, { message: 'Invalid request.\n\n"sha" wasn\'t supplied.' });
  }
  if (given !== undefined && (old === undefined || given !== blobSha(old))) {
    return json(409, { message: `${path} does not match ${given}` });
  }
  const content = Buffer.from(encoded, 'base64').toString('utf8');
  world.change([...branch.place, path], content);
  const sha = blobSha(content);
  world.effect('github', 'file_put', `${branch.repository}@${branch.name}:${path}`, {
    message,
    sha,
    created: old === undefined,
    content,
  });
  const commit = createHash('sha1').update(`${world.effects.length} ${sha}`).digest('hex');
  return json(old === undefined ? 201 : 200, {
    content: entry(call, branch, path, content),
    commit: { sha: commit, message, html_url: `https://github.com/${branch.repository}/commit/${commit}` },
  });
}

function entry(call: Call, { repository, name: ref }: Place, path: string, content: string) {
  const bytes = Buffer.from(content);
  return {
    type: 'file',
    name: path.split('/').at(-1),
    path,
    sha: blobSha(content),
    size: bytes.length,
    url: `${call.base}/repos/${repository}/contents/${path}?ref=${ref}`,
    html_url: `https://github.com/${repository}/blob/${ref}/${path}`,
    download_url: `https://raw.githubusercontent.com/${repository}/${ref}/${path}`,
  };
}

export function blobSha(content: string): string {
  const bytes = Buffer.from(content);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
