import { type Call, json, type Reply, stringField } from '../http.ts';
import { MergeRequest, type Project } from '../scenario/schema-gitlab.ts';
import { stepAt } from '../scenario/timeline.ts';
import type { World } from '../world.ts';
import { checkBody } from './gitlab-body.ts';
import { addVersion } from './gitlab-commits.ts';
import {
  document,
  findMergeRequest,
  type Located,
  labelsOf,
  mergeRequestsOf,
  titleOf,
} from './gitlab-merge-request.ts';
import { follow } from './gitlab-outcomes.ts';
import { branchHead } from './gitlab-repository.ts';
import { actorOf, projectAt } from './gitlab-users.ts';
import { paged } from './paging.ts';

export function listMergeRequests(call: Call, world: World): Reply {
  if (projectAt(world, call.param('project')) === undefined) {
    return json(404, { message: '404 Project Not Found' });
  }
  const asked = (name: string) => call.query.get(name) ?? undefined;
  const labels = asked('labels')?.split(',') ?? [];
  const state = asked('state') ?? 'all';
  const fits = (found: Located) => {
    const { request } = found;
    const title = titleOf(found, world);
    return (
      (state === 'all' || found.state === state) &&
      (asked('source_branch') ?? request.source_branch) === request.source_branch &&
      (asked('target_branch') ?? request.target_branch) === request.target_branch &&
      (asked('author_username') ?? request.author) === request.author &&
      title.toLowerCase().includes((asked('search') ?? '').toLowerCase()) &&
      labels.every((label) => labelsOf(found, world).includes(label))
    );
  };
  const found = mergeRequestsOf(world, call.param('project')).filter(fits);
  found.sort((a, b) => b.request.created - a.request.created || b.iid - a.iid);
  return paged(
    call,
    found.map((one) => {
      const { head_pipeline: _, changes_count: __, ...row } = document(one, world);
      return row;
    }),
  );
}

/** Posted to the project of the source branch; the target may be the one that this was forked from. */
export function createMergeRequest(call: Call, world: World): Reply {
  const source = projectAt(world, call.param('project'));
  if (source === undefined) return json(404, { message: '404 Project Not Found' });
  const refused = checkBody(
    call,
    {
      source_branch: 'string',
      target_branch: 'string',
      title: 'string',
      description: 'string',
      labels: 'string',
      target_project_id: 'integer',
      squash: 'boolean',
      remove_source_branch: 'boolean',
    },
    ['source_branch', 'target_branch', 'title'],
  );
  if (refused !== undefined) return refused;
  const field = (name: string) => stringField(call.body, name) ?? '';
  const target = projectAt(world, String(call.body.fields?.target_project_id ?? source.project.id));
  if (target === undefined) return json(404, { message: '404 Project Not Found' });
  const related = source.path === target.path || source.project.forked_from === target.path;
  const [from, to] = [field('source_branch'), field('target_branch')];
  const no = (message: string) => json(422, { message: [message] });
  if (!related) return no('Source project is not a fork of the target project');
  if (branchHead(source.project, from) === undefined) return no(`Source branch "${from}" does not exist`);
  if (branchHead(target.project, to) === undefined) return no(`Target branch "${to}" does not exist`);
  if (source.path === target.path && from === to)
    return no("You can't use same project/branch for source and target");
  const twin = mergeRequestsOf(world, target.path).find(
    ({ request, state }) =>
      state === 'opened' &&
      request.source_branch === from &&
      request.target_branch === to &&
      request.source_project_id === source.project.id,
  );
  if (twin !== undefined) {
    return json(409, {
      message: [`Another open merge request already exists for this source branch: !${twin.iid}`],
    });
  }
  const iid = opened(source, target, world, {
    author: actorOf(world, call),
    from,
    to,
    title: field('title'),
    description: field('description'),
    labels: listOf(field('labels')),
  });
  follow(world, target.path, iid);
  const found = findMergeRequest(world, target.path, String(iid));
  return found === undefined ? json(500, {}) : json(201, document(found, world));
}

interface Wish {
  author: string;
  from: string;
  to: string;
  title: string;
  description: string;
  labels: string[];
}

interface Place {
  path: string;
  project: Project;
}

function opened(source: Place, target: Place, world: World, wish: Wish): number {
  const { path, project } = target;
  const iid = Math.max(0, ...mergeRequestsOf(world, path).map((one) => one.iid)) + 1;
  const request = MergeRequest.parse({
    title: wish.title,
    description: wish.description,
    state: 'opened',
    labels: [{ value: wish.labels }],
    author: wish.author,
    source_branch: wish.from,
    target_branch: wish.to,
    source_project_id: source.project.id,
    web_url: `${project.web_url}/-/merge_requests/${iid}`,
    created: new Date(world.now).toISOString(),
    files: {},
    sha: branchHead(source.project, wish.from),
  });
  request.files = changedBy(source, target, world, wish);
  world.store.mergeRequests.push({ project: path, iid, request });
  addVersion(world, `${path}!${iid}`, request.sha ?? '');
  world.effect('gitlab', 'merge_request_created', `${path}!${iid}`, {
    title: wish.title,
    source: source.path,
    source_branch: wish.from,
    target_branch: wish.to,
    labels: wish.labels,
  });
  return iid;
}

/** Of projects without a git repository: what the scenario's branches hold differently. */
function changedBy(source: Place, target: Place, world: World, { from, to }: Wish): MergeRequest['files'] {
  const files = source.project.branches[from] ?? {};
  const before = target.project.branches[to] ?? {};
  const content = (held: typeof files, path: string) =>
    JSON.stringify(stepAt(held[path] ?? [], world.now)?.value);
  return Object.fromEntries(
    Object.entries(files).filter(([path]) => content(files, path) !== content(before, path)),
  );
}

export function updateMergeRequest(found: Located, world: World, call: Call): Reply {
  const refused = checkBody(call, {
    title: 'string',
    description: 'string',
    labels: 'string',
    add_labels: 'string',
    remove_labels: 'string',
    state_event: 'string',
  });
  if (refused !== undefined) return refused;
  const fields = call.body.fields ?? {};
  if (Object.keys(fields).length === 0)
    return json(400, { error: 'at least one parameter must be provided' });
  const event = stringField(call.body, 'state_event');
  if (event !== undefined && !['close', 'reopen'].includes(event)) {
    return json(400, { error: 'state_event does not have a valid value' });
  }
  const change = (field: string, value: unknown) =>
    world.change(['gitlab', found.reference, field], JSON.stringify(value));
  for (const name of ['title', 'description'] as const) {
    const value = stringField(call.body, name);
    if (value !== undefined) change(name, value);
  }
  const add = listOf(stringField(call.body, 'add_labels') ?? '');
  const remove = listOf(stringField(call.body, 'remove_labels') ?? '');
  if (add.length + remove.length > 0) {
    const kept = labelsOf(found, world).filter((label) => !remove.includes(label));
    change('labels', [...new Set([...kept, ...add])]);
  }
  // A merged one neither closes nor opens; GitLab says nothing of it.
  if (event === 'close' && found.state === 'opened') change('state', 'closed');
  if (event === 'reopen' && found.state === 'closed') change('state', 'opened');
  world.effect(
    'gitlab',
    event === 'close' ? 'merge_request_closed' : 'merge_request_updated',
    found.reference,
    event === 'close' ? { ...fields, by: actorOf(world, call) } : fields,
  );
  const after = mergeRequestsOf(world, found.path).find(({ iid }) => iid === found.iid) ?? found;
  return json(200, document(after, world));
}

function listOf(text: string): string[] {
  return text.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]));
}
