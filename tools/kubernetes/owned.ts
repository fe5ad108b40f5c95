import { controllerOf, type Owner } from './resources/common.ts';
import {
  type Deployment,
  REVISION,
  type ReplicaSet,
  type Selector,
  TEMPLATE_HASH,
} from './resources/deployment.ts';
import type { Pod } from './resources/pod.ts';

export function selects(
  { matchLabels, matchExpressions }: Selector,
  labels: Record<string, string>,
): boolean {
  const fits = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  // An empty selector of a Deployment is refused by the API: it selects nothing here either.
  if (!fits || Object.keys(matchLabels).length + matchExpressions.length === 0) return false;
  return matchExpressions.every(({ key, operator, values }) => {
    const value = labels[key];
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    const among = value !== undefined && values.includes(value);
    return operator === 'NotIn' ? !among : among;
  });
}

/** Those that the Deployment keeps; a pod of the same labels that something else controls is none. */
export function podsOf(deployment: Deployment, pods: readonly Pod[]): Pod[] {
  return pods.filter((pod) => {
    if (!selects(deployment.spec.selector, pod.metadata.labels)) return false;
    const owner = controllerOf(pod.metadata);
    return owner === undefined || deploymentNamed(owner, pod)?.name === deployment.metadata.name;
  });
}

/** A ReplicaSet is named after its Deployment and the hash of the template. */
function deploymentNamed({ kind, name }: Owner, { metadata }: Pod): Owner | undefined {
  const hash = metadata.labels[TEMPLATE_HASH];
  if (kind !== 'ReplicaSet' || hash === undefined || !name.endsWith(`-${hash}`)) return undefined;
  return { kind: 'Deployment', name: name.slice(0, -hash.length - 1) };
}

/** What a person would say that the pod belongs to: the Deployment, not its ReplicaSet. */
export function ownerOf(pod: Pod): Owner | undefined {
  const owner = controllerOf(pod.metadata);
  return owner === undefined ? undefined : (deploymentNamed(owner, pod) ?? owner);
}

export function replicaSetsOf(deployment: Deployment, all: readonly ReplicaSet[]): ReplicaSet[] {
  return all.filter(({ metadata }) => {
    const owner = controllerOf(metadata);
    if (owner === undefined) return selects(deployment.spec.selector, metadata.labels);
    return owner.kind === 'Deployment' && owner.name === deployment.metadata.name;
  });
}

/** The one that the present template made. */
export function newReplicaSet(deployment: Deployment, own: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = deployment.metadata.annotations[REVISION];
  return (
    own.find(({ metadata }) => wanted !== undefined && metadata.annotations[REVISION] === wanted) ??
    own.toSorted((a, b) => revisionOf(b) - revisionOf(a))[0]
  );
}

export function podsOfReplicaSet({ metadata }: ReplicaSet, pods: readonly Pod[]): Pod[] {
  const hash = metadata.labels[TEMPLATE_HASH];
  return pods.filter((pod) => {
    const owner = controllerOf(pod.metadata);
    if (owner !== undefined) return owner.kind === 'ReplicaSet' && owner.name === metadata.name;
    return hash !== undefined && pod.metadata.labels[TEMPLATE_HASH] === hash;
  });
}

export function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations[REVISION] ?? 0) || 0;
}
