import { z } from 'zod';
import { oneLine } from '../../src/kit/text.ts';
import { ownerOf } from './owned.ts';
import { POD_STATES, type PodHealth, podHealth, readyText, restartsOf } from './pod-health.ts';
import type { Pod } from './resources/pod.ts';
import { ageOf, isoOf } from './words.ts';

export const PodRow = z.object({
  name: z.string(),
  state: z.enum(POD_STATES),
  reason: z.string().meta({ description: "Kubernetes' word for it; empty where all is well." }),
  message: z.string(),
  container: z.string().nullable().meta({ description: 'Where it lies, if in one container.' }),
  ready: z.string(),
  restarts: z.int(),
  last_end: z
    .object({ reason: z.string(), exit_code: z.int().nullable(), at: z.string().nullable() })
    .nullable()
    .meta({ description: 'How that container ended the last time.' }),
  owner: z.string().nullable(),
  created_at: z.string().nullable(),
  age: z.string().nullable(),
});
export type PodRow = z.output<typeof PodRow>;

export interface JudgedPod {
  pod: Pod;
  health: PodHealth;
}

/** Neither up, nor done, nor on its way out. */
export function isUnwell({ health }: JudgedPod): boolean {
  return health.state === 'failing' || health.state === 'not_ready' || health.state === 'pending';
}

/** The worst first; of the same state, the newest first. */
export function judgePods(pods: readonly Pod[], now: number): JudgedPod[] {
  const rank = ({ health }: JudgedPod) => POD_STATES.indexOf(health.state);
  const born = ({ pod }: JudgedPod) => Date.parse(pod.metadata.creationTimestamp) || 0;
  return pods
    .map((pod) => ({ pod, health: podHealth(pod, now) }))
    .toSorted((a, b) => rank(a) - rank(b) || born(b) - born(a));
}

export function podRow({ pod, health }: JudgedPod, now: number): PodRow {
  const { name, creationTimestamp } = pod.metadata;
  const { lastEnd } = health;
  const owner = ownerOf(pod);
  return {
    name,
    state: health.state,
    reason: health.reason,
    message: oneLine(health.message, 160),
    container: health.container ?? null,
    ready: readyText(pod),
    restarts: restartsOf(pod),
    last_end:
      lastEnd === undefined
        ? null
        : { reason: lastEnd.reason, exit_code: lastEnd.exitCode ?? null, at: isoOf(lastEnd.finishedAt) },
    owner: owner === undefined ? null : `${owner.kind}/${owner.name}`,
    created_at: isoOf(creationTimestamp),
    age: ageOf(creationTimestamp, now),
  };
}

/** `demo-worker-q2n4v: CrashLoopBackOff after OOMKilled, 6 restarts`. */
export function podText({ pod, health }: JudgedPod): string {
  const { lastEnd, reason, state } = health;
  const after =
    lastEnd === undefined || lastEnd.reason === reason || lastEnd.reason === ''
      ? ''
      : ` after ${lastEnd.reason}`;
  const restarts = restartsOf(pod);
  const times = restarts === 0 ? '' : `, ${restarts} restart${restarts === 1 ? '' : 's'}`;
  return `${pod.metadata.name}: ${reason || state.replace('_', ' ')}${after}${times}`;
}
