export interface StageJob {
  id: number;
  name: string;
  status: string;
}

export interface StageStatus {
  state: 'success' | 'running' | 'failed' | 'missing';
  pipelineId?: number;
  jobs: StageJob[];
}

const FAILED = new Set(['failed', 'canceled', 'canceling']);

/**
 * One state for a whole stage: every job and bridge of it counts, except failures that the pipeline
 * itself allows. What has not begun (created, manual, skipped) is not success: the stage is running.
 */
export function stateOf(
  jobs: readonly { status: string; allow_failure?: boolean | null | undefined }[],
): StageStatus['state'] {
  if (jobs.length === 0) return 'missing';
  const failed = jobs.filter(({ status }) => FAILED.has(status));
  if (failed.some((job) => job.allow_failure !== true)) return 'failed';
  const done = jobs.every((job) => job.status === 'success' || failed.includes(job));
  return done ? 'success' : 'running';
}
