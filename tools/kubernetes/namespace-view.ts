import { z } from 'zod';
import { byUrgency, deploymentsText } from './deployment-list.ts';
import type { Place } from './environments.ts';
import { POD_STATES } from './pod-health.ts';
import { podsText } from './pod-list.ts';
import { isUnwell, type JudgedPod, judgePods } from './pod-row.ts';
import { allOf, demandNamespace } from './read.ts';
import { DEPLOYMENT, type Deployment } from './resources/deployment.ts';
import { POD } from './resources/pod.ts';
import { ROLLOUT_STATES, rolloutOf } from './rollout.ts';
import { countBy } from './words.ts';

export const WorkloadCounts = {
  deployments: z.record(z.enum(ROLLOUT_STATES), z.int()),
  pods: z.record(z.enum(POD_STATES), z.int()),
};

export interface Workload {
  deployments: Deployment[];
  pods: JudgedPod[];
  /** Nothing fails, nothing is late, no rollout is open. */
  well: boolean;
}

/** Deployments and pods: what an environment is judged by. Throws where either may not be read. */
export async function readWorkload(
  place: Place,
  now: number,
  signal: AbortSignal | undefined,
): Promise<Workload> {
  const [deployments, all] = await Promise.all([allOf(place, DEPLOYMENT, signal), allOf(place, POD, signal)]);
  if (deployments.length + all.length === 0) await demandNamespace(place, signal);
  const pods = judgePods(all, now);
  return {
    deployments,
    pods,
    well: !pods.some(isUnwell) && deployments.every((one) => rolloutOf(one).state === 'done'),
  };
}

export function countsOf({ deployments, pods }: Workload) {
  return {
    deployments: countBy(
      ROLLOUT_STATES,
      deployments.map((one) => rolloutOf(one).state),
    ),
    pods: countBy(
      POD_STATES,
      pods.map(({ health }) => health.state),
    ),
  };
}

/** The most urgent first. */
export function openDeployments({ deployments }: Workload): Deployment[] {
  return byUrgency(deployments).filter((one) => rolloutOf(one).state !== 'done');
}

export function workloadText({ deployments, pods }: Workload, where: string): string {
  return `${deploymentsText(deployments, where)} ${podsText(pods, '')}`;
}
