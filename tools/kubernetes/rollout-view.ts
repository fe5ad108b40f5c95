import { z } from 'zod';
import { oneLine } from '../../src/kit/text.ts';
import { adviceFor } from './advice.ts';
import { Replicas, replicasOf } from './deployment-list.ts';
import type { Place } from './environments.ts';
import { newReplicaSet, podsOf, podsOfReplicaSet, replicaSetsOf } from './owned.ts';
import { isUnwell, judgePods, PodRow, podRow, podText } from './pod-row.ts';
import { allOf, part } from './read.ts';
import { type Deployment, REPLICA_SET, REVISION, type ReplicaSet } from './resources/deployment.ts';
import { POD } from './resources/pod.ts';
import { ROLLOUT_STATES, rolloutOf, rolloutText } from './rollout.ts';
import { call, PLACE_OUTPUT, placeArgs, placeName, placeOutput } from './tool.ts';
import { isoOf } from './words.ts';

const ReplicaSetView = z.object({
  name: z.string(),
  revision: z.string().nullable(),
  desired: z.int(),
  ready: z.int(),
  images: z.array(z.string()),
});

export const RolloutDetail = z.object({
  ...PLACE_OUTPUT,
  deployment: z.string(),
  state: z.enum(ROLLOUT_STATES),
  why: z.string(),
  done: z.boolean().meta({ description: 'For gates: rolled out and available.' }),
  deadline_exceeded: z.boolean(),
  generation: z.int().nullable(),
  observed_generation: z.int(),
  replicas: Replicas,
  conditions: z.array(
    z.object({
      type: z.string(),
      status: z.string(),
      reason: z.string(),
      message: z.string(),
      since: z.string().nullable(),
    }),
  ),
  new_replica_set: ReplicaSetView.nullable(),
  unwell_pods: z
    .array(PodRow)
    .meta({ description: 'Of the new ReplicaSet: what fails, is not ready or waits; the worst first.' }),
  unavailable: z
    .array(z.object({ kind: z.string(), code: z.string(), cause: z.string() }))
    .meta({ description: 'What we may not read.' }),
  summary: z.string(),
  next: z.string().optional(),
});
export type RolloutDetail = z.output<typeof RolloutDetail>;

const SHOWN = 5;

/** Where a rollout stands, and what holds it up. */
export async function rolloutDetail(
  place: Place,
  deployment: Deployment,
  now: number,
  signal: AbortSignal | undefined,
): Promise<RolloutDetail> {
  const [sets, pods] = await Promise.all([
    part('replicasets', allOf(place, REPLICA_SET, signal)),
    part('pods', allOf(place, POD, signal)),
  ]);
  const own = 'value' in sets ? replicaSetsOf(deployment, sets.value) : [];
  const fresh = newReplicaSet(deployment, own);
  const kept = 'value' in pods ? podsOf(deployment, pods.value) : [];
  const judged = judgePods(fresh === undefined ? kept : podsOfReplicaSet(fresh, kept), now);
  const unwell = judged.filter(isUnwell);
  const rollout = rolloutOf(deployment);
  const { state, why, deadlineExceeded } = rollout;
  const { name, generation } = deployment.metadata;
  const cause = unwell.slice(0, 2).map(podText).join('; ');
  const next = adviceFor(place, unwell);
  return {
    ...placeOutput(place),
    deployment: name,
    state,
    why,
    done: state === 'done',
    deadline_exceeded: deadlineExceeded,
    generation: generation ?? null,
    observed_generation: deployment.status.observedGeneration,
    replicas: replicasOf(deployment),
    conditions: deployment.status.conditions.map(({ type, status, reason, message, lastTransitionTime }) => ({
      type,
      status,
      reason,
      message: oneLine(message, 200),
      since: isoOf(lastTransitionTime),
    })),
    new_replica_set: fresh === undefined ? null : replicaSetView(fresh),
    unwell_pods: unwell.slice(0, SHOWN).map((one) => podRow(one, now)),
    unavailable: [sets, pods].flatMap((one) => ('refused' in one ? [one.refused] : [])),
    summary: `The rollout of ${name} in ${placeName(place)} ${rolloutText(rollout)}.${cause === '' ? '' : ` ${cause}.`}`,
    ...(next === undefined ? {} : { next }),
  };
}

function replicaSetView({ metadata, spec, status }: ReplicaSet): z.output<typeof ReplicaSetView> {
  return {
    name: metadata.name,
    revision: metadata.annotations[REVISION] ?? null,
    desired: spec.replicas,
    ready: status.readyReplicas,
    images: spec.template.spec.containers.map(({ image }) => image),
  };
}

export function watchCall(place: Place, deployment: string): string {
  return call('kubernetes_rollout_watch', { ...placeArgs(place), deployment });
}
