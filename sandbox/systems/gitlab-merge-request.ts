import { serialise } from '../scenario/content.ts';
import type { MergeRequest } from '../scenario/schema-gitlab.ts';
import { isoSeconds } from '../scenario/time.ts';
import { stepAt } from '../scenario/timeline.ts';
import type { World } from '../world.ts';
import { settings, userNamed } from './gitlab-users.ts';

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
  for (const [path, project] of Object.entries(settings(world)?.projects ?? {})) {
    if (path !== idOrPath && String(project.id) !== idOrPath) continue;
    const request = project.merge_requests[iid];
    if (request === undefined || request.created > world.now) return undefined;
    const state = stepAt(request.state, world.now)?.value ?? 'opened';
    return { reference: `${path}!${iid}`, path, projectId: project.id, iid: Number(iid), request, state };
  }
  return undefined;
}

export function document({ request, iid, projectId, path, state }: Located, world: World) {
  const head = stepAt(
    request.pipelines.map(({ created: at, ...value }) => ({ at, value })),
    world.now,
  );
  const merged = state === 'merged';
  return {
    id: 500_000 + iid,
    iid,
    project_id: projectId,
    title: stepAt(request.title, world.now)?.value ?? '',
    description: '',
    state,
    created_at: isoSeconds(request.created),
    merged_at: merged ? isoSeconds(stepAt(request.state, world.now)?.at ?? world.now) : null,
    target_branch: request.target_branch,
    source_branch: request.source_branch,
    source_project_id: request.source_project_id,
    target_project_id: projectId,
    labels: stepAt(request.labels, world.now)?.value ?? [],
    author: userNamed(world, request.author),
    draft: (stepAt(request.title, world.now)?.value ?? '').startsWith('Draft:'),
    merge_status: 'can_be_merged',
    references: { short: `!${iid}`, full: `${path}!${iid}` },
    web_url: request.web_url,
    diff_refs: { base_sha: sha('base', iid), start_sha: sha('base', iid), head_sha: sha('head', iid) },
    sha: sha('head', iid),
    head_pipeline:
      head === undefined ? null : { id: head.value.id, status: stepAt(head.value.status, world.now)?.value },
  };
}

export function changes(found: Located, world: World) {
  return { ...document(found, world), changes: diffs(found, world), overflow: false };
}

export function diffs({ request }: Located, world: World) {
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
  for (const [path, project] of Object.entries(settings(world)?.projects ?? {})) {
    for (const [iid, request] of Object.entries(project.merge_requests)) {
      const target = path === idOrPath || String(project.id) === idOrPath;
      const atHead =
        target && (ref === `refs/merge-requests/${iid}/head` || ref === sha('head', Number(iid)));
      const ownSource = request.source_project_id === project.id ? target : false;
      const source = ownSource || String(request.source_project_id) === idOrPath;
      const merged =
        stepAt(request.state, world.now)?.value === 'merged' && target && ref === request.target_branch;
      if (atHead || merged || (source && ref === request.source_branch)) return present(request.files, world);
    }
    const branch = path === idOrPath || String(project.id) === idOrPath ? project.branches[ref] : undefined;
    if (branch !== undefined) return present(branch, world);
  }
  return new Map();
}

function present(held: MergeRequest['files'], world: World): Map<string, string> {
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
