import { z } from 'zod';
import { bring } from '../git/merge.ts';
import { type Call, json, type Reply } from '../http.ts';
import { MergeRequest, type Project } from '../scenario/schema-gitlab.ts';
import { isoSeconds } from '../scenario/time.ts';
import { stepAt } from '../scenario/timeline.ts';
import type { CreatedMergeRequest } from '../store.ts';
import type { World } from '../world.ts';
import { hostOf, pathOfProject } from './gitlab-heads.ts';
import { document, findMergeRequest } from './gitlab-merge-request.ts';
import { playOutcome } from './gitlab-outcomes.ts';
import { settings } from './gitlab-users.ts';

/** GitLab takes labels as a list or with commas. */
const Labels = z
  .union([z.string().transform((text) => text.split(',')), z.array(z.string())])
  .default([])
  .transform((labels) => labels.map((label) => label.trim()).filter((label) => label !== ''));

const Wish = z.object({
  source_branch: z.string().min(1),
  target_branch: z.string().min(1),
  title: z.string().min(1),
  description: z.string().default(''),
  labels: Labels,
  target_project_id: z.coerce.number().int().optional(),
});
type Wish = z.output<typeof Wish>;

interface Place {
  path: string;
  project: Project;
}

/** The project of the path is where the branch is; where it goes may be another one. */
export function createMergeRequest(call: Call, world: World): Reply {
  const source = placeOf(world, call.param('project'));
  if (source === undefined) return json(404, { message: '404 Project Not Found' });
  const parsed = Wish.safeParse(call.body.fields);
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => `${path.join('.')} is missing`);
    return json(400, { error: [...new Set(names)].join(', ') });
  }
  const wish = parsed.data;
  const target =
    wish.target_project_id === undefined ? source : placeOf(world, String(wish.target_project_id));
  if (target === undefined) return json(404, { message: '404 Project Not Found' });
  const refused = refusal(world, source, target, wish);
  if (refused !== undefined) return refused;
  const made = open(world, source, target, wish);
  const found = findMergeRequest(world, target.path, String(made.iid));
  return found === undefined ? json(500, {}) : json(201, document(found, world));
}

export function placeOf(world: World, idOrPath: string): Place | undefined {
  const found = Object.entries(settings(world)?.projects ?? {}).find(
    ([path, project]) => path === idOrPath || String(project.id) === idOrPath,
  );
  return found === undefined ? undefined : { path: found[0], project: found[1] };
}

function refusal(world: World, source: Place, target: Place, wish: Wish): Reply | undefined {
  if (source.path === target.path && wish.source_branch === wish.target_branch) {
    return json(422, { message: ["You can't use same project/branch for source and target"] });
  }
  const lacks = (place: Place, branch: string) => {
    const host = hostOf(world, place.path);
    return host !== undefined && host.branch(place.path, branch) === undefined;
  };
  if (lacks(source, wish.source_branch)) {
    return json(400, { message: { source_branch: ['does not exist'] } });
  }
  if (lacks(target, wish.target_branch)) {
    return json(400, { message: { target_branch: ['does not exist'] } });
  }
  const other = everyRequest(world, target).find(
    ({ request }) =>
      stepAt(request.state, world.now)?.value === 'opened' &&
      request.source_project_id === source.project.id &&
      request.source_branch === wish.source_branch &&
      request.target_branch === wish.target_branch,
  );
  if (other === undefined) return undefined;
  const message = `Another open merge request already exists for this source branch: !${other.iid}`;
  return json(409, { message: [message] });
}

/** Of a project, whoever opened it. */
export function everyRequest(world: World, { path, project }: Place): { iid: number; request: MergeRequest }[] {
  const given = Object.entries(project.merge_requests)
    .filter(([, { created }]) => created <= world.now)
    .map(([iid, request]) => ({ iid: Number(iid), request }));
  const made = world.store.mergeRequests.filter((one) => one.project === path);
  return [...given, ...made];
}

function open(world: World, source: Place, target: Place, wish: Wish): CreatedMergeRequest {
  const { path, project } = target;
  const nth = world.count(`merge requests of ${path}`);
  const first = project.first_created_iid ?? Math.max(0, ...Object.keys(project.merge_requests).map(Number)) + 1;
  const iid = first + nth;
  const request = MergeRequest.parse({
    title: wish.title,
    description: wish.description,
    state: 'opened',
    labels: [{ value: wish.labels }],
    author: settings(world)?.token_user ?? '',
    source_branch: wish.source_branch,
    target_branch: wish.target_branch,
    source_project_id: source.project.id,
    web_url: `${project.web_url}/-/merge_requests/${iid}`,
    created: isoSeconds(world.now),
    files: {},
  });
  const made: CreatedMergeRequest = { project: path, iid, created: world.now, nth, seen: -1, request };
  world.store.mergeRequests.push(made);
  const host = hostOf(world, path);
  const from = pathOfProject(world, source.project.id);
  if (host !== undefined && from !== undefined && hostOf(world, from) !== undefined) {
    const branch = { repository: from, branch: wish.source_branch };
    bring(host, branch, path, `refs/merge-requests/${iid}/head`);
  }
  world.effect('gitlab', 'merge_request_created', `${path}!${iid}`, {
    title: wish.title,
    source: source.path,
    source_branch: wish.source_branch,
    target_branch: wish.target_branch,
    labels: wish.labels,
  });
  playOutcome(world, made);
  return made;
}
