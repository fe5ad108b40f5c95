import { z } from 'zod';
import { defineTool, FullId, limitOf, Page, plural, RefName, Repo } from '../define.ts';
import { repositoryOf } from '../repository.ts';
import { rowOf, wordFor } from './read.ts';
import { RunRow, RunsAnswer } from './schema.ts';

const STATUSES = [
  'completed',
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'skipped',
  'stale',
  'success',
  'timed_out',
  'in_progress',
  'queued',
  'requested',
  'waiting',
  'pending',
] as const;

export const listWorkflowRuns = defineTool({
  name: 'github_list_workflow_runs',
  title: 'List workflow runs',
  description: `
Runs of GitHub Actions in a repository, newest first: workflow, attempt, status, conclusion, branch and commit. Filter by
workflow (its file name or id), branch, commit, event, or status, which takes a conclusion such as failure too. For jobs
and failed steps of one of them see github_get_workflow_run.`,
  effect: 'read',
  input: z.object({
    repository: Repo,
    workflow: z
      .string()
      .max(200)
      .regex(/^[\w][\w. -]*$/)
      .optional()
      .describe('file name such as build.yml, or id'),
    branch: RefName.optional(),
    commit: FullId.optional(),
    event: z
      .string()
      .max(50)
      .regex(/^[a-z_]+$/)
      .optional()
      .describe('push, pull_request, schedule, …'),
    status: z.enum(STATUSES).optional(),
    limit: limitOf(15, 50),
    page: Page,
  }),
  output: z.object({
    repository: z.string(),
    runs: z.array(RunRow),
    total: z.int(),
    next_page: z.int().nullable(),
    summary: z.string(),
  }),
  run: async ({ repository, workflow, branch, commit, event, status, limit, page }, { client }) => {
    const query = {
      ...repositoryOf(repository),
      per_page: limit,
      page,
      ...(branch === undefined ? {} : { branch }),
      ...(commit === undefined ? {} : { head_sha: commit }),
      ...(event === undefined ? {} : { event }),
      ...(status === undefined ? {} : { status }),
    };
    const { items, more } = await client.library.page(RunsAnswer, (octokit) =>
      workflow === undefined
        ? octokit.rest.actions.listWorkflowRunsForRepo(query)
        : octokit.rest.actions.listWorkflowRuns({ ...query, workflow_id: workflow }),
    );
    const [newest] = items.workflow_runs;
    return {
      repository,
      runs: items.workflow_runs.map(rowOf),
      total: items.total_count,
      next_page: more ? page + 1 : null,
      summary: `${plural(items.total_count, 'workflow run')} in ${repository}${newest === undefined ? '' : `; the first one shown (${newest.id}) is ${wordFor(newest)}`}.`,
    };
  },
});
