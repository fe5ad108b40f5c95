import { landed } from '../git/landed.ts';
import { merge } from '../git/merge.ts';
import type { Happening } from '../happenings.ts';
import type { MergeRequestStep } from '../scenario/schema-gitlab.ts';
import { stepAt } from '../scenario/timeline.ts';
import { type CreatedMergeRequest, planFor } from '../store.ts';
import type { World } from '../world.ts';
import { headsOf } from './gitlab-heads.ts';
import { findMergeRequest } from './gitlab-merge-request.ts';
import { settings } from './gitlab-users.ts';

/** What follows at once. */
export function playOutcome(world: World, made: CreatedMergeRequest): void {
  for (let due = nextOf(world, made); due !== undefined; due = nextOf(world, made)) due.run();
}

/** The next thing that becomes of a merge request that somebody opened. */
export function nextOutcome(world: World): Happening | undefined {
  const all = world.store.mergeRequests.flatMap((made) => nextOf(world, made) ?? []);
  return all.toSorted((a, b) => a.at - b.at)[0];
}

/** Asked of the scenario as it is now, so that a patched outcome holds also for what is on its way. */
function nextOf(world: World, made: CreatedMergeRequest): Happening | undefined {
  if (stepAt(made.request.state, world.now)?.value !== 'opened') return undefined;
  const outcomes = settings(world)?.projects[made.project]?.merge_request_outcomes ?? [];
  const steps = planFor(outcomes, made.nth)?.plan ?? [];
  const step = steps
    .filter(({ after }) => after > made.seen && made.created + after <= world.now)
    .toSorted((a, b) => a.after - b.after)[0];
  if (step === undefined) return undefined;
  const together = steps.filter(({ after }) => after === step.after);
  const at = made.created + step.after;
  return {
    at,
    run: () => {
      made.seen = step.after;
      for (const one of together) play(world, made, one, at);
    },
  };
}

function play(world: World, made: CreatedMergeRequest, step: MergeRequestStep, at: number): void {
  const { request } = made;
  const reference = `${made.project}!${made.iid}`;
  if (step.pipeline !== undefined) pipeline(world, made, step.pipeline, at);
  if (step.add_labels.length + step.remove_labels.length > 0) {
    const now = stepAt(request.labels, at)?.value ?? [];
    const kept = now.filter((label) => !step.remove_labels.includes(label));
    request.labels.push({ at, value: [...new Set([...kept, ...step.add_labels])] });
  }
  for (const name of step.approved_by) {
    if (!request.approved_by.includes(name)) request.approved_by.push(name);
  }
  if (step.note !== undefined) {
    const id = (settings(world)?.first_note_id ?? 1) + world.count('notes');
    world.store.notes.push({ mergeRequest: reference, id, created: at, ...step.note });
  }
  if (step.state === 'closed') request.state.push({ at, value: 'closed' });
  if (step.state === 'merged') mergeIt(world, made, step.by ?? request.author, at);
}

function pipeline(
  world: World,
  { request }: CreatedMergeRequest,
  status: NonNullable<MergeRequestStep['pipeline']>,
  at: number,
): void {
  const newest = request.pipelines.at(-1);
  if (newest !== undefined) return void newest.status.push({ at, value: status });
  const id = (settings(world)?.first_pipeline_id ?? 1) + world.count('pipelines');
  // Its one job goes as it goes.
  const states = [{ at, value: status }];
  const job = { id: id * 10, name: 'validate', stage: 'test', status: states };
  request.pipelines.push({ id, created: at, status: states, jobs: [job], bridges: [] });
}

/** As GitLab does it: a merge commit. Where the two do not go together, it stays open. */
function mergeIt(world: World, made: CreatedMergeRequest, username: string, at: number): void {
  const { request, project, iid } = made;
  const found = findMergeRequest(world, project, String(iid));
  const heads = found === undefined ? undefined : headsOf(world, found);
  if (heads === undefined) return void request.state.push({ at, value: 'merged' });
  const branch = request.target_branch;
  const user = settings(world)?.users.find((one) => one.username === username);
  const title = stepAt(request.title, at)?.value ?? '';
  const done = merge(heads.host, {
    repository: project,
    branch,
    head: heads.head,
    message: `Merge branch '${request.source_branch}' into '${branch}'\n\n${title}\n\nSee merge request ${project}!${iid}`,
    author: `${user?.name ?? username} <${user?.email ?? `${username}@example.com`}>`,
    at,
  });
  if (done === undefined) return;
  request.state.push({ at, value: 'merged' });
  made.mergedInto = done.from;
  made.mergeCommit = done.to;
  made.closedBy = username;
  landed(world, { repository: project, branch, ...done, at });
}
