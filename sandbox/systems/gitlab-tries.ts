import type { Job, Pipeline } from '../scenario/schema-gitlab.ts';
import { stepAfter, stepAt } from '../scenario/timeline.ts';
import type { World } from '../world.ts';

export interface Try {
  id: number;
  job: Job;
  status: Job['on_retry'][number]['status'];
  created: number;
}

const OPEN = new Set(['created', 'pending', 'running']);

/** Every try of the given jobs: that of the scenario, and those that requests have asked for. */
export function triesOf(jobs: readonly Job[], pipeline: Pipeline, world: World): Try[] {
  const all = jobs.map((job) => ({ id: job.id, job, created: pipeline.created, nth: 0 }));
  for (const retry of world.store.retries.filter((one) => one.pipeline === pipeline.id)) {
    for (const { id, stage, name } of retry.jobs) {
      const job = jobs.find((one) => one.stage === stage && one.name === name);
      if (job !== undefined) all.push({ id, job, created: retry.created, nth: 1 });
    }
  }
  const statusAt = (one: (typeof all)[number], at: number) =>
    one.nth === 0
      ? (stepAt(one.job.status, at)?.value ?? 'created')
      : (stepAfter(one.job.on_retry, at - one.created)?.status ?? 'created');
  const cancels = world.store.cancels.filter((one) => one.pipeline === pipeline.id);
  return all.map((one) => {
    const stopped = cancels.some(({ created }) => created >= one.created && OPEN.has(statusAt(one, created)));
    return {
      id: one.id,
      job: one.job,
      created: one.created,
      status: stopped ? 'canceled' : statusAt(one, world.now),
    };
  });
}

export function latest(tries: readonly Try[]): Try[] {
  return tries.filter(
    (one) =>
      !tries.some(({ id, job }) => id > one.id && job.stage === one.job.stage && job.name === one.job.name),
  );
}

/** As the scenario says, until a request has run jobs again or stopped them. */
export function pipelineStatus(pipeline: Pipeline, world: World): string {
  const touched = [...world.store.retries, ...world.store.cancels].some(
    (one) => one.pipeline === pipeline.id,
  );
  if (!touched) return stepAt(pipeline.status, world.now)?.value ?? 'created';
  const tries = latest(triesOf([...pipeline.jobs, ...pipeline.bridges], pipeline, world));
  const has = (wanted: string) => tries.some(({ status, job }) => status === wanted && !job.allow_failure);
  if (tries.some(({ status }) => OPEN.has(status))) return 'running';
  if (has('failed')) return 'failed';
  return has('canceled') || tries.length === 0 ? 'canceled' : 'success';
}
