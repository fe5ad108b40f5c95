import type { z } from 'zod';
import type { GitHubClient } from '../client.ts';
import { short } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { type JobAnswer, JobsAnswer, RunAnswer, type RunRow } from './schema.ts';

const JOB_PAGES = 10;

export async function runOf(client: GitHubClient, repository: string, run: number): Promise<RunAnswer> {
  const at = { ...repositoryOf(repository), run_id: run };
  return await client.library.read(RunAnswer, (octokit) => octokit.rest.actions.getWorkflowRun(at));
}

/** Jobs of the newest attempt. */
export async function jobsOf(client: GitHubClient, repository: string, run: number): Promise<JobAnswer[]> {
  const at = { ...repositoryOf(repository), run_id: run, per_page: 100 };
  const jobs: JobAnswer[] = [];
  for (let page = 1; page <= JOB_PAGES; page += 1) {
    const { items, more } = await client.library.page(JobsAnswer, (octokit) =>
      octokit.rest.actions.listJobsForWorkflowRun({ ...at, filter: 'latest', page }),
    );
    jobs.push(...items.jobs);
    if (!more) break;
  }
  return jobs;
}

export function rowOf(run: RunAnswer): z.output<typeof RunRow> {
  return {
    id: run.id,
    workflow: short(run.name ?? run.path),
    title: short(run.display_title),
    run_number: run.run_number,
    attempt: run.run_attempt,
    event: run.event,
    status: run.status ?? 'unknown',
    conclusion: run.conclusion ?? null,
    branch: run.head_branch ?? null,
    commit: run.head_sha,
    actor: run.actor?.login ?? null,
    created_at: run.created_at,
    url: run.html_url,
  };
}

/** `success`, or what it is doing while it has no conclusion. */
export function wordFor({ status, conclusion }: Pick<RunAnswer, 'status' | 'conclusion'>): string {
  return conclusion ?? status ?? 'unknown';
}
