import { landed } from '../git/landed.ts';
import { merge } from '../git/merge.ts';
import type { Happening } from '../happenings.ts';
import type { MergeRequestStep } from '../scenario/schema-gitlab.ts';
import { type FollowedMergeRequest, planFor } from '../store.ts';
import type { World } from '../world.ts';
import { headsOf } from './gitlab-heads.ts';
import { findMergeRequest, type Located, labelsOf, titleOf } from './gitlab-merge-request.ts';
import { settings } from './gitlab-users.ts';

/** From now on what the scenario says of merge requests of this project becomes of this one. */
export function follow(world: World, project: string, iid: number): void {
  const nth = world.count(`gitlab merge requests of ${project}`);
  const followed: FollowedMergeRequest = { project, iid, created: world.now, nth, seen: -1 };
  world.store.followed.push(followed);
  // Its head is kept from the start, whatever becomes of the source branch.
  const found = findMergeRequest(world, project, String(iid));
  if (found !== undefined) headsOf(world, found);
  for (let due = nextOf(world, followed); due !== undefined; due = nextOf(world, followed)) due.run();
}

/** The next thing that becomes of a merge request that somebody opened. */
export function nextOutcome(world: World): Happening | undefined {
  const all = world.store.followed.flatMap((followed) => nextOf(world, followed) ?? []);
  return all.toSorted((a, b) => a.at - b.at)[0];
}

/** Asked of the scenario as it is now, so that a patched outcome holds also for what is on its way. */
function nextOf(world: World, followed: FollowedMergeRequest): Happening | undefined {
  const { project, iid, created, nth, seen } = followed;
  const outcomes = settings(world)?.projects[project]?.merge_request_outcomes ?? [];
  const steps = planFor(outcomes, nth)?.plan ?? [];
  const due = steps.filter(({ after }) => after > seen && created + after <= world.now);
  const after = Math.min(...due.map((step) => step.after));
  if (due.length === 0) return undefined;
  const at = created + after;
  return {
    at,
    run: () => {
      followed.seen = after;
      for (const step of due.filter((one) => one.after === after)) {
        const found = findMergeRequest(world, project, String(iid));
        if (found?.state === 'opened') play(world, followed, found, step, at);
      }
    },
  };
}

function play(
  world: World,
  followed: FollowedMergeRequest,
  found: Located,
  step: MergeRequestStep,
  at: number,
): void {
  const { request, reference } = found;
  if (step.pipeline !== undefined) pipeline(world, found, step.pipeline, at);
  if (step.add_labels.length + step.remove_labels.length > 0) {
    const kept = labelsOf(found, world).filter((label) => !step.remove_labels.includes(label));
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
  if (step.state === 'merged') mergeIt(world, followed, found, step.by ?? request.author, at);
}

function pipeline(
  world: World,
  { request, path, iid }: Located,
  status: NonNullable<MergeRequestStep['pipeline']>,
  at: number,
): void {
  const newest = request.pipelines.at(-1);
  if (newest !== undefined) {
    // The list of its one job is the same one.
    newest.status.push({ at, value: status });
    return;
  }
  const id = (settings(world)?.first_pipeline_id ?? 1) + world.count('pipelines');
  const states = [{ at, value: status }];
  request.pipelines.push({
    id,
    created: at,
    status: states,
    ref: `refs/merge-requests/${iid}/head`,
    jobs: [
      {
        id: id * 10,
        name: 'validate',
        stage: 'test',
        status: states,
        allow_failure: false,
        log: `validating !${iid} of ${path}\n`,
        on_retry: [
          { after: 0, status: 'running' },
          { after: 300_000, status: 'success' },
        ],
      },
    ],
    bridges: [],
  });
}

/** As GitLab does it: a merge commit. Where the two do not go together, it stays open. */
function mergeIt(
  world: World,
  followed: FollowedMergeRequest,
  found: Located,
  username: string,
  at: number,
): void {
  const { request, path, reference } = found;
  const heads = headsOf(world, found);
  if (heads !== undefined) {
    const branch = request.target_branch;
    const user = settings(world)?.users.find((one) => one.username === username);
    const done = merge(heads.host, {
      repository: path,
      branch,
      head: heads.head,
      message: `Merge branch '${request.source_branch}' into '${branch}'\n\n${titleOf(found, world)}\n\nSee merge request ${reference}`,
      author: `${user?.name ?? username} <${user?.email ?? `${username}@example.com`}>`,
      at,
    });
    if (done === undefined) return;
    followed.merged = { into: done.from, as: done.to };
    landed(world, { repository: path, branch, ...done, at });
  }
  request.state.push({ at, value: 'merged' });
}
