import type { BuildPlan } from '../scenario/schema-jobs.ts';
import { planFor } from '../store.ts';
import type { World } from '../world.ts';

export interface Build {
  job: string;
  number: number;
  queueId: number;
  queued: number;
  starts: number;
  ends: number;
  result: BuildPlan['result'];
  parameters: Record<string, string>;
}

export function buildsOf(world: World, name: string): Build[] {
  const job = world.scenario.jenkins.jobs[name];
  if (job === undefined) return [];
  const given = job.builds
    .filter(({ created }) => created <= world.now)
    // Far below the ids that are handed out to posted builds.
    .map((build, i) => place(name, build, build.created, build.parameters, i - job.builds.length));
  const posted = world.store.builds
    .filter((build) => build.job === name)
    .flatMap((build) => {
      const found = planFor(job.next, build.nth);
      if (found === undefined) return [];
      const plan = { ...found.plan, number: found.plan.number + found.beyond };
      const first = world.scenario.jenkins.first_queue_id;
      return [place(name, plan, build.created, build.parameters, build.queueId - first)];
    });
  return [...given, ...posted].map((build) => ({
    ...build,
    queueId: world.scenario.jenkins.first_queue_id + build.queueId,
  }));
}

function place(
  job: string,
  plan: BuildPlan,
  queued: number,
  parameters: Record<string, string>,
  queueId: number,
): Build {
  const starts = queued + plan.queue;
  const { number, result } = plan;
  return { job, number, queueId, queued, starts, ends: starts + plan.duration, result, parameters };
}

export function startBuild(world: World, job: string, parameters: Record<string, string>): number {
  const queueId = world.scenario.jenkins.first_queue_id + world.count('jenkins queue');
  world.store.builds.push({
    job,
    queueId,
    created: world.now,
    parameters,
    nth: world.count(`builds of ${job}`),
  });
  world.effect('jenkins', 'build_queued', job, { queue_id: queueId, parameters });
  return queueId;
}

export function buildDocument(build: Build, world: World, base: string) {
  const running = build.ends > world.now;
  return {
    _class: 'org.jenkinsci.plugins.workflow.job.WorkflowRun',
    actions: actions(build),
    building: running,
    inProgress: running,
    displayName: `#${build.number}`,
    fullDisplayName: `${build.job.replace('/', ' » ')} #${build.number}`,
    duration: running ? 0 : build.ends - build.starts,
    estimatedDuration: build.ends - build.starts,
    id: String(build.number),
    number: build.number,
    queueId: build.queueId,
    result: running ? null : build.result,
    timestamp: build.starts,
    url: `${jobUrl(build, base)}${build.number}/`,
  };
}

export function queueDocument(build: Build, world: World, base: string) {
  const waiting = build.starts > world.now;
  return {
    _class: waiting ? 'hudson.model.Queue$WaitingItem' : 'hudson.model.Queue$LeftItem',
    id: build.queueId,
    actions: actions(build),
    blocked: false,
    buildable: false,
    stuck: false,
    inQueueSince: build.queued,
    params: Object.entries(build.parameters)
      .map(([name, value]) => `\n${name}=${value}`)
      .join(''),
    task: { name: build.job.split('/').at(-1), url: jobUrl(build, base) },
    url: `queue/item/${build.queueId}/`,
    why: waiting ? 'In the quiet period' : null,
    ...(waiting
      ? {}
      : {
          cancelled: false,
          executable: { number: build.number, url: `${jobUrl(build, base)}${build.number}/` },
        }),
  };
}

function actions(build: Build) {
  return [
    { _class: 'hudson.model.CauseAction', causes: [{ shortDescription: 'Started by user sluice' }] },
    {
      _class: 'hudson.model.ParametersAction',
      parameters: Object.entries(build.parameters).map(([name, value]) => ({
        _class: 'hudson.model.StringParameterValue',
        name,
        value,
      })),
    },
  ];
}

function jobUrl({ job }: Build, base: string): string {
  return `${base}/${job
    .split('/')
    .map((part) => `job/${encodeURIComponent(part)}`)
    .join('/')}/`;
}
