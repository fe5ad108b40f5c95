import { conditionOf } from './resource.ts';
import type { ContainerStatus, Ended, Pod } from './resources/pod.ts';

/** The worst first, as lists are sorted. */
export const POD_STATES = ['failing', 'not_ready', 'pending', 'terminating', 'healthy', 'completed'] as const;
export type PodState = (typeof POD_STATES)[number];

export interface PodHealth {
  state: PodState;
  /** One word of Kubernetes', e.g. ImagePullBackOff; empty where all is well. */
  reason: string;
  message: string;
  /** Where it lies, if in one container. */
  container: string | undefined;
  /** How that container ended the last time. */
  lastEnd: Ended | undefined;
}

/** Waiting for these is the ordinary way up; any other reason to wait is a failure, also one we do not know. */
const ON_THE_WAY = ['', 'ContainerCreating', 'PodInitializing'];
const OUT_OF_MEMORY = 'OOMKilled';
/** A container that was killed for memory longer ago, and has been ready since, has got over it. */
const RECENT_MS = 3_600_000;

export function podHealth(pod: Pod, now: number): PodHealth {
  const { phase } = pod.status;
  const plain = (state: PodState, reason = '', message = ''): PodHealth => ({
    state,
    reason,
    message,
    container: undefined,
    lastEnd: undefined,
  });
  if (pod.metadata.deletionTimestamp !== undefined) return plain('terminating');
  if (phase === 'Succeeded') return plain('completed', 'Completed');
  const failure = failureOf(pod, now);
  if (phase === 'Failed') {
    if (pod.status.reason !== '') return plain('failing', pod.status.reason, pod.status.message);
    return failure ?? plain('failing', 'Failed', pod.status.message);
  }
  if (failure !== undefined) return failure;
  if (phase === 'Pending') return { ...plain('pending'), ...whyPending(pod) };
  if (phase !== 'Running') return plain('not_ready', phase || 'Unknown', 'Its node says nothing of it.');
  const ready = conditionOf(pod.status.conditions, 'Ready');
  const isReady =
    ready === undefined
      ? pod.status.containerStatuses.length > 0 && pod.status.containerStatuses.every((one) => one.ready)
      : ready.status === 'True';
  if (isReady) return plain('healthy');
  const late = pod.status.containerStatuses.find((one) => !one.ready);
  return {
    ...plain('not_ready', ready?.reason || 'NotReady', ready?.message),
    container: late?.name,
    lastEnd: late?.lastState.terminated,
  };
}

export function restartsOf({ status }: Pod): number {
  const all = [...status.initContainerStatuses, ...status.containerStatuses];
  return all.reduce((sum, { restartCount }) => sum + restartCount, 0);
}

/** As `kubectl get pods` writes it. */
export function readyText({ spec, status }: Pod): string {
  const ready = status.containerStatuses.filter((one) => one.ready).length;
  return `${ready}/${Math.max(spec.containers.length, status.containerStatuses.length)}`;
}

function failureOf({ status }: Pod, now: number): PodHealth | undefined {
  for (const one of [...status.initContainerStatuses, ...status.containerStatuses]) {
    const failure = failureIn(one, now);
    if (failure !== undefined) {
      const { reason, message } = failure;
      return { state: 'failing', reason, message, container: one.name, lastEnd: lastEndOf(one) };
    }
  }
  return undefined;
}

function failureIn(one: ContainerStatus, now: number): { reason: string; message: string } | undefined {
  const { waiting, terminated } = one.state;
  if (waiting !== undefined && !ON_THE_WAY.includes(waiting.reason)) return waiting;
  if (terminated !== undefined && terminated.exitCode !== undefined && terminated.exitCode !== 0)
    return { reason: terminated.reason || 'Error', message: terminated.message };
  const last = one.lastState.terminated;
  if (last?.reason !== OUT_OF_MEMORY) return undefined;
  const ended = Date.parse(last.finishedAt ?? '');
  const over = one.ready && now - ended > RECENT_MS;
  return over ? undefined : { reason: OUT_OF_MEMORY, message: 'It was killed for memory and restarted.' };
}

function lastEndOf({ state, lastState }: ContainerStatus): Ended | undefined {
  return state.terminated ?? lastState.terminated;
}

function whyPending({ status }: Pod): Partial<PodHealth> {
  const placed = conditionOf(status.conditions, 'PodScheduled');
  if (placed?.status === 'False')
    return { reason: placed.reason || 'Unschedulable', message: placed.message };
  const all = [...status.initContainerStatuses, ...status.containerStatuses];
  const waiting = all.find(({ state }) => state.waiting !== undefined);
  if (waiting?.state.waiting === undefined)
    return { reason: status.reason || 'Pending', message: status.message };
  const { reason, message } = waiting.state.waiting;
  return { reason: reason || 'Pending', message, container: waiting.name };
}
