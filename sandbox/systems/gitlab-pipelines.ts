import type { Pipeline } from '../scenario/schema-gitlab.ts';
import { isoSeconds } from '../scenario/time.ts';
import { stepAt } from '../scenario/timeline.ts';
import type { World } from '../world.ts';
import { type Located, sha } from './gitlab-merge-request.ts';
import { settings } from './gitlab-users.ts';

interface Placed {
  pipeline: Pipeline;
  projectId: number;
  iid: number;
  jobs: Pipeline['jobs'];
  bridges: Pipeline['bridges'];
}

function placed(pipeline: Pipeline, projectId: number, iid: number): Placed {
  return { pipeline, projectId, iid, jobs: pipeline.jobs, bridges: pipeline.bridges };
}

/** Newest first, as GitLab lists them. */
export function pipelinesOf({ request, projectId, iid }: Located, world: World) {
  return request.pipelines
    .filter(({ created }) => created <= world.now)
    .sort((a, b) => b.id - a.id)
    .map((pipeline) => pipelineDocument(placed(pipeline, projectId, iid), world));
}

export function findPipeline(world: World, idOrPath: string, id: number): Placed | undefined {
  for (const [path, project] of Object.entries(settings(world)?.projects ?? {})) {
    if (path !== idOrPath && String(project.id) !== idOrPath) continue;
    for (const [iid, request] of Object.entries(project.merge_requests)) {
      const pipeline = request.pipelines.find((one) => one.id === id && one.created <= world.now);
      if (pipeline !== undefined) return placed(pipeline, project.id, Number(iid));
    }
  }
  return undefined;
}

export function pipelineDocument({ pipeline, projectId, iid }: Placed, world: World) {
  return {
    id: pipeline.id,
    iid: pipeline.id,
    project_id: projectId,
    sha: sha('head', iid),
    ref: `refs/merge-requests/${iid}/head`,
    status: stepAt(pipeline.status, world.now)?.value ?? 'created',
    source: 'merge_request_event',
    created_at: isoSeconds(pipeline.created),
    web_url: `https://gitlab.cee.redhat.com/-/pipelines/${pipeline.id}`,
  };
}

export function jobList(jobs: Pipeline['jobs'], world: World, { pipeline }: Placed) {
  return jobs.map((job) => ({
    id: job.id,
    name: job.name,
    stage: job.stage,
    status: stepAt(job.status, world.now)?.value ?? 'created',
    created_at: isoSeconds(pipeline.created),
    web_url: `https://gitlab.cee.redhat.com/-/jobs/${job.id}`,
    pipeline: { id: pipeline.id, status: stepAt(pipeline.status, world.now)?.value ?? 'created' },
  }));
}
