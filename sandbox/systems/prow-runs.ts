import { createHash } from 'node:crypto';
import type { ProwState, Run } from '../scenario/schema-jobs.ts';
import { isoSeconds } from '../scenario/time.ts';
import { reachedAfter, stepAfter } from '../scenario/timeline.ts';
import { planFor } from '../store.ts';
import type { World } from '../world.ts';

export interface ProwRun {
  job: string;
  id: string;
  plan: Run;
  created: number;
  envs: Record<string, string>;
}

const DONE: readonly ProwState[] = ['success', 'failure', 'aborted', 'error'];

export function runs(world: World): ProwRun[] {
  return Object.entries(world.scenario.prow.jobs).flatMap(([job, { runs: given, next }]) => [
    ...given
      .filter(({ created }) => created <= world.now)
      .map((run) => ({ job, id: run.id, plan: run, created: run.created, envs: run.envs })),
    ...world.store.runs
      .filter((run) => run.job === job)
      .flatMap((run) => {
        const found = planFor(next, run.nth);
        if (found === undefined) return [];
        const id = found.beyond === 0 ? found.plan.id : derivedId(found.plan.id, found.beyond);
        return [{ job, id, plan: found.plan, created: run.created, envs: run.envs }];
      }),
  ]);
}

export function stateOf(run: ProwRun, world: World): ProwState {
  return stepAfter(run.plan.outcome, world.now - run.created)?.state ?? 'scheduling';
}

/** As Prow keeps it; what it has not decided yet is absent, not empty. */
export function prowJobDocument(run: ProwRun, world: World) {
  const state = stateOf(run, world);
  const ended = reachedAfter(run.plan.outcome, (step) => DONE.includes(step.state));
  const completed = DONE.includes(state) && ended !== undefined ? run.created + ended : undefined;
  const assigned = !['scheduling', 'triggered'].includes(state);
  return {
    apiVersion: 'prow.k8s.io/v1',
    kind: 'ProwJob',
    metadata: {
      name: run.id,
      namespace: 'ci',
      creationTimestamp: isoSeconds(run.created),
      labels: { 'prow.k8s.io/type': 'periodic', 'created-by-prow': 'true' },
      annotations: { 'prow.k8s.io/job': run.job },
    },
    spec: {
      type: 'periodic',
      agent: 'kubernetes',
      cluster: 'build05',
      job: run.job,
      pod_spec: {
        containers: [
          {
            name: '',
            command: ['ci-operator'],
            env: Object.entries(run.envs).map(([name, value]) => ({ name, value })),
          },
        ],
      },
    },
    status: {
      startTime: isoSeconds(run.created),
      state,
      ...(assigned ? { url: run.plan.url, build_id: run.plan.build_id } : {}),
      ...(completed === undefined ? {} : { completionTime: isoSeconds(completed) }),
    },
  };
}

/** A job nobody planned still needs an id of its own, and the same one every time. */
function derivedId(base: string, beyond: number): string {
  const hex = createHash('sha256').update(`${base} ${beyond}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
