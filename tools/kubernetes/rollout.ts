import { conditionOf } from './resource.ts';
import type { Deployment } from './resources/deployment.ts';
import { many } from './words.ts';

export const ROLLOUT_STATES = ['done', 'progressing', 'failed', 'paused'] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

export interface Rollout {
  state: RolloutState;
  /** Why it is not done; of a done one, that it is. */
  why: string;
  deadlineExceeded: boolean;
}

/** How far a Deployment is, by the rules of `kubectl rollout status`. */
export function rolloutOf({ metadata, spec, status }: Deployment): Rollout {
  const { replicas: wanted } = spec;
  const { replicas, updatedReplicas: updated, availableReplicas: available } = status;
  const progressing = conditionOf(status.conditions, 'Progressing');
  const refused = conditionOf(status.conditions, 'ReplicaFailure');
  const seen = status.observedGeneration >= (metadata.generation ?? 0);
  const deadlineExceeded = seen && progressing?.reason === 'ProgressDeadlineExceeded';
  const state = (name: RolloutState, why: string): Rollout => ({ state: name, why, deadlineExceeded });
  if (!seen) return state('progressing', 'the change has not been taken up yet');
  if (deadlineExceeded) {
    const text = `it did not get on within its deadline: ${updated} of ${wanted} updated, ${available} available`;
    return state('failed', text);
  }
  if (spec.paused) return state('paused', 'it is paused, so changes of its template are not rolled out');
  if (refused?.status === 'True')
    return state('progressing', `pods cannot be made (${refused.reason || 'ReplicaFailure'})`);
  if (updated < wanted) return state('progressing', `${updated} of ${wanted} replicas are updated`);
  if (replicas > updated)
    return state('progressing', `${many(replicas - updated, 'old replica')} still to go`);
  if (available < updated) {
    const lost = progressing?.reason === 'NewReplicaSetAvailable' ? ', after it had been rolled out' : '';
    return state('progressing', `${available} of ${updated} updated replicas are available${lost}`);
  }
  return state(
    'done',
    wanted === 0 ? 'it is scaled to 0' : `${available} of ${wanted} replicas are available`,
  );
}

const SAID: Record<RolloutState, string> = {
  done: 'is done',
  progressing: 'is under way',
  failed: 'has failed',
  paused: 'is paused',
};

/** `has failed: it did not get on …`, of a rollout. */
export function rolloutText({ state, why }: Rollout): string {
  return `${SAID[state]}: ${why}`;
}
