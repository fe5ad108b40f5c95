import { createHash } from 'node:crypto';
import { type Call, json, type Reply } from '../http.ts';
import type { Project } from '../scenario/schema-gitlab.ts';
import { isoSeconds } from '../scenario/time.ts';
import type { CreatedCommit } from '../store.ts';
import type { World } from '../world.ts';
import { filesAt, mergeRequestsOf } from './gitlab-merge-request.ts';
import { branchHead } from './gitlab-repository.ts';
import { actorOf, projectAt } from './gitlab-users.ts';

const no = (status: number, message: string) => json(status, { message });

interface Wish {
  branch: string;
  message: string;
  start: string | undefined;
  actions: { action: string; path: string; content: string }[];
}

/** One commit, on a branch that may begin with it. Of projects without a git repository. */
export function createCommit(call: Call, world: World): Reply {
  const place = projectAt(world, call.param('project'));
  if (place === undefined) return no(404, '404 Project Not Found');
  const wish = wishOf(call);
  if (typeof wish === 'string') return json(400, { error: wish });
  const { path, project } = place;
  const head = branchHead(project, wish.branch);
  if (head !== undefined && wish.start !== undefined)
    return no(400, `A branch called '${wish.branch}' already exists. Switch to that branch.`);
  const from = head === undefined ? wish.start : wish.branch;
  const parent = from === undefined ? undefined : branchHead(project, from);
  if (from === undefined || parent === undefined)
    return no(400, 'You can only create or edit files on a branch');
  const files = Object.fromEntries(filesAt(world, path, from));
  for (const { action, path: file, content } of wish.actions) {
    const there = files[file] !== undefined;
    if (action === 'create' && there) return no(400, 'A file with this name already exists');
    if (action !== 'create' && !there) return no(400, "A file with this name doesn't exist");
    if (action === 'delete') delete files[file];
    else files[file] = content;
  }
  const n = world.count('gitlab commits');
  const commit: CreatedCommit = {
    project: path,
    id: createHash('sha1').update(`${path} ${n} ${wish.message}`).digest('hex'),
    title: wish.message.split('\n')[0] ?? '',
    author: actorOf(world, call),
    created: world.now,
    files,
  };
  world.store.commits.push(commit);
  world.store.branches.set(`${path} ${wish.branch}`, commit.id);
  world.effect('gitlab', 'commit_created', `${path}:${wish.branch}`, {
    id: commit.id,
    author: commit.author,
    files: wish.actions.map((one) => one.path),
  });
  pushed(world, project, wish.branch, commit.id);
  return json(201, {
    id: commit.id,
    short_id: commit.id.slice(0, 8),
    title: commit.title,
    message: wish.message,
    author_name: commit.author,
    parent_ids: [parent],
    created_at: isoSeconds(commit.created),
    committed_date: isoSeconds(commit.created),
    web_url: `${project.web_url}/-/commit/${commit.id}`,
  });
}

function wishOf({ body }: Call): Wish | string {
  const { branch, commit_message: message, actions, start_branch: start, ...more } = body.fields ?? {};
  const stranger = Object.keys(more)[0];
  if (stranger !== undefined) return `${stranger} is not a parameter`;
  if (typeof branch !== 'string' || branch === '') return 'branch is missing';
  if (typeof message !== 'string' || message === '') return 'commit_message is missing';
  if (start !== undefined && typeof start !== 'string') return 'start_branch is invalid';
  if (!Array.isArray(actions)) return 'actions is missing';
  const asked = actions.map((one: unknown) => {
    const { action, file_path: path, content = '' } = Object(one);
    return { action, path, content };
  });
  const fits = asked.every(
    ({ action, path, content }) =>
      ['create', 'update', 'delete'].includes(action) &&
      typeof path === 'string' &&
      typeof content === 'string',
  );
  return fits ? { branch, message, start, actions: asked } : 'actions is invalid';
}

/** What is pushed to the branch of an open merge request becomes its newest version. */
function pushed(world: World, project: Project, branch: string, id: string): void {
  for (const path of Object.keys(world.scenario.gitlab?.projects ?? {})) {
    for (const { request, state, reference } of mergeRequestsOf(world, path)) {
      if (state !== 'opened' || request.source_branch !== branch) continue;
      if (request.source_project_id !== project.id) continue;
      request.sha = id;
      addVersion(world, reference, id);
    }
  }
}

export function addVersion(world: World, mergeRequest: string, head: string): void {
  world.store.versions.push({ mergeRequest, id: 4_000 + world.count('versions'), head, created: world.now });
}

export function deleteBranch(call: Call, world: World): Reply {
  const path = projectAt(world, call.param('project'))?.path ?? '';
  const key = `${path} ${call.param('branch')}`;
  if (!world.store.branches.has(key)) return no(404, '404 Branch Not Found');
  world.store.branches.delete(key);
  world.effect('gitlab', 'branch_deleted', `${path}:${call.param('branch')}`, {});
  return { status: 204, body: '' };
}
