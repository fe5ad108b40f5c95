import { bearer, type Call, json, type Reply, type System } from '../http.ts';
import type { ProwState } from '../scenario/schema-jobs.ts';
import { isoSeconds } from '../scenario/time.ts';
import type { World } from '../world.ts';
import { type ProwRun, runs, stateOf } from './prow-runs.ts';

// Gangway has no word for a job that still waits for its cluster.
const STATUS: Record<ProwState, string> = {
  scheduling: 'TRIGGERED',
  triggered: 'TRIGGERED',
  pending: 'PENDING',
  success: 'SUCCESS',
  failure: 'FAILURE',
  aborted: 'ABORTED',
  error: 'ERROR',
};

export const gangway: System = {
  name: 'gangway',
  guard: (call, _world, secret) => {
    const given = bearer(call);
    if (given === undefined) return json(401, { code: 16, message: 'no token in the request' });
    return given === secret ? undefined : json(403, { code: 7, message: 'permission denied' });
  },
  routes: [
    { method: 'POST', path: '/v1/executions/:job', mutates: true, answer: start },
    {
      method: 'GET',
      path: '/v1/executions/:id',
      answer: (call, world) => {
        const run = runs(world).find(({ id }) => id === call.param('id'));
        if (run === undefined)
          return json(404, { code: 5, message: `failed to find job with id ${call.param('id')}` });
        return json(200, execution(run, world));
      },
    },
  ],
};

function start(call: Call, world: World): Reply {
  const job = call.param('job');
  if (world.scenario.prow.jobs[job] === undefined) {
    return json(500, { code: 13, message: `failed to find associated periodic job "${job}"` });
  }
  if (call.body.fields === undefined) return json(400, { code: 3, message: 'the body is no JSON object' });
  if (!['1', 1, 'PERIODIC'].some((type) => type === call.body.fields?.job_execution_type)) {
    return json(400, { code: 3, message: 'job_execution_type must be 1 (PERIODIC) for this job' });
  }
  const envs = envsIn(call.body.fields.pod_spec_options);
  world.store.runs.push({ job, created: world.now, envs, nth: world.count(`runs of ${job}`) });
  const run = runs(world).findLast((candidate) => candidate.job === job);
  if (run === undefined) return json(500, { code: 13, message: 'the job vanished' });
  world.effect('gangway', 'prowjob_created', job, { id: run.id, envs });
  return json(200, execution(run, world));
}

function envsIn(options: unknown): Record<string, string> {
  if (typeof options !== 'object' || options === null || !('envs' in options)) return {};
  if (typeof options.envs !== 'object' || options.envs === null) return {};
  const given = Object.entries(options.envs).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(given);
}

function execution(run: ProwRun, world: World) {
  return {
    id: run.id,
    job_name: run.job,
    job_type: 'PERIODIC',
    job_status: STATUS[stateOf(run, world)],
    pod_spec_options: { envs: run.envs },
    create_time: isoSeconds(run.created),
    gcs_path: '',
  };
}
