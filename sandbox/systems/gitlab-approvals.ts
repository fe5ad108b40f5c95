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
  const required = found.request.approvals_required;
  return {
    id: 500_000 + found.iid,
    iid: found.iid,
    project_id: found.projectId,
    state: found.state,
    approved: names.length > 0,
    approvals_required: required,
    approvals_left: Math.max(0, required - names.length),
    approval_rules_left: rulesOf(found, world)
      .filter(({ approved }) => !approved)
      .map(({ id, name, rule_type }) => ({ id, name, rule_type })),
    suggested_approvers: [],
    approved_by: names.map((name) => ({ user: userNamed(world, name) })),
    user_has_approved: names.includes(me),
    user_can_approve: found.state === 'opened' && !names.includes(me),
  };
}

function rulesOf(found: Located, world: World) {
  const names = approvers(found, world);
  return found.request.approval_rules.map(({ name, required, eligible }, i) => {
    const by = names.filter((one) => eligible.includes(one));
    return {
      id: i + 1,
      name,
      rule_type: 'regular',
      eligible_approvers: eligible.map((one) => userNamed(world, one)),
      approvals_required: required,
      approved_by: by.map((one) => userNamed(world, one)),
      approved: by.length >= required,
    };
  });
}

export function approvalState(found: Located, world: World): Reply {
  return json(200, { approval_rules_overwritten: false, rules: rulesOf(found, world) });
}
