import { type Call, json, type Reply, text } from '../http.ts';
import type { Pipeline } from '../scenario/schema-gitlab.ts';
import { isoSeconds } from '../scenario/time.ts';
import type { World } from '../world.ts';
import { checkBody } from './gitlab-body.ts';
import { headOf, type Located, mergeRequestsOf } from './gitlab-merge-request.ts';
import { latest, pipelineStatus, type Try, triesOf } from './gitlab-tries.ts';
import { projectAt } from './gitlab-users.ts';
import { paged } from './paging.ts';

interface Placed {
  pipeline: Pipeline;
  path: string;
  projectId: number;
  of: Located | undefined;
}

/** Newest first, as GitLab lists them. */
export function pipelinesOf({ path, iid }: Located, world: World) {
  return allPipelines(world, path)
    .filter(({ of }) => of?.iid === iid)
    .map((one) => pipelineDocument(one, world));
}

function allPipelines(world: World, idOrPath: string): Placed[] {
  const entry = projectAt(world, idOrPath);
  if (entry === undefined) return [];
  const { path, project } = entry;
  const own = project.pipelines.map((pipeline) => ({ pipeline, of: undefined }));
  const requested = mergeRequestsOf(world, path).flatMap((of) =>
    of.request.pipelines.map((pipeline) => ({ pipeline, of })),
  );
  return [...own, ...requested]
    .filter(({ pipeline }) => pipeline.created <= world.now)
    .map((one) => ({ ...one, path, projectId: project.id }))
    .sort((a, b) => b.pipeline.id - a.pipeline.id);
}

export function findPipeline(world: World, idOrPath: string, id: number): Placed | undefined {
  return allPipelines(world, idOrPath).find(({ pipeline }) => pipeline.id === id);
}

export function listPipelines(call: Call, world: World): Reply {
  if (projectAt(world, call.param('project')) === undefined) return notFound();
  const asked = (name: 'status' | 'ref' | 'sha' | 'source') => call.query.get(name);
  const fits = (document: ReturnType<typeof pipelineDocument>) =>
    (['status', 'ref', 'sha', 'source'] as const).every(
      (name) => asked(name) === null || asked(name) === document[name],
    );
  const all = allPipelines(world, call.param('project')).map((one) => pipelineDocument(one, world));
  return paged(call, all.filter(fits));
}

export function pipelineDocument({ pipeline, projectId, of }: Placed, world: World) {
  return {
    id: pipeline.id,
    iid: pipeline.id,
    project_id: projectId,
    sha: pipeline.sha ?? (of === undefined ? ''.padEnd(40, '0') : headOf(of)),
    ref: pipeline.ref ?? (of === undefined ? 'main' : `refs/merge-requests/${of.iid}/head`),
    status: pipelineStatus(pipeline, world),
    source: pipeline.source ?? (of === undefined ? 'push' : 'merge_request_event'),
    created_at: isoSeconds(pipeline.created),
    updated_at: isoSeconds(pipeline.created),
    yaml_errors: pipeline.yaml_errors ?? null,
    web_url: `https://gitlab.cee.redhat.com/-/pipelines/${pipeline.id}`,
  };
}

export function jobList(placed: Placed, part: 'jobs' | 'bridges', world: World, call: Call): Reply {
  const tries = triesOf(placed.pipeline[part], placed.pipeline, world);
  const shown = call.query.get('include_retried') === 'true' ? tries : latest(tries);
  return paged(
    call,
    shown.map((one) => jobDocument(one, placed, world)),
  );
}

function jobDocument({ id, job, status, created }: Try, placed: Placed, world: World) {
  return {
    id,
    name: job.name,
    stage: job.stage,
    status,
    allow_failure: job.allow_failure,
    ...(status === 'failed' ? { failure_reason: job.failure_reason ?? 'script_failure' } : {}),
    created_at: isoSeconds(created),
    web_url: `https://gitlab.cee.redhat.com/-/jobs/${id}`,
    pipeline: { id: placed.pipeline.id, status: pipelineStatus(placed.pipeline, world) },
  };
}

function findJob(world: World, call: Call): { one: Try; placed: Placed } | undefined {
  for (const placed of allPipelines(world, call.param('project'))) {
    const one = triesOf(placed.pipeline.jobs, placed.pipeline, world).find(
      ({ id }) => String(id) === call.param('job'),
    );
    if (one !== undefined) return { one, placed };
  }
  return undefined;
}

export function job(call: Call, world: World): Reply {
  const found = findJob(world, call);
  return found === undefined ? notFound() : json(200, jobDocument(found.one, found.placed, world));
}

export function trace(call: Call, world: World): Reply {
  const found = findJob(world, call);
  return found === undefined ? notFound() : text(200, found.one.job.log);
}

const AGAIN = new Set(['failed', 'canceled']);

export function retryPipeline(call: Call, world: World): Reply {
  const placed = findPipeline(world, call.param('project'), Number(call.param('pipeline')));
  if (placed === undefined) return notFound();
  const refused = checkBody(call, {});
  if (refused !== undefined) return refused;
  const { pipeline, path } = placed;
  const again = latest(triesOf([...pipeline.jobs, ...pipeline.bridges], pipeline, world)).filter(
    ({ status }) => AGAIN.has(status),
  );
  // As GitLab does: where nothing failed the call is answered, and nothing happens.
  if (again.length > 0) runAgain(placed, again, world);
  world.effect('gitlab', 'pipeline_retried', `${path}/${pipeline.id}`, {
    jobs: again.map(({ job: { name } }) => name),
  });
  return json(201, pipelineDocument(placed, world));
}

export function retryJob(call: Call, world: World): Reply {
  const found = findJob(world, call);
  if (found === undefined) return notFound();
  const refused = checkBody(call, {});
  if (refused !== undefined) return refused;
  const { one, placed } = found;
  const newest = latest(triesOf(placed.pipeline.jobs, placed.pipeline, world)).some(
    ({ id }) => id === one.id,
  );
  if (!newest || ![...AGAIN, 'success'].includes(one.status)) {
    return json(403, { message: '403 Forbidden - Job is not retryable' });
  }
  const [id] = runAgain(placed, [one], world);
  world.effect('gitlab', 'job_retried', `${placed.path}/${one.id}`, { job: one.job.name, id });
  const made = triesOf(placed.pipeline.jobs, placed.pipeline, world).find((other) => other.id === id);
  return json(201, jobDocument(made ?? one, placed, world));
}

function runAgain({ pipeline }: Placed, again: readonly Try[], world: World): number[] {
  const jobs = again.map(({ job: { stage, name } }) => ({
    stage,
    name,
    id: 90_000_000 + world.count('gitlab jobs'),
  }));
  world.store.retries.push({ pipeline: pipeline.id, created: world.now, jobs });
  return jobs.map(({ id }) => id);
}

export function cancelPipeline(call: Call, world: World): Reply {
  const placed = findPipeline(world, call.param('project'), Number(call.param('pipeline')));
  if (placed === undefined) return notFound();
  const refused = checkBody(call, {});
  if (refused !== undefined) return refused;
  const { pipeline, path } = placed;
  if (['created', 'pending', 'running'].includes(pipelineStatus(pipeline, world))) {
    world.store.cancels.push({ pipeline: pipeline.id, created: world.now });
    world.effect('gitlab', 'pipeline_canceled', `${path}/${pipeline.id}`, {});
  }
  return json(200, pipelineDocument(placed, world));
}

function notFound(): Reply {
  return json(404, { message: '404 Not found' });
}
