import type { PipelineRun } from '../resources/pipeline-run.ts';
import type { RunReport } from './classify.ts';
import { inWords } from './shapes.ts';

export interface Unwell {
  run: PipelineRun;
  report: RunReport;
}

export interface Cause {
  cause: string;
  /** In the given order; never empty. */
  members: [Unwell, ...Unwell[]];
}

/** Runs that ended for the same thing: state, task, step, exit code and reason. In the order of their first run. */
export function causesOf(reports: readonly Unwell[]): Cause[] {
  const groups = new Map<string, Cause>();
  for (const unwell of reports) {
    const cause = causeOf(unwell.report);
    const group = groups.get(cause);
    if (group === undefined) groups.set(cause, { cause, members: [unwell] });
    else group.members.push(unwell);
  }
  return [...groups.values()];
}

const ENDED: Record<string, string> = { failed: 'failed', timeout: 'timed out', cancelled: 'cancelled' };

function causeOf({ state, reason, failedTask }: RunReport): string {
  const ended = ENDED[state] ?? state;
  if (failedTask !== undefined) return `${ended} in ${inWords(failedTask)}`;
  return reason === '' || state === 'cancelled' ? ended : `${ended}: ${reason}`;
}
