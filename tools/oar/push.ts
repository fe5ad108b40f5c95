import type { PushJob } from '../errata/client.ts';

/** Pushes to the staging CDN: what the jobs of an advisory say, and what is to be done about them. */
export const TARGET = 'cdn_stage';

export type PushState = 'complete' | 'running' | 'failed' | 'not_started';

/** Oldest first; a job's id tells its age. */
export function stageJobs(jobs: readonly PushJob[]): PushJob[] {
  return jobs.filter(({ target }) => target === TARGET).sort((a, b) => a.id - b.id);
}

export function pushStateOf(stage: readonly PushJob[]): PushState {
  const status = stage.at(-1)?.status;
  if (status === undefined) return 'not_started';
  if (status === 'COMPLETE') return 'complete';
  return status === 'FAILED' ? 'failed' : 'running';
}

/**
 * Which push is wanted, counted from 1 over all that the advisory ever had: the next one when there
 * is none or the last ones failed and another attempt is allowed, else the last one.
 */
export function wantedOrdinal(stage: readonly PushJob[], attempt: number): number {
  const trailing = stage.length - 1 - stage.findLastIndex(({ status }) => status !== 'FAILED');
  const again = stage.length === 0 || (trailing > 0 && trailing < attempt);
  return again ? stage.length + 1 : stage.length;
}

/** Any failure is a failure; complete only when everything is. */
export function overallPush(states: readonly PushState[]): PushState {
  if (states.includes('failed')) return 'failed';
  if (states.length > 0 && states.every((state) => state === 'complete')) return 'complete';
  return states.includes('running') ? 'running' : 'not_started';
}
