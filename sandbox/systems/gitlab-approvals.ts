import { json, type Reply } from '../http.ts';
import type { World } from '../world.ts';
import type { Located } from './gitlab-merge-request.ts';
import { settings, userNamed } from './gitlab-users.ts';

export function approvals(found: Located, world: World): Reply {
  return json(200, approvalDocument(found, world));
}

export function approve(found: Located, world: World): Reply {
  const username = settings(world)?.token_user ?? '';
  // GitLab words both refusals as a lack of permission.
  if (found.state !== 'opened' || approvers(found, world).includes(username)) {
    return json(401, { message: '401 Unauthorized' });
  }
  world.store.approvals.push({ mergeRequest: found.reference, username });
  world.effect('gitlab', 'merge_request_approved', found.reference, { user: username });
  return json(201, approvalDocument(found, world));
}

function approvers(found: Located, world: World): string[] {
  const made = world.store.approvals.filter(({ mergeRequest }) => mergeRequest === found.reference);
  return [...found.request.approved_by, ...made.map(({ username }) => username)];
}

function approvalDocument(found: Located, world: World) {
  const names = approvers(found, world);
  const me = settings(world)?.token_user ?? '';
  return {
    id: 500_000 + found.iid,
    iid: found.iid,
    project_id: found.projectId,
    state: found.state,
    approved: names.length > 0,
    approvals_required: 1,
    approvals_left: Math.max(0, 1 - names.length),
    approved_by: names.map((name) => ({ user: userNamed(world, name) })),
    user_has_approved: names.includes(me),
    user_can_approve: found.state === 'opened' && !names.includes(me),
  };
}
