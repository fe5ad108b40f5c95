import { type Call, json, type Reply } from '../http.ts';
import type { World } from '../world.ts';
import { headOf, type Located, sha } from './gitlab-merge-request.ts';
import { actorOf, settings, userNamed } from './gitlab-users.ts';
import { paged } from './paging.ts';

export function approvals(found: Located, world: World): Reply {
  return json(200, approvalDocument(found, world));
}

export function approve(found: Located, world: World, call: Call): Reply {
  const username = actorOf(world, call);
  // GitLab words both refusals as a lack of permission.
  if (found.state !== 'opened' || approvers(found, world).includes(username)) {
    return json(401, { message: '401 Unauthorized' });
  }
  world.store.approvals.push({ mergeRequest: found.reference, username, created: world.now });
  says(found, world, username, 'approved this merge request');
  world.effect('gitlab', 'merge_request_approved', found.reference, { user: username });
  return json(201, approvalDocument(found, world));
}

export function unapprove(found: Located, world: World, call: Call): Reply {
  const username = actorOf(world, call);
  const made = world.store.approvals;
  const own = made.find((one) => one.mergeRequest === found.reference && one.username === username);
  if (own === undefined) return json(404, { message: '404 Not found' });
  world.store.approvals = made.filter((one) => one !== own);
  says(found, world, username, 'unapproved this merge request');
  world.effect('gitlab', 'merge_request_unapproved', found.reference, { user: username });
  return json(201, approvalDocument(found, world));
}

/** GitLab writes it down as a note of its own. */
function says({ reference }: Located, world: World, author: string, body: string): void {
  const id = (settings(world)?.first_note_id ?? 1) + world.count('notes');
  world.store.notes.push({ mergeRequest: reference, id, author, created: world.now, body, system: true });
}

/** What was pushed to it, the newest first. */
export function versions(found: Located, world: World, call: Call): Reply {
  const made = world.store.versions.filter(({ mergeRequest }) => mergeRequest === found.reference);
  const first = { id: 3_000 + found.iid, head: headOf(found), created: found.request.created };
  return paged(
    call,
    (made.length === 0 ? [first] : made).toReversed().map(({ id, head, created }) => ({
      id,
      head_commit_sha: head,
      base_commit_sha: sha('base', found.iid),
      start_commit_sha: sha('base', found.iid),
      created_at: new Date(created).toISOString(),
      merge_request_id: 500_000 + found.iid,
      state: 'collected',
      real_size: '1',
    })),
  );
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
    approved_by: names.map((name) => ({ user: userNamed(world, name), ...approvedAt(found, world, name) })),
    user_has_approved: names.includes(me),
    user_can_approve: found.state === 'opened' && !names.includes(me),
  };
}

function approvedAt(found: Located, world: World, name: string): { approved_at?: string } {
  if (settings(world)?.approval_times === false) return {};
  const made = world.store.approvals.find(
    ({ mergeRequest, username }) => mergeRequest === found.reference && username === name,
  );
  return { approved_at: new Date(made?.created ?? found.request.created).toISOString() };
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
