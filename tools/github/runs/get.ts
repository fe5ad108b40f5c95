import { z } from 'zod';
import { defineTool, limitOf, plural, Repo, short } from '../define.ts';
import { jobsOf, rowOf, runOf, wordFor } from './read.ts';
import { hasFailed, RunRow } from './schema.ts';

export const RunId = z.int().min(1).describe('id of the run, not its number');

export const getWorkflowRun = defineTool({
  name: 'github_get_workflow_run',
  title: 'Get a workflow run',
  description: `
One run of GitHub Actions with the jobs of its newest attempt, failing first, and of each failed job the steps that
failed. Its attempt is what github_rerun_failed_jobs takes; a job's id is what github_get_job_log takes.`,
  effect: 'read',
  input: z.object({ repository: Repo, run: RunId, limit: limitOf(30) }),
  output: z.object({
    ...RunRow.shape,
    repository: z.string(),
    jobs: z.array(
      z.object({
        id: z.int(),
        name: z.string(),
        status: z.string(),
        conclusion: z.string().nullable(),
        failed_steps: z.array(z.string()),
        url: z.string().nullable(),
      }),
    ),
    failed_jobs: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
    next: z.string().nullable(),
  }),
  run: async ({ repository, run: id, limit }, { client }) => {
    const [run, jobs] = await Promise.all([runOf(client, repository, id), jobsOf(client, repository, id)]);
    const failed = jobs.filter(({ conclusion }) => hasFailed(conclusion));
    const sorted = [...failed, ...jobs.filter(({ conclusion }) => !hasFailed(conclusion))];
    return {
      ...rowOf(run),
      repository,
      jobs: sorted.slice(0, limit).map((job) => ({
        id: job.id,
        name: short(job.name),
        status: job.status,
        conclusion: job.conclusion ?? null,
        failed_steps: (job.steps ?? [])
          .filter(({ conclusion }) => hasFailed(conclusion))
          .slice(0, 10)
          .map(({ name }) => short(name)),
        url: job.html_url ?? null,
      })),
      failed_jobs: failed.length,
      truncated: jobs.length > limit,
      summary:
        `Run ${id}, attempt ${run.run_attempt}, is ${wordFor(run)}: ${plural(jobs.length, 'job')}, ${failed.length} failed` +
        `${
          failed.length > 0
            ? ` (${short(
                failed
                  .slice(0, 5)
                  .map(({ name }) => name)
                  .join(', '),
              )})`
            : ''
        }.`,
      next:
        failed.length === 0
          ? null
          : `github_get_job_log with job ${failed[0]?.id}; github_rerun_failed_jobs with attempt ${run.run_attempt}.`,
    };
  },
});
