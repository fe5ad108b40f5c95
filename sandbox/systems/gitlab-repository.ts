import { createHash } from 'node:crypto';
import { type Call, json, type Reply } from '../http.ts';
import type { Project } from '../scenario/schema-gitlab.ts';
import { isoSeconds } from '../scenario/time.ts';
import type { World } from '../world.ts';
import { repositoryRange } from './gitlab-heads.ts';
import { filesAt, present } from './gitlab-merge-request.ts';
import { projectAt } from './gitlab-users.ts';
import { paged } from './paging.ts';

const none = (what: string) => json(404, { message: `404 ${what} Not Found` });
const made = (text: string) => createHash('sha1').update(text).digest('hex');

/** Undefined where there is no such branch. */
export function branchHead(project: Project, name: string): string | undefined {
  if (project.heads[name] !== undefined) return project.heads[name];
  if (name === project.default_branch && project.commits.length > 0) return project.commits.at(-1)?.id;
  const there = project.branches[name] !== undefined || name === project.default_branch;
  return there ? made(`branch ${name}`) : undefined;
}

function branchDocument(project: Project, name: string) {
  return {
    name,
    default: name === project.default_branch,
    protected: name === project.default_branch || project.protected_branches.includes(name),
    merged: false,
    commit: commitDocument(project, branchHead(project, name) ?? ''),
  };
}

function commitDocument(project: Project, id: string) {
  const known = project.commits.find((one) => one.id === id);
  const at = isoSeconds(known?.created ?? 0);
  const title = known?.title ?? 'A commit';
  return {
    id,
    short_id: id.slice(0, 8),
    title,
    message: `${title}\n`,
    author_name: known?.author ?? 'A. Author',
    author_email: 'author@example.com',
    committed_date: at,
    created_at: at,
    parent_ids: [],
    web_url: `${project.web_url}/-/commit/${id}`,
  };
}

export function listBranches(call: Call, world: World): Reply {
  const project = projectAt(world, call.param('project'))?.project;
  if (project === undefined) return none('Project');
  const names = new Set([
    project.default_branch,
    ...Object.keys(project.branches),
    ...Object.keys(project.heads),
  ]);
  const search = call.query.get('search') ?? '';
  const fits = (name: string) => {
    if (search.startsWith('^')) return name.startsWith(search.slice(1));
    return search.endsWith('$') ? name.endsWith(search.slice(0, -1)) : name.includes(search);
  };
  return paged(
    call,
    [...names].filter(fits).map((name) => branchDocument(project, name)),
  );
}

export function branch(call: Call, world: World): Reply {
  const project = projectAt(world, call.param('project'))?.project;
  const name = call.param('branch');
  if (project === undefined || branchHead(project, name) === undefined) return none('Branch');
  return json(200, branchDocument(project, name));
}

export function tag(call: Call, world: World): Reply {
  const project = projectAt(world, call.param('project'))?.project;
  const id = project?.tags[call.param('tag')];
  if (project === undefined || id === undefined) return none('Tag');
  return json(200, { name: call.param('tag'), commit: commitDocument(project, id) });
}

function commitFor(project: Project, ref: string): string | undefined {
  const known = project.commits.find(({ id }) => ref.length >= 7 && id.startsWith(ref));
  return branchHead(project, ref) ?? project.tags[ref] ?? known?.id;
}

export function commit(call: Call, world: World): Reply {
  const project = projectAt(world, call.param('project'))?.project;
  const id = project && commitFor(project, call.param('sha'));
  if (project === undefined || id === undefined) return none('Commit');
  return json(200, {
    ...commitDocument(project, id),
    stats: { additions: 1, deletions: 1, total: 2 },
    status: null,
  });
}

export function compare(call: Call, world: World): Reply {
  const place = projectAt(world, call.param('project'));
  if (place === undefined) return none('Project');
  const { project, path } = place;
  const names = { from: call.query.get('from') ?? '', to: call.query.get('to') ?? '' };
  const [from, to] = [commitFor(project, names.from), commitFor(project, names.to)];
  if (from === undefined || to === undefined) return none('Ref');
  const { ids, diffs } = repositoryRange(world, path, from, to) ?? {
    ids: between(project, from, to),
    diffs: differences(world, project, names),
  };
  return json(200, {
    commits: ids.map((id) => commitDocument(project, id)),
    diffs,
    compare_timeout: false,
    compare_same_ref: from === to,
  });
}

function between({ commits }: Project, from: string, to: string): string[] {
  const position = (id: string) => commits.findIndex((one) => one.id === id);
  return commits.slice(position(from) + 1, position(to) + 1).map(({ id }) => id);
}

/** Of what the scenario's branches hold. */
function differences(world: World, project: Project, { from, to }: { from: string; to: string }) {
  const before = present(project.branches[from] ?? {}, world);
  const after = present(project.branches[to] ?? {}, world);
  return [...after]
    .filter(([file, content]) => before.get(file) !== content)
    .map(([file]) => ({
      old_path: file,
      new_path: file,
      new_file: !before.has(file),
      renamed_file: false,
      deleted_file: false,
      diff: '',
    }));
}

export function rawFile(call: Call, world: World): Reply {
  const ref = call.query.get('ref') ?? 'main';
  const content = filesAt(world, call.param('project'), ref).get(call.param('file'));
  if (content === undefined) return none('File');
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: content };
}

export function file(call: Call, world: World): Reply {
  const ref = call.query.get('ref');
  if (ref === null) return json(400, { error: 'ref is missing' });
  const project = projectAt(world, call.param('project'))?.project;
  const content = filesAt(world, call.param('project'), ref).get(call.param('file'));
  if (content === undefined || project === undefined) return none('File');
  const id = commitFor(project, ref === 'HEAD' ? project.default_branch : ref) ?? made(ref);
  const size = Buffer.byteLength(content);
  return json(200, {
    file_name: call.param('file').split('/').at(-1),
    file_path: call.param('file'),
    size,
    encoding: 'base64',
    content: Buffer.from(content).toString('base64'),
    ref,
    blob_id: made(`blob ${size}\0${content}`),
    commit_id: id,
    last_commit_id: id,
  });
}
