import { serialise } from '../scenario/content.ts';
import type { MergeRequest } from '../scenario/schema-gitlab.ts';
import { isoSeconds } from '../scenario/time.ts';
import { stepAt } from '../scenario/timeline.ts';
import type { World } from '../world.ts';
import { headDiffs, headFields, repositoryFiles } from './gitlab-heads.ts';
import { pipelineStatus } from './gitlab-tries.ts';
import { projectAt, settings, userNamed } from './gitlab-users.ts';

export interface Located {
  /** project!iid, as GitLab itself refers to a merge request. */
  reference: string;
  path: string;
  projectId: number;
  iid: number;
  request: MergeRequest;
  state: MergeRequest['state'][number]['value'];
}

export function findMergeRequest(world: World, idOrPath: string, iid: string): Located | undefined {
  return mergeRequestsOf(world, idOrPath).find((found) => String(found.iid) === iid);
}

/** Those of the scenario and those that requests have opened. */
export function mergeRequestsOf(world: World, idOrPath: string): Located[] {
  const entry = projectAt(world, idOrPath);
  if (entry === undefined) return [];
  const { path, project } = entry;
  const made = world.store.mergeRequests.filter((one) => one.project === path);
  const all = [
    ...Object.entries(project.merge_requests).map(([iid, request]) => ({ iid: Number(iid), request })),
    ...made.map(({ iid, request }) => ({ iid, request })),
  ];
  return all
    .filter(({ request }) => request.created <= world.now)
    .map(({ iid, request }) => {
      const reference = `${path}!${iid}`;
      const state = now(world, reference, 'state', request.state) ?? 'opened';
      return { reference, path, projectId: project.id, iid, request, state };
    });
}

/** What the scenario says of it, unless a request has changed it since. */
function now<T>(
  world: World,
  reference: string,
  field: 'title' | 'state' | 'labels' | 'description',
  steps: Parameters<typeof stepAt<T>>[0],
): T | undefined {
  return world.current(['gitlab', reference, field], steps, (changed): T => JSON.parse(changed));
}

export function titleOf({ request, reference }: Located, world: World): string {
  return now(world, reference, 'title', request.title) ?? '';
}

export function labelsOf({ request, reference }: Located, world: World): string[] {
  return now(world, reference, 'labels', request.labels) ?? [];
}

export function headOf({ request, iid }: Located): string {
  return request.sha ?? sha('head', iid);
}

const DRAFT = /^\s*(?:\[draft\]|\(draft\)|draft:)/i;

export function document(found: Located, world: World) {
  const { request, iid, projectId, path, state, reference } = found;
  const head = request.pipelines
    .filter(({ created }) => created <= world.now)
    .toSorted((a, b) => b.id - a.id)[0];
  const title = titleOf(found, world);
  const conflicts = stepAt(request.has_conflicts, world.now)?.value ?? false;
  const merged = state === 'merged';
  const draft = DRAFT.test(title);
  return {
    id: 500_000 + iid,
    iid,
    project_id: projectId,
    title,
    description: now(world, reference, 'description', request.description) ?? '',
    state,
    created_at: isoSeconds(request.created),
    updated_at: isoSeconds(request.created),
    merged_at: merged ? isoSeconds(stepAt(request.state, world.now)?.at ?? world.now) : null,
    target_branch: request.target_branch,
    source_branch: request.source_branch,
    source_project_id: request.source_project_id,
    target_project_id: projectId,
    labels: labelsOf(found, world),
    author: userNamed(world, request.author),
    ...closing(found, world),
    draft,
    has_conflicts: conflicts,
    merge_status: conflicts ? 'cannot_be_merged' : 'can_be_merged',
    detailed_merge_status:
      stepAt(request.detailed_merge_status ?? [], world.now)?.value ?? mergeStatus(state, conflicts, draft),
    references: { short: `!${iid}`, full: `${path}!${iid}` },
    web_url: request.web_url,
    diff_refs: { base_sha: sha('base', iid), start_sha: sha('base', iid), head_sha: headOf(found) },
    sha: headOf(found),
    changes_count: String(diffs(found, world).length),
    head_pipeline:
      head === undefined ? null : { id: head.id, project_id: projectId, status: pipelineStatus(head, world) },
    ...headFields(world, found),
  };
}

/** Who closed it, where a request did. */
function closing({ reference, state }: Located, world: World) {
  const closed = world.effects.findLast(
    ({ system, kind, key }) => system === 'gitlab' && kind === 'merge_request_closed' && key === reference,
  );
  if (state !== 'closed' || closed === undefined) return { closed_by: null, closed_at: null };
  return { closed_by: userNamed(world, String(closed.data.by)), closed_at: closed.at };
}

function mergeStatus(state: string, conflicts: boolean, draft: boolean): string {
  if (state !== 'opened') return 'not_open';
  if (conflicts) return 'conflict';
  return draft ? 'draft_status' : 'mergeable';
}

export function changes(found: Located, world: World) {
  return { ...document(found, world), changes: diffs(found, world), overflow: false };
}

export function diffs(found: Located, world: World) {
  return headDiffs(world, found) ?? filesOf(found, world);
}

function filesOf({ request }: Located, world: World) {
  return [...present(request.files, world)].map(([path, content]) => ({
    old_path: path,
    new_path: path,
    a_mode: '0',
    b_mode: '100644',
    new_file: true,
    renamed_file: false,
    deleted_file: false,
    diff: `@@ -0,0 +1,${content.split('\n').length} @@\n${content.replace(/^/gm, '+')}`,
  }));
}

/** What stands at a ref: the source branch of a merge request, or its head as GitLab names it. */
export function filesAt(world: World, idOrPath: string, ref: string): Map<string, string> {
  const held = repositoryFiles(world, idOrPath, ref);
  if (held !== undefined) return held;
  const home = projectAt(world, idOrPath)?.path ?? '';
  const pushed = world.store.branches.get(`${home} ${ref}`) ?? ref;
  const made = world.store.commits.find(({ project, id }) => project === home && id === pushed);
  if (made !== undefined) return new Map(Object.entries(made.files));
  for (const [path, project] of Object.entries(settings(world)?.projects ?? {})) {
    const target = path === idOrPath || String(project.id) === idOrPath;
    for (const found of mergeRequestsOf(world, path)) {
      const { request, iid } = found;
      const atHead = target && (ref === `refs/merge-requests/${iid}/head` || ref === headOf(found));
      const ownSource = request.source_project_id === project.id ? target : false;
      const source = ownSource || String(request.source_project_id) === idOrPath;
      const merged = found.state === 'merged' && target && ref === request.target_branch;
      if (atHead || merged || (source && ref === request.source_branch)) return present(request.files, world);
    }
    const branch = target ? project.branches[ref === 'HEAD' ? project.default_branch : ref] : undefined;
    if (branch !== undefined) return present(branch, world);
  }
  return new Map();
}

export function present(held: MergeRequest['files'], world: World): Map<string, string> {
  const files = new Map<string, string>();
  for (const [path, steps] of Object.entries(held)) {
    const content = serialise(path, stepAt(steps, world.now)?.value ?? null);
    if (content !== undefined) files.set(path, content);
  }
  return files;
}

export function sha(what: string, iid: number): string {
  return Buffer.from(`${what}${iid}`.padEnd(20, '.')).toString('hex').slice(0, 40);
}
