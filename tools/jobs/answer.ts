import { z } from 'zod';
import { judgeJob } from '../oar/client.ts';
import { isOpen, type RecordRun, type ResultRecord, slotsOf } from './record.ts';

/** What every tool of this module answers about the runs in a record. */
export const JobRuns = z.object({
  name: z.string(),
  in_registry: z.boolean(),
  passed: z.boolean(),
  completed: z.boolean(),
  runs: z.array(z.object({ id: z.string().nullable(), state: z.string(), url: z.string().nullable() })),
});

export function jobRuns(
  record: ResultRecord,
  registry: ReadonlySet<string> | undefined,
): z.output<typeof JobRuns>[] {
  return record.result.map((job) => {
    const plain = ({ jobState, jobCompletionTime }: RecordRun) => ({
      ...(jobState === undefined ? {} : { jobState }),
      ...(jobCompletionTime === undefined ? {} : { jobCompletionTime }),
    });
    const { passed, completed } = judgeJob({
      jobName: job.jobName,
      firstJob: plain(job.firstJob),
      retriedJobs: (job.retriedJobs ?? []).map(plain),
    });
    return {
      name: job.jobName,
      in_registry: registry?.has(job.jobName) ?? true,
      passed,
      completed,
      runs: slotsOf(job).map((run) => ({
        id: run.jobID ?? null,
        state: isOpen(run) ? 'not started' : (run.jobState ?? 'scheduling'),
        url: run.jobURL ?? null,
      })),
    };
  });
}
